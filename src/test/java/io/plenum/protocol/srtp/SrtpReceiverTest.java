package io.plenum.protocol.srtp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SrtpReceiverTest {
  private static final int SSRC = 0xcafebabe;

  private final SrtpKeys keys = Packets.keys(SrtpProfile.AEAD_AES_128_GCM, 1);
  private SrtpSender sender = new SrtpSender(keys);
  private SrtpReceiver receiver = new SrtpReceiver(keys);

  @ParameterizedTest
  @EnumSource
  void theLast5000PacketsReplayedTenTimesForwardNothing(SrtpProfile profile) {
    use(profile);
    List<byte[]> rtp = new ArrayList<>();
    List<byte[]> rtcp = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      // Across a roll-over, so that the same sequence numbers would fit in both rounds.
      rtp.add(Packets.protectRtp(sender, Packets.rtp(SSRC, 62_000 + i & 0xffff, 50)));
      rtcp.add(Packets.protectRtcp(sender, Packets.rtcp(SSRC)));
      assertNotNull(Packets.unprotectRtp(receiver, rtp.get(i)));
      assertNotNull(Packets.unprotectRtcp(receiver, rtcp.get(i)));
    }
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 5000; i++) {
        assertNull(Packets.unprotectRtp(receiver, rtp.get(i)));
        assertNull(Packets.unprotectRtcp(receiver, rtcp.get(i)));
      }
    }
    assertEquals(10 * (SrtpReceiver.RTP_WINDOW_PACKETS + SrtpReceiver.RTCP_WINDOW_PACKETS),
        receiver.dropped(SrtpDrop.REPLAYED));
    assertEquals(100_000, receiver.dropped(SrtpDrop.REPLAYED) + receiver.dropped(SrtpDrop.TOO_OLD));
    byte[] next = Packets.rtp(SSRC, 62_000 + 5000 & 0xffff, 50);
    assertArrayEquals(next, Packets.unprotectRtp(receiver, Packets.protectRtp(sender, next)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void nothingIsDroppedAcrossRollOversWithFivePercentLossAndReordering(long seed) {
    use(SrtpProfile.AES128_CM_HMAC_SHA1_80);
    Random random = new Random(seed);
    // Time of arrival to packet: most in order, some up to 200 packets late.
    TreeMap<Long, byte[]> arrivals = new TreeMap<>();
    for (long index = 30_000; index < 30_000 + 3 * 65_536; index++) {
      byte[] packet = Packets.protectRtp(sender, Packets.rtp(SSRC, (int) index & 0xffff, 1));
      // Far from the roll-over one in 64 will do.
      boolean near = (index + 2000 & 0xffff) < 4000;
      if ((near || index % 64 == 0) && random.nextInt(100) >= 5) {
        long late = random.nextInt(10) == 0 ? random.nextInt(200) : 0;
        arrivals.put((index + late) * 1000 + random.nextInt(1000), packet);
      }
    }
    int received = 0;
    for (byte[] packet : arrivals.values()) {
      received += Packets.unprotectRtp(receiver, packet) == null ? 0 : 1;
    }
    assertTrue(arrivals.size() > 10_000);
    assertEquals(arrivals.size(), received, "seed " + seed);
  }

  @Test
  void unknownSsrcsThatAreNotAuthenticKeepNothing() {
    // The profile that is cheapest to refuse with: no exception inside.
    use(SrtpProfile.AES128_CM_HMAC_SHA1_80);
    Random random = new Random(9);
    byte[] packet = new byte[40];
    byte[] out = new byte[40];
    int ssrcs = 1_000_000;
    for (int i = 0; i < ssrcs; i++) {
      random.nextBytes(packet);
      packet[0] = (byte) 0x80;
      assertTrue(receiver.unprotectRtp(packet, 0, 40, out, 0) < 0);
      if (i % 16 == 0) {
        packet[26] |= (byte) 0x80;
        assertTrue(receiver.unprotectRtcp(packet, 0, 40, out, 0, 0) < 0);
      }
    }
    assertEquals(0, receiver.rtpSsrcs());
    assertEquals(0, receiver.rtcpSsrcs());
    assertEquals(ssrcs + ssrcs / 16, forged());
  }

  private long forged() {
    return receiver.dropped(SrtpDrop.AUTHENTICATION_FAILED) + receiver.dropped(SrtpDrop.SUSPECT);
  }

  /** So many packets of any SSRC with a wrong tag. */
  private void flood(Random random, int packets) {
    byte[] packet = new byte[60];
    byte[] out = new byte[60];
    for (int i = 0; i < packets; i++) {
      random.nextBytes(packet);
      packet[0] = (byte) 0x80;
      assertTrue(receiver.unprotectRtp(packet, 0, packet.length, out, 0) < 0);
    }
  }

  private boolean accepted(int ssrc, int sequenceNumber) {
    return Packets.unprotectRtp(receiver, Packets.protectRtp(sender, Packets.rtp(ssrc, sequenceNumber, 50))) != null;
  }

  /** 47 and the one good packet make a period of the guard's sample, into which it must not fall. */
  @ParameterizedTest
  @ValueSource(ints = {1, 15, 47, 300})
  void underAFloodOfForgeriesAKnownStreamLosesNothingAndANewOneIsFoundSoon(int forgeriesForEach) {
    Random random = new Random(11);
    assertTrue(accepted(SSRC, 1));
    flood(random, 5_000);
    for (int i = 0; i < 200; i++) {
      flood(random, forgeriesForEach);
      assertTrue(accepted(SSRC, 2 + i), "known, packet " + i);
    }
    int tries = 1;
    for (; !accepted(7, tries); tries++) {
      flood(random, forgeriesForEach);
      flood(random, 1_000 / forgeriesForEach);
    }
    assertTrue(tries < 8 * ForgeryGuard.SAMPLE, "found after " + tries);
    assertTrue(accepted(7, tries + 1), "from then on it is known");
  }

  @Test
  void aFloodOfForgeriesIsMostlyNotExaminedAndForgottenAfterASecondOrTwoOfMedia() {
    assertTrue(accepted(SSRC, 1));
    flood(new Random(12), 100_000);
    long examined = receiver.dropped(SrtpDrop.AUTHENTICATION_FAILED);
    assertTrue(examined < ForgeryGuard.ALARM + 100_000 / ForgeryGuard.SAMPLE * 1.2, "examined " + examined);
    assertEquals(100_000, forged());
    for (int i = 0; i < 300; i++) {
      assertTrue(accepted(SSRC, 2 + i));
    }
    for (int ssrc = 100; ssrc < 130; ssrc++) {
      assertTrue(accepted(ssrc, 1), "no new stream waits any more");
    }
  }

  @Test
  void authenticSsrcsBeyondTheLimitAreDropped() {
    for (int ssrc = 0; ssrc < 2000; ssrc++) {
      boolean within = ssrc < SrtpReceiver.DEFAULT_MAX_RTP_SSRCS;
      assertEquals(within, Packets.unprotectRtp(receiver, Packets.protectRtp(sender, Packets.rtp(ssrc, 1, 9))) != null);
      boolean rtcpWithin = ssrc < SrtpReceiver.DEFAULT_MAX_RTCP_SSRCS;
      byte[] rtcp = Packets.protectRtcp(sender, Packets.rtcp(ssrc));
      assertEquals(rtcpWithin, Packets.unprotectRtcp(receiver, rtcp) != null);
    }
    assertEquals(SrtpReceiver.DEFAULT_MAX_RTP_SSRCS, receiver.rtpSsrcs());
    assertEquals(SrtpReceiver.DEFAULT_MAX_RTCP_SSRCS, receiver.rtcpSsrcs());
    assertEquals(2000 - 64 + 2000 - 256, receiver.dropped(SrtpDrop.TOO_MANY_SSRCS));

    // Those that are known go on, and one forgotten makes room for one other.
    assertNotNull(Packets.unprotectRtp(receiver, Packets.protectRtp(sender, Packets.rtp(63, 2, 9))));
    receiver.forget(63);
    assertNotNull(Packets.unprotectRtp(receiver, Packets.protectRtp(sender, Packets.rtp(5000, 1, 9))));
    assertNull(Packets.unprotectRtp(receiver, Packets.protectRtp(sender, Packets.rtp(5001, 1, 9))));
  }

  @Test
  void atTheLimitANewSenderOfRtcpTakesThePlaceOfOneThatHasFallenSilent() {
    long silence = SrtpReceiver.RTCP_SENDER_SILENCE_NS;
    for (int ssrc = 0; ssrc < SrtpReceiver.DEFAULT_MAX_RTCP_SSRCS; ssrc++) {
      assertNotNull(Packets.unprotectRtcp(receiver, Packets.protectRtcp(sender, Packets.rtcp(ssrc)), ssrc));
    }
    assertNull(Packets.unprotectRtcp(receiver, Packets.protectRtcp(sender, Packets.rtcp(1_000)), 500));
    byte[] replayed = Packets.protectRtcp(sender, Packets.rtcp(0));
    assertNotNull(Packets.unprotectRtcp(receiver, replayed, 600));

    byte[] forged = Packets.protectRtcp(sender, Packets.rtcp(1_001));
    forged[forged.length - 6] ^= 1;
    assertNull(Packets.unprotectRtcp(receiver, forged, silence + 1));
    assertEquals(SrtpReceiver.DEFAULT_MAX_RTCP_SSRCS, receiver.rtcpSsrcs(), "a forged packet takes nobody's place");
    assertNotNull(Packets.unprotectRtcp(receiver, Packets.protectRtcp(sender, Packets.rtcp(1_002)), silence + 1));
    assertEquals(SrtpReceiver.DEFAULT_MAX_RTCP_SSRCS, receiver.rtcpSsrcs());
    assertNull(Packets.unprotectRtcp(receiver, replayed, silence + 1), "who spoke last is still known");
    assertNull(Packets.unprotectRtcp(receiver, Packets.protectRtcp(sender, Packets.rtcp(1_003)), silence + 1),
        "the next has been silent for a nanosecond less");
    assertNotNull(Packets.unprotectRtcp(receiver, Packets.protectRtcp(sender, Packets.rtcp(1_003)), silence + 2));
  }

  @ParameterizedTest
  @EnumSource
  void anyChangedBitIsNoticed(SrtpProfile profile) {
    use(profile);
    byte[] rtp = Packets.protectRtp(sender, Packets.rtp(SSRC, 1, 20));
    for (int bit = 0; bit < 8 * rtp.length; bit++) {
      byte[] forged = rtp.clone();
      forged[bit / 8] ^= (byte) (1 << bit % 8);
      assertNull(Packets.unprotectRtp(receiver, forged), "bit " + bit);
    }
    byte[] rtcp = Packets.protectRtcp(sender, Packets.rtcp(SSRC));
    for (int bit = 0; bit < 8 * rtcp.length; bit++) {
      byte[] forged = rtcp.clone();
      forged[bit / 8] ^= (byte) (1 << bit % 8);
      assertNull(Packets.unprotectRtcp(receiver, forged), "bit " + bit);
    }
    assertEquals(0, receiver.rtpSsrcs() + receiver.rtcpSsrcs());
    assertNotNull(Packets.unprotectRtp(receiver, rtp));
    assertNotNull(Packets.unprotectRtcp(receiver, rtcp));
  }

  @ParameterizedTest
  @EnumSource
  void forgedPacketsOfAKnownSsrcMoveNothing(SrtpProfile profile) {
    use(profile);
    Packets.unprotectRtp(receiver, Packets.protectRtp(sender, Packets.rtp(SSRC, 1000, 20)));
    Random random = new Random(4);
    for (int i = 0; i < 20_000; i++) {
      byte[] forged = Packets.rtp(SSRC, 1001 + random.nextInt(0x8000) & 0xffff, 40);
      assertNull(Packets.unprotectRtp(receiver, forged));
    }
    for (int sequenceNumber = 1001; sequenceNumber < 1100; sequenceNumber++) {
      byte[] plain = Packets.rtp(SSRC, sequenceNumber, 20);
      assertArrayEquals(plain, Packets.unprotectRtp(receiver, Packets.protectRtp(sender, plain)));
    }
    assertEquals(20_000, forged());
  }

  @ParameterizedTest
  @EnumSource
  void packetsOfOtherKeysAreRefused(SrtpProfile profile) {
    use(profile);
    SrtpSender stranger = new SrtpSender(Packets.keys(profile, 2));
    assertNull(Packets.unprotectRtp(receiver, Packets.protectRtp(stranger, Packets.rtp(SSRC, 1, 20))));
    assertNull(Packets.unprotectRtcp(receiver, Packets.protectRtcp(stranger, Packets.rtcp(SSRC))));
    // RTCP's keys are not RTP's.
    assertNull(Packets.unprotectRtcp(receiver, Packets.protectRtp(sender, Packets.rtp(SSRC, 1, 20))));
    assertNull(Packets.unprotectRtp(receiver, Packets.protectRtcp(sender, Packets.rtcp(SSRC))));
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource({
      "8060, TOO_SHORT, 27 bytes leave no room for header and tag, 27",
      "8060, AUTHENTICATION_FAILED, 28 bytes might be a packet without payload, 28",
      "4060, MALFORMED, version 1, 40",
      "0060, MALFORMED, version 0, 40",
      "8360, AUTHENTICATION_FAILED, three CSRCs fill the packet up to the tag, 40",
      "8460, MALFORMED, the fourth CSRC would stand in the tag, 40",
      "8f60, MALFORMED, fifteen CSRCs announced and none present, 40",
      "9060, MALFORMED, an extension announced and nothing behind the fixed header, 28",
      "9060, MALFORMED, an extension of 65535 words, 40"})
  void badHeadersAreDroppedBeforeCryptography(String start, SrtpDrop expected, String why, int length) {
    byte[] packet = new byte[length];
    Arrays.fill(packet, (byte) 0xff);
    Bytes.put16(packet, 0, Integer.parseInt(start, 16));
    assertEquals(expected.code(), receiver.unprotectRtp(packet, 0, length, new byte[100], 0), why);
    assertEquals(1, receiver.dropped(expected));
  }

  @Test
  void unencryptedRtcpIsRefusedEvenWithARightTag() {
    for (SrtpProfile profile : SrtpProfile.values()) {
      use(profile);
      byte[] packet = Packets.protectRtcp(sender, Packets.rtcp(SSRC));
      int indexPosition = SrtpTransform.of(Packets.keys(profile, 1)).rtcpIndexPosition(packet.length);
      packet[indexPosition] &= 0x7f;
      assertEquals(SrtpDrop.NOT_ENCRYPTED.code(), receiver.unprotectRtcp(packet, 0, packet.length, new byte[100], 0, 0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void needsNoMoreRoomThanThePlainPacket(SrtpProfile profile) {
    use(profile);
    byte[] plain = Packets.rtp(SSRC, 1, 20);
    byte[] packet = Packets.protectRtp(sender, plain);
    assertEquals(SrtpDrop.TOO_LONG.code(), receiver.unprotectRtp(packet, 0, packet.length, new byte[33], 2));
    byte[] out = new byte[34];
    assertEquals(32, receiver.unprotectRtp(packet, 0, packet.length, out, 2));
    assertArrayEquals(plain, Arrays.copyOfRange(out, 2, 34));

    byte[] rtcp = Packets.protectRtcp(sender, Packets.rtcp(SSRC));
    assertEquals(SrtpDrop.TOO_LONG.code(), receiver.unprotectRtcp(rtcp, 0, rtcp.length, new byte[27], 0, 0));
    assertEquals(28, receiver.unprotectRtcp(rtcp, 0, rtcp.length, new byte[28], 0, 0));
  }

  @Test
  void readingAndWritingTheSameArrayIsOurOwnMistake() {
    byte[] packet = new byte[100];
    assertThrows(IllegalArgumentException.class, () -> receiver.unprotectRtp(packet, 0, 100, packet, 0));
    assertThrows(IllegalArgumentException.class, () -> receiver.unprotectRtcp(packet, 0, 100, packet, 0, 0));
  }

  @Test
  void everyReasonComesBackFromItsCode() {
    for (SrtpDrop reason : SrtpDrop.values()) {
      assertTrue(reason.code() < 0);
      assertEquals(reason, SrtpDrop.of(reason.code()));
    }
    assertNull(SrtpDrop.of(0));
    assertEquals("too_many_ssrcs", SrtpDrop.TOO_MANY_SSRCS.label());
  }

  private void use(SrtpProfile profile) {
    sender = new SrtpSender(Packets.keys(profile, 1));
    receiver = new SrtpReceiver(Packets.keys(profile, 1));
  }
}
