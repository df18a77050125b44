package io.plenum.protocol.srtp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.plenum.protocol.wire.Bytes;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SrtpSenderTest {
  private static final int SSRC = 0xcafebabe;

  @ParameterizedTest
  @EnumSource
  void aPacketSentAgainAtOnceIsTheSamePacket(SrtpProfile profile) {
    SrtpSender sender = new SrtpSender(Packets.keys(profile, 1));
    byte[] plain = Packets.rtp(SSRC, 100, 500);
    byte[] first = Packets.protectRtp(sender, plain);
    assertArrayEquals(first, Packets.protectRtp(sender, plain));
    assertArrayEquals(first, Packets.protectRtp(sender, plain));
  }

  @ParameterizedTest
  @EnumSource
  void aPacketSentAgainAfterARollOverKeepsItsRollOverCounter(SrtpProfile profile) {
    SrtpSender sender = new SrtpSender(Packets.keys(profile, 1));
    Packets.protectRtp(sender, Packets.rtp(SSRC, 32_000, 20));
    byte[] old = Packets.rtp(SSRC, 65_000, 20);
    byte[] first = Packets.protectRtp(sender, old);
    for (int index = 65_001; index < 65_536 + 5000; index++) {
      Packets.protectRtp(sender, Packets.rtp(SSRC, index & 0xffff, 20));
    }
    assertArrayEquals(first, Packets.protectRtp(sender, old));
  }

  @Test
  void sequenceNumbersThatComeRoundAreProtectedDifferently() {
    SrtpSender sender = new SrtpSender(Packets.keys(SrtpProfile.AEAD_AES_128_GCM, 1));
    byte[] plain = Packets.rtp(SSRC, 7, 20);
    byte[] first = Packets.protectRtp(sender, plain);
    for (int sequenceNumber = 0x4000; sequenceNumber < 0x10000; sequenceNumber += 0x4000) {
      Packets.protectRtp(sender, Packets.rtp(SSRC, sequenceNumber, 20));
    }
    assertFalse(Arrays.equals(first, Packets.protectRtp(sender, plain)));
  }

  @Test
  void refusesWhatIsFurtherBehindThanAnyResend() {
    SrtpSender sender = new SrtpSender(Packets.keys(SrtpProfile.AEAD_AES_128_GCM, 1));
    Packets.protectRtp(sender, Packets.rtp(SSRC, 20_000, 20));
    Packets.protectRtp(sender, Packets.rtp(SSRC, 20_001 - SrtpSender.MAX_RESEND_DISTANCE, 20));
    byte[] tooOld = Arrays.copyOf(Packets.rtp(SSRC, 20_000 - SrtpSender.MAX_RESEND_DISTANCE, 20), 48);
    byte[] before = tooOld.clone();
    assertEquals(SrtpDrop.TOO_OLD.code(), sender.protectRtp(tooOld, 0, 12, 32));
    assertArrayEquals(before, tooOld);
    assertEquals(1, sender.dropped(SrtpDrop.TOO_OLD));
  }

  @Test
  void eachSsrcHasItsOwnRollOverCounterAndRtcpIndex() {
    SrtpKeys keys = Packets.keys(SrtpProfile.AEAD_AES_128_GCM, 1);
    SrtpSender sender = new SrtpSender(keys);
    SrtpReceiver receiver = new SrtpReceiver(keys);
    for (int index = 30_000; index < 90_000; index += 10_000) {
      Packets.unprotectRtp(receiver, Packets.protectRtp(sender, Packets.rtp(1, index & 0xffff, 20)));
    }
    // Had SSRC 2 the roll-over counter of SSRC 1, a receiver that sees it for the first time would refuse it.
    byte[] plain = Packets.rtp(2, 10_000, 20);
    assertArrayEquals(plain, Packets.unprotectRtp(receiver, Packets.protectRtp(sender, plain)));
    assertEquals(0, rtcpIndex(Packets.protectRtcp(sender, Packets.rtcp(1))));
    assertEquals(1, rtcpIndex(Packets.protectRtcp(sender, Packets.rtcp(1))));
    assertEquals(0, rtcpIndex(Packets.protectRtcp(sender, Packets.rtcp(2))));
    assertEquals(2, sender.streams());
    sender.forget(1);
    assertEquals(1, sender.streams());
  }

  @Test
  void hundredsOfOurOwnSsrcsAreKept() {
    SrtpKeys keys = Packets.keys(SrtpProfile.AES128_CM_HMAC_SHA1_80, 1);
    SrtpSender sender = new SrtpSender(keys);
    SrtpReceiver receiver = new SrtpReceiver(keys, 1000, 1000);
    for (int index = 30_000; index < 90_000; index += 20_000) {
      for (int ssrc = 0; ssrc < 1000; ssrc++) {
        byte[] plain = Packets.rtp(ssrc, index & 0xffff, 20);
        assertArrayEquals(plain, Packets.unprotectRtp(receiver, Packets.protectRtp(sender, plain)));
      }
    }
    assertEquals(1000, sender.streams());
  }

  @Test
  void headersAreReadableAndPayloadsAreNot() {
    for (SrtpProfile profile : SrtpProfile.values()) {
      byte[] plain = Packets.rtp(SSRC, 1, 100);
      byte[] wire = Packets.protectRtp(new SrtpSender(Packets.keys(profile, 1)), plain);
      assertEquals(plain.length + profile.rtpTagBytes(), wire.length);
      assertEquals(-1, Arrays.mismatch(Arrays.copyOf(plain, 12), Arrays.copyOf(wire, 12)));
      int same = 0;
      for (int i = 12; i < plain.length; i++) {
        same += plain[i] == wire[i] ? 1 : 0;
      }
      assertEquals(0, same / 8, same + " of 100 bytes went out as they were");

      byte[] rtcp = Packets.protectRtcp(new SrtpSender(Packets.keys(profile, 1)), Packets.rtcp(SSRC));
      assertEquals(28 + profile.rtcpTagBytes() + 4, rtcp.length);
    }
  }

  @Test
  void noIndexIsUsedTwiceWhenTheKeysAreAtTheirEnd() {
    SrtpKeys keys = Packets.keys(SrtpProfile.AEAD_AES_128_GCM, 1);
    SrtpSender sender = new SrtpSender(keys, (1L << 48) - 2, (1L << 31) - 1);
    byte[] last = Packets.rtp(SSRC, 0xffff, 20);
    byte[] lastOnTheWire = Packets.protectRtp(sender, last);
    byte[] oneMore = Arrays.copyOf(Packets.rtp(SSRC, 0, 20), 48);
    assertEquals(SrtpDrop.KEYS_EXHAUSTED.code(), sender.protectRtp(oneMore, 0, 12, 32));
    assertArrayEquals(lastOnTheWire, Packets.protectRtp(sender, last));

    assertEquals(0x7fff_ffff, rtcpIndex(Packets.protectRtcp(sender, Packets.rtcp(SSRC))));
    assertEquals(SrtpDrop.KEYS_EXHAUSTED.code(), sender.protectRtcp(Arrays.copyOf(Packets.rtcp(SSRC), 48), 0, 28));
    assertEquals(2, sender.dropped(SrtpDrop.KEYS_EXHAUSTED));
  }

  @Test
  void noRoomForTheTagIsOurOwnMistake() {
    SrtpSender sender = new SrtpSender(Packets.keys(SrtpProfile.AEAD_AES_128_GCM, 1));
    assertThrows(IllegalArgumentException.class, () -> sender.protectRtp(new byte[12 + 15], 0, 12, 12));
    assertThrows(IllegalArgumentException.class, () -> sender.protectRtp(new byte[100], 0, 13, 12));
    assertThrows(IllegalArgumentException.class, () -> sender.protectRtcp(new byte[8 + 19], 0, 8));
    assertThrows(IllegalArgumentException.class, () -> sender.protectRtcp(new byte[100], 0, 7));
    assertEquals(0, sender.streams());
  }

  /** GCM's, where it stands last. */
  private static int rtcpIndex(byte[] packet) {
    return Bytes.i32(packet, packet.length - 4) & ~SrtpTransform.E_BIT;
  }
}
