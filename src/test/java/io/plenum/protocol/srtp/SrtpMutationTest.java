package io.plenum.protocol.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever comes from the network: a reason, never an exception, and nothing kept. */
class SrtpMutationTest {
  private static final int MAX_BYTES = 1500;

  private final Random random = new Random(20);
  private final byte[] out = new byte[MAX_BYTES];
  private final List<byte[]> seeds = new ArrayList<>();

  @BeforeEach
  void collectSeeds() {
    seeds.addAll(Packets.corpus("rtp-corpus.ndjson"));
    seeds.addAll(Packets.corpus("rtcp-corpus.ndjson"));
    for (SrtpProfile profile : SrtpProfile.values()) {
      SrtpSender sender = new SrtpSender(Packets.keys(profile, 1));
      seeds.add(Packets.protectRtp(sender, Packets.rtp(1, 1, 30)));
      seeds.add(Packets.protectRtcp(sender, Packets.rtcp(1)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theCorporaAreRefusedQuietly(SrtpProfile profile) {
    SrtpReceiver receiver = new SrtpReceiver(Packets.keys(profile, 3));
    for (byte[] seed : seeds) {
      feed(receiver, seed, 0, Math.min(seed.length, MAX_BYTES));
    }
    assertNothingKept(receiver);
    assertEquals(2L * seeds.size(), totalDropped(receiver));
  }

  @ParameterizedTest
  @EnumSource
  void garbageOfEveryLengthIsRefusedQuietly(SrtpProfile profile) {
    SrtpReceiver receiver = new SrtpReceiver(Packets.keys(profile, 3));
    for (int length = 0; length <= 100; length++) {
      for (int round = 0; round < 20; round++) {
        // Ends where the array ends: one byte too many read would show.
        byte[] garbage = new byte[7 + length];
        random.nextBytes(garbage);
        if (round % 2 == 0 && length > 0) {
          garbage[7] = (byte) (0x80 | garbage[7] & 0x3f);
        }
        feed(receiver, garbage, 7, length);
      }
    }
    assertNothingKept(receiver);
  }

  @ParameterizedTest
  @EnumSource
  void truncatedPacketsAreRefusedQuietly(SrtpProfile profile) {
    SrtpKeys keys = Packets.keys(profile, 1);
    SrtpReceiver receiver = new SrtpReceiver(keys);
    byte[] rtp = Packets.protectRtp(new SrtpSender(keys), Packets.rtp(1, 1, 30));
    byte[] rtcp = Packets.protectRtcp(new SrtpSender(keys), Packets.rtcp(1));
    for (byte[] packet : List.of(rtp, rtcp)) {
      for (int length = 0; length < packet.length; length++) {
        feed(receiver, Arrays.copyOf(packet, length), 0, length);
      }
    }
    assertNothingKept(receiver);
  }

  @Test
  void mutatedPacketsAreRefusedQuietly() {
    SrtpReceiver[] receivers = {
      new SrtpReceiver(Packets.keys(SrtpProfile.AES128_CM_HMAC_SHA1_80, 3)),
      new SrtpReceiver(Packets.keys(SrtpProfile.AEAD_AES_128_GCM, 3))};
    byte[] packet = new byte[MAX_BYTES];
    for (int i = 0; i < 200_000; i++) {
      byte[] seed = seeds.get(random.nextInt(seeds.size()));
      int length = Math.min(seed.length, MAX_BYTES);
      System.arraycopy(seed, 0, packet, 0, length);
      for (int changes = random.nextInt(4); changes >= 0 && length > 0; changes--) {
        // Mostly in the header, where the lengths are.
        int position = random.nextInt(random.nextBoolean() ? Math.min(20, length) : length);
        packet[position] = (byte) random.nextInt(256);
      }
      length = random.nextInt(8) == 0 ? random.nextInt(length + 1) : length;
      // An exact copy for some, so that reading over the end throws.
      byte[] exact = i % 16 == 0 ? Arrays.copyOf(packet, length) : packet;
      // A wrong tag costs GCM an exception: one in eight is enough to see that none gets out.
      feed(receivers[i % 8 == 0 ? 1 : 0], exact, 0, length);
    }
    for (SrtpReceiver receiver : receivers) {
      assertNothingKept(receiver);
      for (SrtpDrop reason : List.of(SrtpDrop.TOO_SHORT, SrtpDrop.MALFORMED, SrtpDrop.NOT_ENCRYPTED,
          SrtpDrop.AUTHENTICATION_FAILED)) {
        assertTrue(receiver.dropped(reason) > 1000, reason + " only " + receiver.dropped(reason) + " times");
      }
    }
    assertEquals(400_000, totalDropped(receivers[0]) + totalDropped(receivers[1]));
  }

  private void feed(SrtpReceiver receiver, byte[] bytes, int offset, int length) {
    assertTrue(receiver.unprotectRtp(bytes, offset, length, out, 0) < 0);
    assertTrue(receiver.unprotectRtcp(bytes, offset, length, out, 0, 0) < 0);
  }

  private static void assertNothingKept(SrtpReceiver receiver) {
    assertEquals(0, receiver.rtpSsrcs());
    assertEquals(0, receiver.rtcpSsrcs());
  }

  private static long totalDropped(SrtpReceiver receiver) {
    return Arrays.stream(SrtpDrop.values()).mapToLong(receiver::dropped).sum();
  }
}
