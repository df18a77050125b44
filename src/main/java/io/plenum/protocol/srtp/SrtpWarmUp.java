package io.plenum.protocol.srtp;

import io.plenum.protocol.wire.Bytes;
import java.util.Arrays;

/**
 * Protects and unprotects made-up packets of every profile, so that the JIT has compiled the path of a packet before
 * the first real one comes: interpreted AES costs more than twenty times as much. The server runs it, for a time of
 * its choosing, before it says that it is ready; a false answer means that this JVM's cryptography does not work.
 */
public final class SrtpWarmUp {
  /**
   * After this many, half a second to a second of CPU, an iteration costs about what it will always cost (measured: 6
   * to 10 µs); the first cost 400 µs, and after a tenth of this it is still twice the final cost.
   */
  public static final long ENOUGH_ITERATIONS = 50_000;

  private static final int SSRC = 0x506c_656e;
  private static final int PAYLOAD_BYTES = 1100;
  private static final int LENGTH = RtpHeader.FIXED_BYTES + PAYLOAD_BYTES;
  private static final int RTCP_LENGTH = 64;
  /** One packet in this many is forged, so that the way of a wrong tag is warm too. */
  private static final int FORGED_EVERY = 64;

  private final Pair[] pairs = new Pair[SrtpProfile.values().length];
  private final byte[] plain = new byte[LENGTH];
  private final byte[] wire = new byte[LENGTH + SrtpSender.MAX_RTCP_OVERHEAD_BYTES];
  private final byte[] received = new byte[LENGTH];
  private int sequenceNumber;

  private record Pair(SrtpSender sender, SrtpReceiver receiver) {}

  public SrtpWarmUp() {
    for (SrtpProfile profile : SrtpProfile.values()) {
      // Keys that protect nothing need not be secret.
      SrtpKeys keys = new SrtpKeys(profile, new byte[profile.keyBytes()], new byte[profile.saltBytes()]);
      pairs[profile.ordinal()] = new Pair(new SrtpSender(keys), new SrtpReceiver(keys));
    }
    for (int i = 0; i < plain.length; i++) {
      plain[i] = (byte) i;
    }
  }

  /**
   * One iteration is one RTP packet there and back with each profile, and now and then one of RTCP and a forged one.
   *
   * @return whether every packet came back as it was, and every forged one was refused
   */
  public boolean run(long iterations) {
    boolean allRight = true;
    for (long i = 0; i < iterations; i++) {
      sequenceNumber = sequenceNumber + 1 & 0xffff;
      for (Pair pair : pairs) {
        allRight &= rtp(pair);
        if (sequenceNumber % FORGED_EVERY == 0) {
          allRight &= rtcp(pair);
        }
      }
    }
    return allRight;
  }

  private boolean rtp(Pair pair) {
    Bytes.put16(plain, 0, 0x8060);
    Bytes.put16(plain, 2, sequenceNumber);
    Bytes.put32(plain, 8, SSRC);
    System.arraycopy(plain, 0, wire, 0, LENGTH);
    int length = pair.sender.protectRtp(wire, 0, RtpHeader.FIXED_BYTES, LENGTH);
    boolean right = true;
    if (sequenceNumber % FORGED_EVERY == 0) {
      wire[LENGTH - 1] ^= 1;
      right = pair.receiver.unprotectRtp(wire, 0, length, received, 0) == SrtpDrop.AUTHENTICATION_FAILED.code();
      wire[LENGTH - 1] ^= 1;
    }
    return right && pair.receiver.unprotectRtp(wire, 0, length, received, 0) == LENGTH
        && Arrays.equals(plain, received);
  }

  private boolean rtcp(Pair pair) {
    Bytes.put16(plain, 0, 0x80c8);
    Bytes.put32(plain, 4, SSRC);
    System.arraycopy(plain, 0, wire, 0, RTCP_LENGTH);
    int length = pair.sender.protectRtcp(wire, 0, RTCP_LENGTH);
    return pair.receiver.unprotectRtcp(wire, 0, length, received, 0, 0) == RTCP_LENGTH
        && Arrays.equals(plain, 0, RTCP_LENGTH, received, 0, RTCP_LENGTH);
  }
}
