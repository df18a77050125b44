package io.plenum.protocol.rtp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.HeaderExtensionUri;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.wire.Malformed;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Vp9PayloadTest {
  private final Vp9Payload parser = new Vp9Payload();
  private final PayloadInfo info = new PayloadInfo();

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      00 aa                            | --- S0 T0                               | nothing but P=0
      08 aa                            | KB- S0 T0                               | B, no layers, refers to no earlier picture: a key frame
      48 aa                            | -B- S0 T0 P                             | B and P: not a key frame
      04 aa                            | --E S0 T0                               | E
      80 11 aa                         | --- S0 T0 id=17/7@1                     | picture id of 7 bits
      80 9234 aa                       | --- S0 T0 id=4660/15@1                  | picture id of 15 bits
      a8 9234 00 09 aa                 | KB- S0 T0 id=4660/15@1 tl0=9@4          | non-flexible: TL0PICIDX behind the layers
      a8 9234 03 09 aa                 | -B- S1 T0 id=4660/15@1 tl0=9@4          | spatial layer 1 of a key picture is no place to switch to
      e8 11 54 09 aa                   | -B- S2 T2 U P id=17/7@1 tl0=9@3         | TID 2, U, SID 2
      b8 9234 e2 aa                    | -B- S1 T7 id=4660/15@1                  | flexible: no TL0PICIDX; the highest temporal layer
      f8 11 00 02 aa                   | -B- S0 T0 P id=17/7@1                   | flexible, one reference
      f8 11 00 03 05 06 aa             | -B- S0 T0 P id=17/7@1                   | flexible, three references
      f8 11 00 03 05 07 08 aa          | TOO_MANY                                | flexible, four references
      f8 11 00 03 05                   | TOO_SHORT                               | ends within the references
      f8 11 00 02                      | TOO_SHORT                               | a descriptor and no VP9 behind it
      0a 10 0280 01e0 aa               | KB- S0 T0 640x480                       | scalability structure, one layer with its size
      2e 02 00 30 0140 00f0 0280 01e0 aa    | -BE S1 T0 tl0=0@2 640x480          | scalability structure: the size is that of the packet's layer
      2e 04 00 30 0140 00f0 0280 01e0 aa    | -BE S2 T0 tl0=0@2                  | scalability structure without the packet's layer
      0a 00 aa                         | KB- S0 T0                               | scalability structure, neither sizes nor pictures
      0a 08 02 04 10 48 01 02 aa       | KB- S0 T0                               | two pictures, of one and of two references
      0a 08 00 aa                      | KB- S0 T0                               | a picture group of none
      0a                               | TOO_SHORT                               | ends where the structure should be
      0a 10 0280 01                    | TOO_SHORT                               | ends within a size
      0a f0 0280 01e0 aa               | TOO_SHORT                               | eight layers announced, one there
      0a 08                            | TOO_SHORT                               | ends where the count of pictures should be
      0a 08 02 00                      | TOO_SHORT                               | two pictures announced, one there
      0a 08 01 04                      | TOO_SHORT                               | one reference announced, none there
      80                               | TOO_SHORT                               | ends where the picture id should be
      80 92                            | TOO_SHORT                               | ends within a picture id of 15 bits
      a0 11                            | TOO_SHORT                               | ends where the layers should be
      a0 11 00                         | TOO_SHORT                               | ends where TL0PICIDX should be
      """)
  void readsTheDescriptor(String hex, String expected, String why) {
    Malformed wrong = parser.parse(Payloads.packet(hex), info);
    assertEquals(expected, Payloads.summary(wrong, info));
  }

  @Test
  void aPacketOfPaddingOnlySaysNothing() {
    parser.parse(Payloads.packet("a8 9234 00 09 aa"), info);
    assertNull(parser.parse(Payloads.packet(""), info));
    assertEquals("--- S0 T0", Payloads.summary(null, info));
  }

  /** Chromium sends the dependency descriptor too: a second opinion about each packet. */
  @ParameterizedTest
  @ValueSource(strings = {"chromium-vp9-L1T3", "chromium-vp9-L3T3_KEY"})
  void agreesWithTheDependencyDescriptor(String name) {
    RtpVectors.Capture capture = RtpVectors.capture(name);
    int descriptorId = capture.extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR);
    DependencyDescriptor descriptor = new DependencyDescriptor();
    int[] packets = new int[1];
    capture.forEach("VP9", packet -> {
      if (packet.payloadLength() == 0) {
        return;
      }
      String where = name + " " + packet.sequenceNumber();
      assertNull(parser.parse(packet, info), where);
      assertNull(descriptor.parse(packet, descriptorId), where);
      assertTrue(descriptor.isResolved(), where);
      assertEquals(descriptor.spatialLayer(), info.spatialLayer, where);
      assertEquals(descriptor.temporalLayer(), info.temporalLayer, where);
      assertEquals(descriptor.frameStart(), info.frameStart, where);
      assertEquals(descriptor.frameEnd(), info.frameEnd, where);
      assertEquals(descriptor.structureAttached(), info.keyFrame, where);
      assertEquals(descriptor.interPicturePredicted(), info.interPicturePredicted, where);
      packets[0]++;
    });
    assertTrue(packets[0] > 100);
  }

  @Test
  void aCallInL3T3KeyHasThreeSpatialAndThreeTemporalLayers() {
    Set<Integer> spatial = new TreeSet<>();
    Set<Integer> temporal = new TreeSet<>();
    Map<Integer, Set<Integer>> frames = new HashMap<>();
    int[] counts = new int[4];
    RtpVectors.capture("chromium-vp9-L3T3_KEY").forEach("VP9", packet -> {
      parser.parse(packet, info);
      spatial.add(info.spatialLayer);
      temporal.add(info.temporalLayer);
      counts[0] += info.frameStart ? 1 : 0;
      counts[1] += info.frameEnd ? 1 : 0;
      counts[2] += packet.marker() ? 1 : 0;
      counts[3] += info.keyFrame ? 1 : 0;
      frames.computeIfAbsent(info.pictureId, id -> new HashSet<>()).add(info.spatialLayer);
    });
    assertEquals(Set.of(0, 1, 2), spatial);
    assertEquals(Set.of(0, 1, 2), temporal);
    assertEquals(counts[0], counts[1]);
    assertEquals(counts[2], frames.size());
    assertEquals(counts[0], frames.values().stream().mapToInt(Set::size).sum());
    assertTrue(counts[3] >= 2);
  }

  @Test
  void noMutationEscapesAsAnException() {
    Payloads.mutate("chromium-vp9-L3T3_KEY", "VP9", parser);
  }
}
