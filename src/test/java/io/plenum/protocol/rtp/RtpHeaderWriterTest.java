package io.plenum.protocol.rtp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RtpHeaderWriterTest {
  private static final HexFormat HEX = HexFormat.of();
  private final RtpHeaderWriter writer = new RtpHeaderWriter();
  private final byte[] bytes = new byte[2_000];
  private final RtpPacket packet = new RtpPacket();

  @Test
  void withoutElementsTheHeaderIsTheFixedOne() {
    assertEquals(12, writer.headerLength());
    assertEquals("80e4005865431278" + "12345678", write());
  }

  @Test
  void smallElementsTakeTheOneByteForm() {
    add(1, "0056ce");
    writer.reserve(14, 2);
    assertEquals("90e400586543127812345678" + "bede0002" + "120056ce" + "e1000000", write());
    assertEquals(24, writer.headerLength());
    assertEquals(17, writer.dataOffset(1));
    assertEquals(21, writer.dataOffset(14));
    assertEquals(-1, writer.dataOffset(2));
  }

  @Test
  void anIdAboveFourteenTakesTheTwoByteForm() {
    add(15, "aa");
    assertEquals("90e400586543127812345678" + "10000001" + "0f01aa00", write());
    assertEquals(18, writer.dataOffset(15));
  }

  @Test
  void anEmptyElementTakesTheTwoByteForm() {
    add(1, "");
    assertEquals("90e400586543127812345678" + "10000001" + "01000000", write());
  }

  @Test
  void seventeenBytesTakeTheTwoByteFormAndSixteenDoNot() {
    add(1, "00".repeat(16));
    write();
    assertEquals(0xbede, Integer.parseInt(HEX.formatHex(bytes, 12, 14), 16));
    writer.clear();
    add(1, "00".repeat(17));
    write();
    assertEquals(0x1000, Integer.parseInt(HEX.formatHex(bytes, 12, 14), 16));
  }

  @Test
  void reservedBytesAreZeroWhateverWasThereBefore() {
    Arrays.fill(bytes, (byte) 0xff);
    writer.reserve(3, 5);
    assertEquals("90e400586543127812345678" + "bede0002" + "3400000000000000", write());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatIsWrittenReadsBackTheSame(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 5_000; round++) {
      writer.clear();
      byte[][] values = new byte[32][];
      int largestId = random.nextBoolean() ? 14 : 31;
      int largestLength = random.nextBoolean() ? 16 : 60;
      for (int i = random.nextInt(10); i > 0; i--) {
        int id = 1 + random.nextInt(largestId);
        if (values[id] == null) {
          values[id] = new byte[random.nextInt(largestLength + 1)];
          random.nextBytes(values[id]);
          writer.add(id, values[id], 0, values[id].length);
        }
      }
      int at = random.nextInt(3);
      int length = writer.write(bytes, at, random.nextBoolean(), 96, round, round * 3_000L, round);
      assertEquals(length, writer.headerLength());
      assertNull(packet.parse(bytes, at, length + 7));
      assertEquals(7, packet.payloadLength());
      for (int id = 1; id <= 31; id++) {
        assertEquals(values[id] != null, packet.hasExtension(id));
        if (values[id] != null) {
          assertEquals(packet.extensionOffset(id), writer.dataOffset(id));
          int from = packet.extensionOffset(id);
          assertArrayEquals(values[id], Arrays.copyOfRange(bytes, from, from + packet.extensionLength(id)));
        }
      }
    }
  }

  @Test
  void eachFieldIsPatchedWithoutTouchingTheOthers() {
    add(1, "0056ce");
    write();
    RtpHeader.setMarker(bytes, 0, false);
    RtpHeader.setPayloadType(bytes, 0, 0xff);
    RtpHeader.setSequenceNumber(bytes, 0, 0x1fffe);
    RtpHeader.setTimestamp(bytes, 0, 0x1_8000_0001L);
    RtpHeader.setSsrc(bytes, 0, 0xcafebabe);
    assertEquals("907ffffe80000001cafebabe" + "bede0001" + "120056ce", HEX.formatHex(bytes, 0, 20));
    RtpHeader.setMarker(bytes, 0, true);
    RtpHeader.setPayloadType(bytes, 0, 1);
    assertEquals("9081", HEX.formatHex(bytes, 0, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 20})
  void aReservedElementShrinksToItsValue(int otherId) {
    writer.reserve(1, 8);
    add(otherId, "77");
    int length = writer.write(bytes, 3, false, 100, 1, 2, 3);
    int midOffset = writer.dataOffset(1);
    for (String mid : new String[] {"probator", "12", "0", "abc"}) {
      RtpHeader.setExtension(bytes, 3, midOffset, 8, mid.getBytes(StandardCharsets.US_ASCII));
      assertNull(packet.parse(bytes, 3, length));
      assertTrue(SdesText.equals(packet, 1, mid));
      assertEquals(1, packet.extensionLength(otherId));
      assertEquals(0x77, bytes[packet.extensionOffset(otherId)]);
    }
    RtpHeader.removeExtension(bytes, 3, midOffset, 8);
    assertNull(packet.parse(bytes, 3, length));
    assertFalse(packet.hasExtension(1));
    assertEquals(0x77, bytes[packet.extensionOffset(otherId)]);
  }

  @Test
  void whatDoesNotFitIsOurOwnMistakeAndRefused() {
    writer.reserve(1, 2);
    write();
    assertThrows(IllegalArgumentException.class, () -> RtpHeader.setExtension(bytes, 0, 17, 2, new byte[3]));
    assertThrows(IllegalArgumentException.class, () -> writer.reserve(0, 1));
    assertThrows(IllegalArgumentException.class, () -> writer.reserve(256, 1));
    assertThrows(IllegalArgumentException.class, () -> writer.reserve(2, 256));
    for (int id = 2; id <= RtpHeaderWriter.MAX_ELEMENTS; id++) {
      writer.reserve(id, 1);
    }
    assertThrows(IllegalArgumentException.class, () -> writer.reserve(40, 1));
  }

  private void add(int id, String hex) {
    byte[] value = HEX.parseHex("ff" + hex);
    writer.add(id, value, 1, value.length - 1);
  }

  private String write() {
    int length = writer.write(bytes, 0, true, 100, 88, 0x65431278L, 0x12345678);
    return HEX.formatHex(bytes, 0, length);
  }
}
