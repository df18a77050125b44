package io.plenum.protocol.rtp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.wire.Malformed;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Vp8PayloadTest {
  private final Vp8Payload parser = new Vp8Payload();
  private final PayloadInfo info = new PayloadInfo();

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      00 01                                    | --- S0 T0                              | a later packet of a frame, no extension
      10 01                                    | -B- S0 T0                              | S and partition 0: the first packet of a frame
      11 00                                    | --- S0 T0                              | S but partition 1: no first packet, whatever its bytes look like
      10 30a900 9d012a 8002 e001               | KB- S0 T0 640x480                      | a key frame with its size
      10 30a900 9d012a 8042 e0c1               | KB- S0 T0 640x480                      | the upper two bits of a size are a scale
      10 30a900 9d012b 8002 e001               | KB- S0 T0                              | a key frame whose start code is hidden has no size
      10 30a900 9d012a 8002 e0                 | KB- S0 T0                              | a key frame that ends before its size is whole
      90 80 11 01                              | -B- S0 T0 id=17/7@2                    | picture id of 7 bits
      90 80 9234 01                            | -B- S0 T0 id=4660/15@2                 | picture id of 15 bits
      90 80 ffff 01                            | -B- S0 T0 id=32767/15@2                | the largest picture id
      90 40 ff 01                              | -B- S0 T0 tl0=255@2                    | TL0PICIDX alone
      90 e0 9234 07 a0 01                      | -B- S0 T2 U id=4660/15@2 tl0=7@4       | all of them, TID 2 and Y
      90 e0 11 07 40 01                        | -B- S0 T1 id=17/7@2 tl0=7@3            | TID 1 without Y
      90 10 ff 01                              | -B- S0 T0                              | K alone: TID and Y do not count
      90 20 c0 01                              | -B- S0 T3                              | T alone
      90                                       | TOO_SHORT                              | ends where the extension bits should be
      90 80                                    | TOO_SHORT                              | ends where the picture id should be
      90 80 92                                 | TOO_SHORT                              | ends within a picture id of 15 bits
      90 40                                    | TOO_SHORT                              | ends where TL0PICIDX should be
      90 20                                    | TOO_SHORT                              | ends where TID should be
      90 e0 9234 07 a0                         | TOO_SHORT                              | a descriptor and no VP8 behind it
      10                                       | TOO_SHORT                              | a descriptor of one byte and no VP8 behind it
      """)
  void readsTheDescriptor(String hex, String expected, String why) {
    Malformed wrong = parser.parse(Payloads.packet(hex), info);
    assertEquals(expected, Payloads.summary(wrong, info));
  }

  @Test
  void theMarkerEndsTheFrame() {
    parser.parse(Payloads.packet("00 01", true, 1, 1), info);
    assertTrue(info.frameEnd);
  }

  @Test
  void aPacketOfPaddingOnlySaysNothing() {
    parser.parse(Payloads.packet("10 30a900 9d012a 8002 e001"), info);
    assertNull(parser.parse(Payloads.packet(""), info));
    assertEquals("--- S0 T0", Payloads.summary(null, info));
  }

  @ParameterizedTest
  @ValueSource(strings = {"chromium-vp8-single", "chromium-vp8-simulcast3", "chromium-vp8-simulcast3-L1T3-noDD"})
  void readsWhatWiresharkReads(String name) {
    RtpVectors.Capture capture = RtpVectors.capture(name);
    RtpPacket packet = new RtpPacket();
    int keyFrames = 0;
    int compared = 0;
    for (int i = 0; i < capture.rtp().size(); i++) {
      byte[] bytes = capture.rtp().get(i);
      String[] row = capture.expected().get(i);
      packet.parse(bytes, 0, bytes.length);
      if (!"VP8".equals(capture.codecs().get(packet.payloadType()))) {
        continue;
      }
      String where = name + " packet " + i;
      assertNull(parser.parse(packet, info), where);
      if (row[12].isEmpty()) {
        assertEquals(0, packet.payloadLength(), where);
        continue;
      }
      compared++;
      assertEquals(row[9].isEmpty() ? -1 : Integer.parseInt(row[9]), info.pictureId, where);
      assertEquals(row[10].isEmpty() ? -1 : Integer.parseInt(row[10]), info.tl0PictureIndex, where);
      assertEquals(row[11].isEmpty() ? 0 : Integer.parseInt(row[11]), info.temporalLayer, where);
      assertEquals("1".equals(row[12]) && "0".equals(row[13]), info.frameStart, where);
      assertEquals(info.frameStart && "0".equals(row[14]), info.keyFrame, where);
      assertEquals(row[15].isEmpty() ? 0 : Integer.parseInt(row[15]), info.width, where);
      assertEquals(row[16].isEmpty() ? 0 : Integer.parseInt(row[16]), info.height, where);
      keyFrames += info.keyFrame ? 1 : 0;
    }
    assertTrue(compared > 100 && keyFrames > 0, compared + " packets, " + keyFrames + " key frames");
  }

  @Test
  void inL1T3SomeFramesOfHigherTemporalLayersAreSwitchingUpPointsAndOthersNot() {
    Set<String> seen = new TreeSet<>();
    RtpVectors.capture("chromium-vp8-simulcast3-L1T3-noDD").forEach("VP8", packet -> {
      parser.parse(packet, info);
      seen.add("T" + info.temporalLayer + (info.switchingUpPoint ? " Y" : ""));
    });
    assertTrue(seen.containsAll(Set.of("T1 Y", "T2 Y", "T2")), seen.toString());
  }

  @Test
  void noMutationEscapesAsAnException() {
    Payloads.mutate("chromium-vp8-simulcast3-L1T3-noDD", "VP8", parser);
  }
}
