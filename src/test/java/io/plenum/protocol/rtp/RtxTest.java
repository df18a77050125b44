package io.plenum.protocol.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RtxTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String ORIGINAL = "90e000581111111122222222" + "bede0001120056ce" + "0102030405";
  private static final String RTX = "90e1fffe1111111133333333" + "bede0001120056ce" + "0058" + "0102030405";
  private final RtpPacket packet = new RtpPacket();

  @Test
  void encapsulatesHeaderOriginalSequenceNumberAndPayload() {
    byte[] original = HEX.parseHex("ff" + ORIGINAL);
    byte[] into = new byte[100];
    int length = Rtx.encapsulate(original, 1, original.length - 1, 20, into, 2, 0x33333333, 0xfffe, 97);
    assertEquals(RTX, HEX.formatHex(into, 2, 2 + length));
  }

  @Test
  void restoresTheOriginalInPlace() {
    byte[] bytes = HEX.parseHex("ffff" + RTX);
    assertNull(packet.parse(bytes, 2, bytes.length - 2));
    assertEquals(Rtx.Restored.ORIGINAL, Rtx.restore(packet, 0x22222222, 96));
    assertEquals(ORIGINAL, HEX.formatHex(bytes, packet.offset(), packet.offset() + packet.length()));
    assertEquals(0x58, packet.sequenceNumber());
    assertEquals(0x22222222, packet.ssrc());
    assertEquals(96, packet.payloadType());
    assertTrue(packet.marker());
    assertEquals(5, packet.payloadLength());
    assertEquals("0056ce", HEX.formatHex(bytes, packet.extensionOffset(1), packet.extensionOffset(1) + 3));
  }

  @Test
  void cutsPaddingOff() {
    byte[] bytes = HEX.parseHex("b0" + RTX.substring(2) + "000003");
    assertNull(packet.parse(bytes, 0, bytes.length));
    assertEquals(Rtx.Restored.ORIGINAL, Rtx.restore(packet, 0x22222222, 96));
    assertEquals(ORIGINAL, HEX.formatHex(bytes, packet.offset(), packet.offset() + packet.length()));
  }

  @Test
  void anOriginalOfNoPayloadIsRestoredToo() {
    byte[] bytes = HEX.parseHex("8061fffe11111111333333330058");
    assertNull(packet.parse(bytes, 0, bytes.length));
    assertEquals(Rtx.Restored.ORIGINAL, Rtx.restore(packet, 0x22222222, 96));
    assertEquals("806000581111111122222222", HEX.formatHex(bytes, packet.offset(), bytes.length));
  }

  @Test
  void anEmptyPacketAndOneOfPaddingOnlyAreProbes() {
    for (String hex : List.of("8061fffe1111111133333333", "a061fffe1111111133333333000003")) {
      byte[] bytes = HEX.parseHex(hex);
      assertNull(packet.parse(bytes, 0, bytes.length));
      assertEquals(Rtx.Restored.PADDING_PROBE, Rtx.restore(packet, 0x22222222, 96));
      assertEquals(hex, HEX.formatHex(bytes));
    }
  }

  @Test
  void oneByteOfPayloadIsTooShort() {
    byte[] bytes = HEX.parseHex("8061fffe111111113333333300");
    assertNull(packet.parse(bytes, 0, bytes.length));
    assertEquals(Rtx.Restored.TOO_SHORT, Rtx.restore(packet, 0x22222222, 96));
    assertEquals("8061fffe111111113333333300", HEX.formatHex(bytes));
  }

  static List<String> captures() {
    return RtpVectors.CAPTURES;
  }

  /** Those of Chromium's RTX packets whose original was captured too must restore to its very payload. */
  @ParameterizedTest
  @MethodSource("captures")
  void restoresWhatChromiumRetransmits(String name) {
    RtpVectors.Capture capture = RtpVectors.capture(name);
    Map<String, String> payloadByTimestampAndSequence = new HashMap<>();
    for (String codec : Set.of("VP8", "VP9", "H264", "AV1")) {
      capture.forEach(codec, media -> payloadByTimestampAndSequence.put(key(media), payload(media)));
    }
    Set<Rtx.Restored> outcomes = new HashSet<>();
    int[] compared = new int[1];
    capture.forEach("rtx", rtx -> {
      Rtx.Restored outcome = Rtx.restore(rtx, 7, capture.apt().get(rtx.payloadType()));
      outcomes.add(outcome);
      if (outcome == Rtx.Restored.ORIGINAL) {
        String original = payloadByTimestampAndSequence.get(key(rtx));
        if (original != null) {
          assertEquals(original, payload(rtx));
          compared[0]++;
        }
      }
    });
    assertTrue(outcomes.contains(Rtx.Restored.ORIGINAL) || outcomes.contains(Rtx.Restored.PADDING_PROBE));
    assertTrue(compared[0] > 0 || !outcomes.contains(Rtx.Restored.ORIGINAL), "nothing could be compared");
  }

  @Test
  void noMutationEscapesAsAnException() {
    List<byte[]> seeds = RtpVectors.capture("chromium-vp8-simulcast3").rtp().stream().filter(b -> (b[1] & 0x7f) == 97).toList();
    Mutations.run(seeds, 200_000, 4588, (bytes, offset, length) -> {
      if (packet.parse(bytes, offset, length) == null && Rtx.restore(packet, 1, 96) == Rtx.Restored.ORIGINAL) {
        assertTrue(packet.offset() + packet.length() <= offset + length);
        assertNull(new RtpPacket().parse(bytes, packet.offset(), packet.length()));
      }
    });
  }

  private static String key(RtpPacket packet) {
    return packet.payloadType() + " " + packet.timestamp() + " " + packet.sequenceNumber();
  }

  private static String payload(RtpPacket packet) {
    return HEX.formatHex(Arrays.copyOfRange(packet.bytes(), packet.payloadOffset(), packet.payloadOffset() + packet.payloadLength()));
  }
}
