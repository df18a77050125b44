package io.plenum.protocol.rtp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.HeaderExtensionUri;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.wire.Malformed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Av1PayloadTest {
  private final Av1Payload parser = new Av1Payload();
  private final PayloadInfo info = new PayloadInfo();

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      10 30aabb                    | -B- S0 T0    | one element, a frame
      18 08aabb                    | KB- S0 T0    | N: a coded video sequence begins
      10 08aabb                    | KB- S0 T0    | a sequence header without N
      90 08aabb                    | --- S0 T0    | Z: what looks like a sequence header is the rest of something
      20 02 08aa 30bb              | KB- S0 T0    | two elements, the first with its length
      20 02 30aa 08bb              | KB- S0 T0    | two elements, the second is the sequence header
      a0 02 08aa 08bb              | K-- S0 T0    | Z counts for the first element only
      30 01 30 02 30aa 08bb        | KB- S0 T0    | three elements
      00 02 30aa 02 08bb           | KB- S0 T0    | any number of elements, each with its length
      00 8200 30aa                 | -B- S0 T0    | a length in more bytes than it needs
      00 00 02 08bb                | KB- S0 T0    | an empty element
      10                           | TOO_SHORT    | a header and nothing behind it
      98 08aa                      | WRONG_VALUE  | Z and N at once
      10 b0aa                      | WRONG_VALUE  | the forbidden bit of an OBU
      20 03 30aa                   | WRONG_LENGTH | an element longer than what is there
      20 02 30aa                   | WRONG_LENGTH | two elements announced, one there
      30 02 30aa                   | WRONG_LENGTH | three elements announced, one there
      00 03 30aa                   | WRONG_LENGTH | the last of any number is longer than what is there
      00 82                        | WRONG_LENGTH | ends within a length
      00 ffffffffffffffff7f        | WRONG_LENGTH | a length of more than eight bytes
      00 ffffffffffffff7f          | WRONG_LENGTH | the longest length there can be
      """)
  void readsAggregationHeaderAndObus(String hex, String expected, String why) {
    Malformed wrong = parser.parse(Payloads.packet(hex), info);
    assertEquals(expected, Payloads.summary(wrong, info));
  }

  @Test
  void aFrameStartsWithItsTimestampAndEndsWithTheMarker() {
    parser.parse(Payloads.packet("18 08aa", false, 1, 3000), info);
    parser.parse(Payloads.packet("10 30aa", false, 2, 3000), info);
    assertFalse(info.frameStart);
    parser.parse(Payloads.packet("90 30aa", true, 3, 3000), info);
    assertTrue(info.frameEnd);
    parser.parse(Payloads.packet("10 30aa", false, 4, 6000), info);
    assertTrue(info.frameStart);
    assertNull(parser.parse(Payloads.packet("", true, 5, 9000), info));
    assertFalse(info.frameStart || info.frameEnd);
  }

  /** Chromium sends the dependency descriptor too: a second opinion about each packet. */
  @ParameterizedTest
  @ValueSource(strings = {"chromium-av1-L1T3", "chromium-av1-L3T3_KEY"})
  void agreesWithTheDependencyDescriptor(String name) {
    RtpVectors.Capture capture = RtpVectors.capture(name);
    int descriptorId = capture.extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR);
    DependencyDescriptor descriptor = new DependencyDescriptor();
    int[] counts = new int[2];
    capture.forEach("AV1", packet -> {
      String where = name + " " + packet.sequenceNumber();
      assertNull(parser.parse(packet, info), where);
      assertNull(descriptor.parse(packet, descriptorId), where);
      assertEquals(descriptor.frameStart() && descriptor.spatialLayer() == 0, info.frameStart, where);
      assertEquals(descriptor.structureAttached(), info.keyFrame, where);
      assertEquals(packet.marker(), info.frameEnd, where);
      counts[0] += info.frameStart ? 1 : 0;
      counts[1] += info.keyFrame ? 1 : 0;
    });
    assertTrue(counts[0] > 30 && counts[1] > 0);
  }

  @Test
  void noMutationEscapesAsAnException() {
    Payloads.mutate("chromium-av1-L3T3_KEY", "AV1", parser);
  }
}
