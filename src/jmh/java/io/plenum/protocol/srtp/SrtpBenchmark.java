package io.plenum.protocol.srtp;

import io.plenum.protocol.wire.Bytes;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One video packet of 1,042 bytes of payload through SRTP, either way. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SrtpBenchmark {
  private static final int HEADER_BYTES = 36;
  private static final int PACKET_BYTES = HEADER_BYTES + 1_042;
  /** Packets made beforehand to be unprotected in a ring, each ring with a receiver of its own. */
  private static final int RING = 1_024;

  @Param({"AEAD_AES_128_GCM", "AES128_CM_HMAC_SHA1_80"})
  public SrtpProfile profile;

  private final byte[] packet = new byte[1_200];
  private final byte[] plain = new byte[1_200];
  private final byte[][] ring = new byte[RING][];
  private int[] lengths;
  private SrtpKeys keys;
  private SrtpSender sender;
  private SrtpReceiver receiver;
  private int sequenceNumber;
  private int next;

  @Setup
  public void setUp() {
    Random random = new Random(1);
    byte[] key = new byte[profile.keyBytes()];
    byte[] salt = new byte[profile.saltBytes()];
    random.nextBytes(key);
    random.nextBytes(salt);
    random.nextBytes(packet);
    keys = new SrtpKeys(profile, key, salt);
    sender = new SrtpSender(keys);
    receiver = new SrtpReceiver(keys);
    SrtpSender other = new SrtpSender(keys);
    lengths = new int[RING];
    for (int i = 0; i < RING; i++) {
      header(i);
      lengths[i] = other.protectRtp(packet, 0, HEADER_BYTES, PACKET_BYTES);
      ring[i] = packet.clone();
    }
  }

  private void header(int number) {
    packet[0] = (byte) 0x90;
    packet[1] = 96;
    Bytes.put16(packet, 2, number & 0xffff);
    Bytes.put32(packet, 8, 7);
    Bytes.put16(packet, 12, 0xbede);
    Bytes.put16(packet, 14, (HEADER_BYTES - 16) / 4);
  }

  @Benchmark
  public int protect() {
    Bytes.put16(packet, 2, sequenceNumber++ & 0xffff);
    return sender.protectRtp(packet, 0, HEADER_BYTES, PACKET_BYTES);
  }

  @Benchmark
  public int unprotect() {
    if (next == RING) {
      next = 0;
      // Or all would be replays. Its cost is shared by a thousand packets.
      receiver = new SrtpReceiver(keys);
    }
    int index = next++;
    int length = receiver.unprotectRtp(ring[index], 0, lengths[index], plain, 0);
    if (length != PACKET_BYTES) {
      throw new IllegalStateException("dropped: " + length);
    }
    return length;
  }
}
