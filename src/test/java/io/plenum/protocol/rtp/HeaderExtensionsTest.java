package io.plenum.protocol.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HeaderExtensionsTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int ID = 5;
  private static final int ABSENT_ID = 6;
  private static final long MS = 1_000_000;

  @ParameterizedTest
  @EnumSource
  void eachUriIsFoundAgainUnderItsOwnId(HeaderExtensionUri uri) {
    assertEquals(uri, HeaderExtensionUri.fromUri(uri.uri()));
    assertEquals(uri.ordinal() + 1, uri.defaultId());
    assertTrue(uri.defaultId() <= 14);
  }

  @Test
  void anUnknownUriIsNoExtensionOfOurs() {
    assertNull(HeaderExtensionUri.fromUri("http://www.webrtc.org/experiments/rtp-hdrext/color-space"));
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource({
      "0, 0, zero",
      "1_000_000_000, 40000, one second is two to the eighteenth",
      "500_000_000, 20000, half a second",
      "63_999_999_999, ffffff, just before the wrap",
      "64_000_000_000, 0, the wrap",
      "9_223_372_036_854_775_807, 136b4a, a clock that has run for 292 years",
      "-1, ffffff, a clock that counts up from below zero"})
  void absSendTimeIsSecondsWithEighteenBitsBehindThePoint(String timeNs, String expectedHex, String why) {
    assertEquals(Integer.parseInt(expectedHex, 16), AbsSendTime.fromNs(Long.parseLong(timeNs.replace("_", ""))));
  }

  @Test
  void absSendTimeComesBackWithinFourMicroseconds() {
    byte[] bytes = new byte[4];
    for (long timeNs = 0; timeNs < 64_000 * MS; timeNs += 1_234_567) {
      AbsSendTime.put(bytes, 1, timeNs);
      int value = AbsSendTime.read(packet(HEX.formatHex(bytes, 1, 4)), ID);
      long errorNs = timeNs - AbsSendTime.toNs(value);
      assertTrue(errorNs >= 0 && errorNs < 4_000, "at " + timeNs + " off by " + errorNs);
    }
  }

  @Test
  void absSendTimesAreSubtractedAcrossTheWrap() {
    int before = AbsSendTime.fromNs(63_990 * MS);
    int after = AbsSendTime.fromNs(64_010 * MS);
    assertEquals(20, Math.round(AbsSendTime.differenceNs(after, before) / 1e6));
    assertEquals(-20, Math.round(AbsSendTime.differenceNs(before, after) / 1e6));
  }

  @Test
  void transportSequenceNumberHasSixteenBits() {
    byte[] bytes = new byte[2];
    TransportSequenceNumber.put(bytes, 0, 0x1fffe);
    assertEquals(0xfffe, TransportSequenceNumber.read(packet(HEX.formatHex(bytes)), ID));
  }

  @Test
  void audioLevelHasAVoiceBitAndALevel() {
    int audioLevel = AudioLevel.read(packet("b0"), ID);
    assertTrue(AudioLevel.voice(audioLevel));
    assertEquals(48, AudioLevel.level(audioLevel));
    assertFalse(AudioLevel.voice(AudioLevel.read(packet("7f"), ID)));
    assertEquals(AudioLevel.SILENCE, AudioLevel.level(AudioLevel.read(packet("7f"), ID)));
    byte[] bytes = new byte[1];
    AudioLevel.put(bytes, 0, true, 48);
    assertEquals((byte) 0xb0, bytes[0]);
  }

  @ParameterizedTest
  @CsvSource({"00, 0, false, false", "01, 90, false, false", "06, 180, true, false", "0b, 270, false, true"})
  void videoOrientationHasRotationFlipAndCamera(String hex, int degrees, boolean flip, boolean backCamera) {
    int orientation = VideoOrientation.read(packet(hex), ID);
    assertEquals(degrees, VideoOrientation.rotationDegrees(orientation));
    assertEquals(flip, VideoOrientation.flip(orientation));
    assertEquals(backCamera, VideoOrientation.backCamera(orientation));
    byte[] bytes = new byte[1];
    VideoOrientation.put(bytes, 0, backCamera, flip, degrees);
    assertEquals(hex, HEX.formatHex(bytes));
  }

  @ParameterizedTest
  @CsvSource({"000000, 0", "000001, 1", "7fffff, 8388607", "ffffff, -1", "800000, -8388608"})
  void transmissionTimeOffsetIsSigned(String hex, int offset) {
    assertEquals(offset, TransmissionTimeOffset.read(packet(hex), ID));
    byte[] bytes = new byte[3];
    TransmissionTimeOffset.put(bytes, 0, offset);
    assertEquals(hex, HEX.formatHex(bytes));
  }

  @Test
  void absCaptureTimeHasAShortAndALongForm() {
    RtpPacket shortForm = packet("eead02c61ae14800");
    assertTrue(AbsCaptureTime.isPresent(shortForm, ID));
    assertFalse(AbsCaptureTime.hasClockOffset(shortForm, ID));
    assertEquals(0xeead02c61ae14800L, AbsCaptureTime.captureTimeNtp(shortForm, ID));
    byte[] bytes = new byte[16];
    AbsCaptureTime.put(bytes, 0, 0xeead02c61ae14800L, -1);
    RtpPacket longForm = packet(HEX.formatHex(bytes));
    assertTrue(AbsCaptureTime.hasClockOffset(longForm, ID));
    assertEquals(-1, AbsCaptureTime.clockOffset(longForm, ID));
    assertFalse(AbsCaptureTime.isPresent(packet("eead02c61ae1480000"), ID));
    assertEquals(0, AbsCaptureTime.clockOffset(shortForm, ID));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1000000000, 100000000", "-1000000000, ffffffff00000000", "1500000000, 180000000", "-500000000, ffffffff80000000"})
  void clockOffsetsAreSignedFixedPoint(long durationNs, String hex) {
    long fixedPoint = Long.parseUnsignedLong(hex, 16);
    assertEquals(fixedPoint, AbsCaptureTime.fromNs(durationNs));
    assertEquals(durationNs, AbsCaptureTime.toNs(fixedPoint));
  }

  @Test
  void playoutDelayHasTwoTimesInTensOfMilliseconds() {
    int delay = PlayoutDelay.read(packet("00a1f4"), ID);
    assertEquals(100, PlayoutDelay.minimumMs(delay));
    assertEquals(5_000, PlayoutDelay.maximumMs(delay));
    byte[] bytes = new byte[3];
    PlayoutDelay.put(bytes, 0, 100, 5_000);
    assertEquals("00a1f4", HEX.formatHex(bytes));
    PlayoutDelay.put(bytes, 0, 0, PlayoutDelay.MAX_MS);
    assertEquals("000fff", HEX.formatHex(bytes));
  }

  @Test
  void sdesTextIsComparedAndRead() {
    RtpPacket packet = packet(HEX.formatHex("probator".getBytes()));
    assertTrue(SdesText.equals(packet, ID, "probator"));
    assertTrue(SdesText.equals(packet, ID, "probator".getBytes()));
    for (String other : new String[] {"probato", "probator1", "Probator", "probatoq", ""}) {
      assertFalse(SdesText.equals(packet, ID, other));
      assertFalse(SdesText.equals(packet, ID, other.getBytes()));
    }
    assertEquals("probator", SdesText.read(packet, ID));
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({"610062, a zero byte", "6120, a blank", "61c3a4, not ASCII", "6122, a quotation mark",
      "6161616161616161616161616161616161, seventeen characters"})
  void sdesTextThatIsNoTokenIsNotRead(String hex, String why) {
    assertNull(SdesText.read(packet(hex), ID));
  }

  @ParameterizedTest(name = "{0} bytes")
  @CsvSource({"0", "1", "2", "3", "4", "7", "8", "9", "15", "16", "17"})
  void aMissingExtensionOrOneOfTheWrongLengthIsAbsent(int length) {
    RtpPacket packet = packet("01".repeat(length));
    for (int id : new int[] {ID, ABSENT_ID, 0, -1, 255}) {
      boolean here = id == ID;
      assertEquals(here && length == 3, AbsSendTime.read(packet, id) >= 0);
      assertEquals(here && length >= 2, TransportSequenceNumber.read(packet, id) >= 0);
      assertEquals(here && length >= 1, AudioLevel.read(packet, id) >= 0);
      assertEquals(here && length >= 1, VideoOrientation.read(packet, id) >= 0);
      assertEquals(here && length == 3, TransmissionTimeOffset.read(packet, id) != TransmissionTimeOffset.ABSENT);
      assertEquals(here && length == 3, PlayoutDelay.read(packet, id) >= 0);
      assertEquals(here && (length == 8 || length == 16), AbsCaptureTime.captureTimeNtp(packet, id) != 0);
      assertEquals(here && length == 16, AbsCaptureTime.clockOffset(packet, id) != 0);
    }
  }

  /** A packet that ends right behind the extension with that data. */
  private static RtpPacket packet(String hex) {
    byte[] value = HEX.parseHex(hex);
    RtpHeaderWriter writer = new RtpHeaderWriter();
    writer.add(ID, value, 0, value.length);
    byte[] bytes = new byte[writer.headerLength()];
    writer.write(bytes, 0, false, 96, 1, 2, 3);
    RtpPacket packet = new RtpPacket();
    assertNull(packet.parse(bytes, 0, bytes.length));
    return packet;
  }
}
