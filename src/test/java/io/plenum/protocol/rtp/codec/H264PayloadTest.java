package io.plenum.protocol.rtp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.HeaderExtensionUri;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.wire.Malformed;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class H264PayloadTest {
  private static final String SPS_AND_PPS = "78 0004 6742c015 0003 68ce3c";
  private static final String IDR_FIRST = "7c 85 b80004";
  private static final String IDR_NEXT = "7c 05 fd17fc";
  private static final String DELTA = "61 e00040";

  private final H264Payload parser = new H264Payload();
  private final PayloadInfo info = new PayloadInfo();

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      61e00040                     | -B- S0 T0    | a slice of a frame that is no key frame
      65b80004                     | KB- S0 T0    | an IDR slice
      6742c015                     | KB- S0 T0    | parameter sets
      68ce3c                       | -B- S0 T0    | picture parameters alone
      09f0                         | -B- S0 T0    | an access unit delimiter
      78 0004 6742c015 0003 68ce3c | KB- S0 T0    | STAP-A with parameter sets
      78 0002 0910 0004 65b80004   | KB- S0 T0    | STAP-A with an IDR slice
      78 0002 0910 0004 61b80004   | -B- S0 T0    | STAP-A with neither
      7c85b80004                   | KB- S0 T0    | FU-A, first fragment of an IDR slice
      7c05b80004                   | K-- S0 T0    | FU-A, a later fragment of an IDR slice
      7c81b80004                   | -B- S0 T0    | FU-A, first fragment of another slice
      7c41b80004                   | --- S0 T0    | FU-A, last fragment of another slice
      78                           | TOO_SHORT    | STAP-A of nothing
      78 00                        | WRONG_LENGTH | STAP-A that ends within a length
      78 0000                      | WRONG_LENGTH | STAP-A with an empty unit
      78 0005 6742c015             | WRONG_LENGTH | STAP-A with a unit longer than what is there
      78 0004 6742c015 00          | WRONG_LENGTH | STAP-A with one byte behind its units
      7c                           | TOO_SHORT    | FU-A without its header
      """)
  void readsTheFirstPacketOfAStream(String hex, String expected, String why) {
    Malformed wrong = parser.parse(Payloads.packet(hex), info);
    assertEquals(expected, Payloads.summary(wrong, info));
  }

  @Test
  void aFrameStartsWithItsTimestamp() {
    assertEquals("KB-", parse(SPS_AND_PPS, 1, 3000));
    assertEquals("K--", parse(IDR_FIRST, 2, 3000));
    assertEquals("K--", parse(IDR_NEXT, 3, 3000));
    assertEquals("-B-", parse(DELTA, 4, 6000));
    assertEquals("---", parse(DELTA, 5, 6000));
    assertEquals("---", parse(DELTA, 3, 3000));
    assertEquals("-B-", parse(DELTA, 6, 9000));
  }

  /** 2^31 ticks are 6.6 hours. */
  @Test
  void aFrameStartsAlsoAfterAnySilenceOrLeapOfTheClock() {
    assertEquals("-B-", parse(DELTA, 1, 3000));
    assertEquals("-B-", parse(DELTA, 2, 3000 + 0x9000_0000L));
    assertEquals("-B-", parse(DELTA, 3, 6000 + 0x9000_0000L));
    assertEquals("-B-", parse(DELTA, 4, 9000));
    assertEquals("---", parse(DELTA, 5, 9000));
  }

  @Test
  void ifParameterSetsComeInBandAnIdrSliceAloneStartsNothing() {
    parse(SPS_AND_PPS, 1, 3000);
    parse(DELTA, 2, 6000);
    assertEquals("K--", parse(IDR_FIRST, 4, 9000));
  }

  @Test
  void parameterSetsThatWereOvertakenStillStartTheirFrame() {
    parse(SPS_AND_PPS, 1, 3000);
    assertEquals("K--", parse(IDR_FIRST, 6, 6000));
    assertEquals("KB-", parse(SPS_AND_PPS, 5, 6000));
  }

  @Test
  void aKeyFrameWhoseTimestampWentBackIsWhereTheStreamBeginsAnew() {
    parse(SPS_AND_PPS, 1, 0x7000_0000L);
    assertEquals("KB-", parse(SPS_AND_PPS, 2, 3000));
    assertEquals("-B-", parse(DELTA, 3, 6000));
  }

  @Test
  void theMarkerEndsTheFrameAndPaddingSaysNothing() {
    parser.parse(Payloads.packet(DELTA, true, 1, 1), info);
    assertTrue(info.frameEnd);
    assertNull(parser.parse(Payloads.packet("", true, 2, 1), info));
    assertFalse(info.frameEnd);
  }

  /** Chromium sends the dependency descriptor too: a second opinion about each packet. */
  @Test
  void agreesWithTheDependencyDescriptorOfASimulcast() {
    RtpVectors.Capture capture = RtpVectors.capture("chromium-h264-simulcast3");
    int descriptorId = capture.extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR);
    Map<Integer, H264Payload> parsers = new HashMap<>();
    Map<Integer, DependencyDescriptor> descriptors = new HashMap<>();
    int[] counts = new int[3];
    capture.forEach("H264", packet -> {
      if (packet.payloadLength() == 0) {
        return;
      }
      String where = Integer.toHexString(packet.ssrc()) + " " + packet.sequenceNumber();
      DependencyDescriptor descriptor = descriptors.computeIfAbsent(packet.ssrc(), ssrc -> new DependencyDescriptor());
      assertNull(parsers.computeIfAbsent(packet.ssrc(), ssrc -> new H264Payload()).parse(packet, info), where);
      assertNull(descriptor.parse(packet, descriptorId), where);
      assertEquals(descriptor.frameStart(), info.frameStart, where);
      assertEquals(descriptor.frameEnd(), info.frameEnd, where);
      assertEquals(descriptor.structureAttached(), info.keyFrame && info.frameStart, where);
      counts[0]++;
      counts[1] += info.keyFrame && info.frameStart ? 1 : 0;
    });
    assertEquals(3, parsers.size());
    assertTrue(counts[0] > 100 && counts[1] >= 3);
  }

  @Test
  void noMutationEscapesAsAnException() {
    Payloads.mutate("chromium-h264-simulcast3", "H264", parser);
  }

  private String parse(String hex, int sequenceNumber, long timestamp) {
    Malformed wrong = parser.parse(Payloads.packet(hex, false, sequenceNumber, timestamp), info);
    return Payloads.summary(wrong, info).substring(0, 3);
  }
}
