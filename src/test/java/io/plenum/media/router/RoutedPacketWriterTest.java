package io.plenum.media.router;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.parameters.RtpHeaderExtensionParameters;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.protocol.rtp.RtpPacket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutedPacketWriterTest {
  /** The publisher's ids: one of them only a two-byte header can carry. */
  private static final HeaderExtensionIds PUBLISHER = ids(Map.of(
      KnownHeaderExtension.MID, 9, KnownHeaderExtension.ABS_SEND_TIME, 2, KnownHeaderExtension.TRANSPORT_WIDE_CC, 3,
      KnownHeaderExtension.SSRC_AUDIO_LEVEL, 1, KnownHeaderExtension.VIDEO_ORIENTATION, 20,
      KnownHeaderExtension.ABS_CAPTURE_TIME, 12, KnownHeaderExtension.PLAYOUT_DELAY, 13,
      KnownHeaderExtension.DEPENDENCY_DESCRIPTOR, 7));
  private static final HeaderExtensionIds ROUTER = ids(Map.of(
      KnownHeaderExtension.MID, 1, KnownHeaderExtension.ABS_SEND_TIME, 4, KnownHeaderExtension.TRANSPORT_WIDE_CC, 5,
      KnownHeaderExtension.SSRC_AUDIO_LEVEL, 6, KnownHeaderExtension.VIDEO_ORIENTATION, 8,
      KnownHeaderExtension.ABS_CAPTURE_TIME, 10, KnownHeaderExtension.PLAYOUT_DELAY, 11));

  private final RoutedPacket slot = new RoutedPacket();

  private static HeaderExtensionIds ids(Map<KnownHeaderExtension, Integer> ids) {
    return new HeaderExtensionIds(ids.entrySet().stream()
        .map(each -> new RtpHeaderExtensionParameters(each.getKey().uri(), each.getValue(), false, Map.of())).toList());
  }

  private static RtpPacket parsed(byte[] bytes, int length) {
    RtpPacket packet = new RtpPacket();
    assertNull(packet.parse(bytes, 0, length));
    return packet;
  }

  /** Reads what was written, as a receiver would. */
  private RtpPacket written(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    new RoutedPacketWriter(PUBLISHER, ROUTER).write(parsed(bytes, bytes.length), slot);
    RtpPacket out = parsed(slot.bytes, slot.length);
    assertEquals(slot.payloadOffset, out.payloadOffset());
    return out;
  }

  private static String hex(RtpPacket packet, int id) {
    int offset = packet.extensionOffset(id);
    return offset < 0 ? "-"
        : HexFormat.of().formatHex(packet.bytes(), offset, offset + packet.extensionLength(id));
  }

  private static final String FIXED = "90ed 0007 00000001 00000002";

  @ParameterizedTest(name = "{3}")
  @CsvSource(delimiter = '|', nullValues = "-", value = {
      "80ed 0007 00000001 00000002 aabb                        | 6 | - | no extension at all",
      "90ed 0007 00000001 00000002 bede0001 10a5 0000 aabb      | 6 | a5 | an audio level",
      "90ed 0007 00000001 00000002 10000001 0101 a500 aabb      | 6 | a5 | an audio level in a two-byte header",
      "90ed 0007 00000001 00000002 100f0001 1401 0100 aabb      | 8 | 01 | an id above 14, which only two bytes can say",
      "90ed 0007 00000001 00000002 10000001 0100 0000 aabb      | 6 | - | an element without data cannot be said in one byte",
      "90ed 0007 00000001 00000002 bede0003 c7 0102030405060708 000000 aabb | 10 | 0102030405060708 | abs-capture-time of 8",
      "90ed 0007 00000001 00000002 bede0005 cf 0102030405060708090a0b0c0d0e0f10 000000 aabb | 10 | 0102030405060708090a0b0c0d0e0f10 | abs-capture-time of 16: the longest element",
      "90ed 0007 00000001 00000002 10000005 0c11 0102030405060708090a0b0c0d0e0f1011 00 aabb | 10 | - | 17 bytes do not fit",
      "90ed 0007 00000001 00000002 bede0001 d2 010203 aabb      | 11 | 010203 | a playout delay",
      "90ed 0007 00000001 00000002 12340001 10a50000 aabb       | 6 | - | a profile that nobody knows",
      "91ed 0007 00000001 00000002 deadbeef bede0001 10a5 0000 aabb | 6 | a5 | a CSRC is left out",
  })
  void extensionsGetTheRoutersIds(String in, int id, String expected, String why) {
    RtpPacket out = written(in);
    assertEquals(expected == null ? "-" : expected, hex(out, id));
    assertEquals("aabb", HexFormat.of().formatHex(slot.bytes, slot.payloadOffset, slot.length));
    assertEquals(RtpPacket.ONE_BYTE_PROFILE, out.extensionProfile());
    assertEquals(0, slot.bytes[0] & 0x0f, "no CSRCs");
    assertEquals(List.of(7, 1L, 2, true, 109),
        List.of(out.sequenceNumber(), out.timestamp(), out.ssrc(), out.marker(), out.payloadType()));
    assertEquals(List.of(1L, 2, true), List.of(slot.timestamp, slot.ssrc, slot.marker));
  }

  @Test
  void whatEachTransportSaysForItselfIsRoomAndNotThePublishersWords() {
    RtpPacket out = written(FIXED + "bede0003 917879 22111111 312222 0000 aabb");
    assertEquals("0000000000000000", hex(out, 1));
    assertEquals("000000", hex(out, 4));
    assertEquals("0000", hex(out, 5));
    assertEquals(List.of(out.extensionOffset(1), out.extensionOffset(4), out.extensionOffset(5)),
        List.of(slot.midOffset, slot.absSendTimeOffset, slot.transportCcOffset));
    assertEquals(List.of(-1, -1), List.of(slot.audioLevelOffset, slot.absCaptureTimeOffset));
  }

  @Test
  void paddingIsLeftOut() {
    RtpPacket out = written("b0ed 0007 00000001 00000002 bede0000 aabb 000003");
    assertEquals(2, out.payloadLength());
    assertEquals(0, out.paddingLength());
  }

  @Test
  void theDependencyDescriptorStandsBehindThePacketForPipes() {
    RtpPacket out = written(FIXED + "bede0001 72 800102 aabb");
    assertEquals(2, out.payloadLength());
    assertEquals("800102", HexFormat.of().formatHex(slot.bytes, slot.dependencyDescriptorOffset,
        slot.dependencyDescriptorOffset + slot.dependencyDescriptorLength));
  }

  @Test
  void aSlotThatIsUsedAgainKeepsNothingOfThePacketBefore() {
    written(FIXED + "bede0001 10a5 0000 aabbccddeeff");
    RtpPacket out = written("80ed 0007 00000001 00000002 aabb");
    assertEquals(-1, slot.audioLevelOffset);
    assertEquals(0, slot.dependencyDescriptorLength);
    assertEquals(2, out.payloadLength());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "12", "345", "1234", "12345", "123456", "1234567", "12345678"})
  void aMidOfOneToEightCharactersFitsItsRoom(String mid) {
    written(FIXED + "bede0001 10a5 0000 aabb");
    byte[] copy = Arrays.copyOf(slot.bytes, slot.length);
    byte[] bytes = mid.getBytes(StandardCharsets.US_ASCII);
    RoutedPacketWriter.patchMid(copy, slot.midOffset, RoutedPacketWriter.midWord(bytes), bytes.length);
    RtpPacket out = parsed(copy, copy.length);
    assertEquals(mid, new String(copy, out.extensionOffset(1), out.extensionLength(1), StandardCharsets.US_ASCII));
    assertEquals("a5", hex(out, 6), "what stands behind it is still found");
    assertEquals(List.of(slot.absSendTimeOffset, slot.transportCcOffset),
        List.of(out.extensionOffset(4), out.extensionOffset(5)));
    assertArrayEquals(Arrays.copyOfRange(slot.bytes, slot.payloadOffset, slot.length),
        Arrays.copyOfRange(copy, out.payloadOffset(), copy.length));
  }
}
