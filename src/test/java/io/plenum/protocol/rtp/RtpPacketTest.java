package io.plenum.protocol.rtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.wire.Malformed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RtpPacketTest {
  private static final HexFormat HEX = HexFormat.of();
  private final RtpPacket packet = new RtpPacket();

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      806400586543127812345678                                         |                 | fixed header alone
      8064005865431278123456                                           | TOO_SHORT       | one byte less than the fixed header
      406400586543127812345678                                         | WRONG_VERSION   | version 1
      006400586543127812345678                                         | WRONG_VERSION   | version 0, which is STUN or DTLS
      8264005865431278123456781111111122222222                         |                 | two CSRCs
      82640058654312781234567811111111                                 | TOO_SHORT       | two CSRCs announced but one present
      9064005865431278123456 78bede00                                  | TOO_SHORT       | the extension's header is cut
      906400586543127812345678bede0001120056ce                         |                 | one extension of three bytes
      906400586543127812345678bede0002120056ce                         | WRONG_LENGTH    | two words of extensions announced but one present
      906400586543127812345678bede0001130056ce                         | WRONG_EXTENSION | an element of four bytes where three are left
      906400586543127812345678100000010400aa00                         |                 | two-byte form, an empty element, then id 170 with none
      906400586543127812345678100000010000 00aa                        | WRONG_EXTENSION | two-byte form, an id without a length
      906400586543127812345678100000010404aabb                         | WRONG_EXTENSION | two-byte form, an element of four bytes where two are left
      90640058654312781234567812340001ffffffff                         |                 | an extension profile nobody knows is skipped
      906400586543127812345678bede0000                                 |                 | an extension of no words
      a06400586543127812345678                                         | WRONG_PADDING   | padding announced but no byte left for its count
      a06400586543127812345678aabb00                                   | WRONG_PADDING   | a padding count of zero
      a06400586543127812345678aabb03                                   |                 | padding only
      a06400586543127812345678aabb04                                   | WRONG_PADDING   | more padding than payload
      """)
  void saysWhyBytesAreNoPacket(String hex, Malformed expected, String why) {
    byte[] bytes = HEX.parseHex(hex.replace(" ", ""));
    assertEquals(expected, packet.parse(bytes, 0, bytes.length));
  }

  @Test
  void csrcsAndPaddingAreNotPayload() {
    byte[] bytes = HEX.parseHex("ffffb264005865431278123456783456789032435465bede0001120056ce7061796c6f616470616464696e6708");
    assertNull(packet.parse(bytes, 2, bytes.length - 2));
    assertEquals(28, packet.headerLength());
    assertEquals("payload", new String(bytes, packet.payloadOffset(), packet.payloadLength()));
    assertEquals(8, packet.paddingLength());
    assertEquals(100, packet.payloadType());
    assertFalse(packet.marker());
    assertEquals(88, packet.sequenceNumber());
    assertEquals(0x65431278L, packet.timestamp());
    assertEquals(0x12345678, packet.ssrc());
    assertEquals(0xbede, packet.extensionProfile());
    assertEquals("0056ce", extension(1));
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      bede0003 1011 0000 212222 33 11111111 00  | 1=11 2=2222 3=11111111                | padding stands between elements
      bede0002 1011 f0 2011 000000              | 1=11                                  | id 15 ends the reading
      bede0002 1011 01 2011 000000              | 1=11                                  | id 0 with a length ends the reading
      bede0001 1011 00 00                       | 1=11                                  | padding stands at the end
      bede0002 1011 1022 00000000               | 1=22                                  | of two with the same id the last counts
      10000003 1001aa 1f00 2001bb 0000 0000     | 16=aa 31=                             | an id beyond those we look up is skipped
      100f0001 0501aa00                         | 5=aa                                  | the lowest bits of the two-byte profile are the application's
      """)
  void findsExtensions(String hex, String expected, String why) {
    byte[] bytes = HEX.parseHex("906400586543127812345678" + hex.replace(" ", ""));
    assertNull(packet.parse(bytes, 0, bytes.length));
    List<String> found = new ArrayList<>();
    for (int id = 0; id <= 300; id++) {
      if (packet.hasExtension(id)) {
        found.add(id + "=" + extension(id));
      }
    }
    assertEquals(expected, String.join(" ", found));
  }

  @Test
  void nothingOfTheLastPacketStaysInTheView() {
    byte[] with = HEX.parseHex("906400586543127812345678bede0001120056ce");
    byte[] without = HEX.parseHex("806400586543127812345678");
    packet.parse(with, 0, with.length);
    assertTrue(packet.hasExtension(1));
    packet.parse(without, 0, without.length);
    assertFalse(packet.hasExtension(1));
    assertEquals(-1, packet.extensionOffset(1));
    assertEquals(-1, packet.extensionLength(1));
    assertEquals(0, packet.extensionProfile());
  }

  static List<String> captures() {
    return RtpVectors.CAPTURES;
  }

  /** Wireshark is the second opinion. Its rows have the elements of a packet in the packet's order. */
  @ParameterizedTest
  @MethodSource("captures")
  void readsWhatWiresharkReads(String name) {
    RtpVectors.Capture capture = RtpVectors.capture(name);
    assertEquals(capture.expected().size(), capture.rtp().size());
    for (int i = 0; i < capture.rtp().size(); i++) {
      byte[] bytes = capture.rtp().get(i);
      String[] row = capture.expected().get(i);
      assertNull(packet.parse(bytes, 0, bytes.length));
      String where = name + " packet " + i;
      assertEquals(Integer.parseInt(row[0]), packet.sequenceNumber(), where);
      assertEquals((int) (long) Long.decode(row[1]), packet.ssrc(), where);
      // "99,106": Wireshark also looks inside what it takes for redundant audio.
      assertEquals(Integer.parseInt(row[2].split(",")[0]), packet.payloadType(), where);
      assertEquals("1".equals(row[3]), packet.marker(), where);
      assertEquals(Long.parseLong(row[4]), packet.timestamp(), where);
      assertEquals("1".equals(row[5]), packet.paddingLength() > 0, where);
      assertEquals(row[6].isEmpty() ? 0 : Integer.decode(row[6]), packet.extensionProfile(), where);
      Map<Integer, String> expected = new TreeMap<>();
      if (!row[7].isEmpty()) {
        String[] ids = row[7].split(",");
        String[] data = row[8].split(",", -1);
        for (int e = 0; e < ids.length; e++) {
          expected.put(Integer.parseInt(ids[e]), data[e]);
        }
      }
      Map<Integer, String> found = new HashMap<>();
      for (int id = 0; id <= RtpPacket.MAX_EXTENSION_ID; id++) {
        if (packet.hasExtension(id)) {
          found.put(id, extension(id));
        }
      }
      assertEquals(expected, new TreeMap<>(found), where);
    }
  }

  @Test
  void theCorporaAnswerWithAReasonOrAPacketInsideItsBytes() {
    int packets = 0;
    for (byte[] seed : RtpVectors.corpus("rtp")) {
      packets += parseAndTouchAll(seed, 0, seed.length) ? 1 : 0;
    }
    assertEquals(17, packets);
  }

  @Test
  void noMutationEscapesAsAnException() {
    List<byte[]> seeds = new ArrayList<>(RtpVectors.corpus("rtp"));
    seeds.addAll(RtpVectors.capture("chromium-av1-L3T3_KEY").rtp().subList(0, 100));
    Mutations.run(seeds, 200_000, 8285, this::parseAndTouchAll);
  }

  @ParameterizedTest
  @CsvSource({"0x80, true", "0xbf, true", "0x7f, false", "0xc0, false", "0x14, false", "0x00, false"})
  void rtpAndRtcpBeginWithVersionTwo(String first, boolean expected) {
    assertEquals(expected, RtpPacket.isRtpOrRtcp((byte) (int) Integer.decode(first)));
  }

  @ParameterizedTest
  @CsvSource({"191, false", "192, true", "200, true", "206, true", "223, true", "224, false", "96, false", "45, false"})
  void rtcpIsKnownByItsPacketType(int second, boolean expected) {
    assertEquals(expected, RtpPacket.isRtcp((byte) second));
  }

  private boolean parseAndTouchAll(byte[] bytes, int offset, int length) {
    if (packet.parse(bytes, offset, length) != null) {
      return false;
    }
    assertEquals(length, packet.headerLength() + packet.payloadLength() + packet.paddingLength());
    assertTrue(packet.payloadLength() >= 0 && packet.headerLength() >= RtpPacket.FIXED_HEADER_BYTES);
    for (int id = 0; id <= RtpPacket.MAX_EXTENSION_ID; id++) {
      if (packet.hasExtension(id)) {
        assertTrue(packet.extensionOffset(id) >= offset + 16);
        assertTrue(packet.extensionOffset(id) + packet.extensionLength(id) <= packet.payloadOffset());
      }
    }
    return true;
  }

  private String extension(int id) {
    int from = packet.extensionOffset(id);
    return HEX.formatHex(Arrays.copyOfRange(packet.bytes(), from, from + packet.extensionLength(id)));
  }
}
