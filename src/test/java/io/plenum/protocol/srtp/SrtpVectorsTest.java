package io.plenum.protocol.srtp;

import static io.plenum.protocol.srtp.Packets.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.protocol.wire.Bytes;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The RFCs' own numbers, and whole packets that another implementation computed. */
class SrtpVectorsTest {
  private static final JsonNode RFC_3711 = Packets.vectors("srtp-rfc3711.json");
  private static final JsonNode RFC_7714 = Packets.vectors("srtp-aead-rfc7714.json");

  /** CM_32 stands in the vectors, but we never speak it. */
  private static final Map<String, SrtpProfile> PROFILES = Map.of(
      "SRTP_AES128_CM_HMAC_SHA1_80", SrtpProfile.AES128_CM_HMAC_SHA1_80,
      "AEAD_AES_128_GCM", SrtpProfile.AEAD_AES_128_GCM,
      "AEAD_AES_256_GCM", SrtpProfile.AEAD_AES_256_GCM);

  @Test
  void derivesTheSessionKeysOfRfc3711B3() {
    JsonNode b3 = RFC_3711.path("B3");
    SrtpKeys keys = new SrtpKeys(
        SrtpProfile.AES128_CM_HMAC_SHA1_80, hex(b3, "masterKey"), hex(b3, "masterSalt"));
    SessionKeys rtp = SrtpKeyDerivation.rtp(keys);
    byte[] authenticationKey = hex(b3, "authKey94");

    assertArrayEquals(hex(b3, "cipherKey"), rtp.encryptionKey());
    assertArrayEquals(hex(b3, "cipherSalt"), rtp.salt());
    assertArrayEquals(Arrays.copyOf(authenticationKey, 20), rtp.authenticationKey());
    assertArrayEquals(authenticationKey, SrtpKeyDerivation.derive(
        keys.masterKey(), keys.masterSalt(), SrtpKeyDerivation.RTP_AUTHENTICATION, authenticationKey.length));
  }

  @Test
  void makesTheKeystreamOfRfc3711B2() {
    JsonNode b2 = RFC_3711.path("B2");
    SessionKeys keys = new SessionKeys(hex(b2, "sessionKey"), new byte[20], hex(b2, "sessionSalt"));
    int lastBlock = 0xff01;
    // SSRC and index are 0, and zeros are encrypted: what comes out is the keystream.
    byte[] packet = new byte[12 + 16 * (lastBlock + 1) + SrtpSender.MAX_RTP_OVERHEAD_BYTES];
    new CounterModeTransform(keys, keys).protectRtp(packet, 0, 12, 12 + 16 * (lastBlock + 1), 0, 0);

    assertArrayEquals(hex(b2, "keystreamFirst48"), Arrays.copyOfRange(packet, 12, 12 + 48));
    JsonNode blocks = b2.path("keystreamBlocksFEFF_FF00_FF01");
    for (int i = 0; i < 3; i++) {
      int from = 12 + 16 * (0xfeff + i);
      assertArrayEquals(hex(blocks.get(i).asText()), Arrays.copyOfRange(packet, from, from + 16));
    }
  }

  static Stream<JsonNode> packetsFromMasterKeys() {
    return Stream.of(RFC_3711.path("packets"), RFC_7714.path("packetsFromMasterKeys"))
        .flatMap(list -> StreamSupport.stream(list.spliterator(), false))
        .filter(packet -> PROFILES.containsKey(packet.path("profile").asText()));
  }

  @Test
  void onlyTheProfileWeRefuseIsLeftOut() {
    assertEquals(82, packetsFromMasterKeys().count());
  }

  @ParameterizedTest
  @MethodSource("packetsFromMasterKeys")
  void protectsAndUnprotectsWholePackets(JsonNode vector) {
    SrtpTransform transform = SrtpTransform.of(keys(vector));
    if (vector.has("rtcp")) {
      assertRtcpBothWays(transform, vector);
    } else {
      assertRtpBothWays(transform, vector);
    }
  }

  /** The same packets through the whole: the roll-over counter is reached by sending, not set. */
  @ParameterizedTest
  @MethodSource("packetsFromMasterKeys")
  void senderAndReceiverReachTheRollOverCounter(JsonNode vector) {
    long rollOverCounter = vector.path("roc").asLong();
    if (rollOverCounter > 16) {
      return; // the transform above has shown it
    }
    SrtpKeys keys = keys(vector);
    SrtpSender sender = new SrtpSender(keys);
    SrtpReceiver receiver = new SrtpReceiver(keys);
    if (vector.has("rtcp")) {
      byte[] plain = hex(vector, "rtcp");
      for (int index = 0; index < vector.path("srtcpIndex").asInt(); index++) {
        Packets.protectRtcp(sender, plain);
      }
      assertArrayEquals(hex(vector, "srtcp"), Packets.protectRtcp(sender, plain));
      assertArrayEquals(plain, Packets.unprotectRtcp(receiver, hex(vector, "srtcp")));
      return;
    }
    byte[] plain = hex(vector, "rtp");
    int ssrc = Bytes.i32(plain, 8);
    long target = rollOverCounter << 16 | Bytes.u16(plain, 2);
    for (long index = target & 0x3fff; index < target; index += 0x4000) {
      byte[] step = Packets.rtp(ssrc, (int) index & 0xffff, 0);
      assertArrayEquals(step, Packets.unprotectRtp(receiver, Packets.protectRtp(sender, step)));
    }
    byte[] onTheWire = Packets.protectRtp(sender, plain);
    assertArrayEquals(hex(vector, "srtp"), onTheWire);
    assertArrayEquals(plain, Packets.unprotectRtp(receiver, onTheWire));
  }

  static Stream<JsonNode> rfc7714Vectors() {
    return StreamSupport.stream(RFC_7714.path("vectors").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("rfc7714Vectors")
  void agreesWithRfc7714(JsonNode vector) {
    SessionKeys keys = new SessionKeys(hex(vector, "sessionKey"), new byte[0], hex(vector, "sessionSalt"));
    SrtpTransform transform = new GcmTransform(keys, keys);
    if (vector.has("rtcp")) {
      assertRtcpBothWays(transform, vector);
    } else if (vector.path("authOnly").asBoolean()) {
      // We never agree to unencrypted RTP, and so must not take it for ours.
      byte[] packet = hex(vector, "srtp");
      assertEquals(SrtpTransform.FORGED, transform.unprotectRtp(packet, 0, 12, packet.length, Bytes.i32(packet, 8),
          Bytes.u16(packet, 2), new byte[packet.length], 0));
    } else {
      assertRtpBothWays(transform, vector);
    }
  }

  @Test
  void refusesRtcpWithAWrongIndex() {
    JsonNode vector = rfc7714Vectors().filter(v -> v.has("rtcp")).findFirst().orElseThrow();
    SessionKeys keys = new SessionKeys(hex(vector, "sessionKey"), new byte[0], hex(vector, "sessionSalt"));
    byte[] packet = hex(vector, "srtcp");
    assertEquals(SrtpTransform.FORGED, new GcmTransform(keys, keys).unprotectRtcp(
        packet, 0, packet.length, Bytes.i32(packet, 4), 1493, new byte[packet.length], 0));
  }

  @Test
  void noSessionKeyIsUsedTwice() {
    for (SrtpProfile profile : SrtpProfile.values()) {
      SrtpKeys keys = Packets.keys(profile, 5);
      SessionKeys rtp = SrtpKeyDerivation.rtp(keys);
      SessionKeys rtcp = SrtpKeyDerivation.rtcp(keys);
      Set<String> prefixes = Set.of(prefix(rtp.encryptionKey()), prefix(rtcp.encryptionKey()), prefix(rtp.salt()),
          prefix(rtcp.salt()), prefix(keys.masterKey()));
      assertEquals(5, prefixes.size());
      assertEquals(profile == SrtpProfile.AES128_CM_HMAC_SHA1_80 ? 20 : 0, rtp.authenticationKey().length);
    }
  }

  private static String prefix(byte[] key) {
    return Arrays.toString(Arrays.copyOf(key, 12));
  }

  private static SrtpKeys keys(JsonNode vector) {
    return new SrtpKeys(
        PROFILES.get(vector.path("profile").asText()), hex(vector, "masterKey"), hex(vector, "masterSalt"));
  }

  private static void assertRtpBothWays(SrtpTransform transform, JsonNode vector) {
    byte[] plain = hex(vector, "rtp");
    byte[] wire = hex(vector, "srtp");
    int headerLength = RtpHeader.length(plain, 0, plain.length);
    int ssrc = Bytes.i32(plain, 8);
    long index = vector.path("roc").asLong() << 16 | Bytes.u16(plain, 2);

    // At an odd offset, so that nothing relies on 0.
    byte[] packet = new byte[3 + wire.length];
    System.arraycopy(plain, 0, packet, 3, plain.length);
    assertEquals(wire.length, transform.protectRtp(packet, 3, headerLength, plain.length, ssrc, index));
    assertArrayEquals(wire, Arrays.copyOfRange(packet, 3, packet.length));

    byte[] out = new byte[5 + plain.length];
    assertEquals(plain.length, transform.unprotectRtp(packet, 3, headerLength, wire.length, ssrc, index, out, 5));
    assertArrayEquals(plain, Arrays.copyOfRange(out, 5, out.length));
    assertNull(SrtpDrop.of(plain.length));
  }

  private static void assertRtcpBothWays(SrtpTransform transform, JsonNode vector) {
    byte[] plain = hex(vector, "rtcp");
    byte[] wire = hex(vector, "srtcp");
    int ssrc = Bytes.i32(plain, 4);
    int index = vector.path("srtcpIndex").asInt();

    byte[] packet = new byte[3 + wire.length];
    System.arraycopy(plain, 0, packet, 3, plain.length);
    assertEquals(wire.length, transform.protectRtcp(packet, 3, plain.length, ssrc, index));
    assertArrayEquals(wire, Arrays.copyOfRange(packet, 3, packet.length));

    assertEquals(SrtpTransform.E_BIT | index, Bytes.i32(packet, 3 + transform.rtcpIndexPosition(wire.length)));
    byte[] out = new byte[5 + plain.length];
    assertEquals(plain.length, transform.unprotectRtcp(packet, 3, wire.length, ssrc, index, out, 5));
    assertArrayEquals(plain, Arrays.copyOfRange(out, 5, out.length));
  }
}
