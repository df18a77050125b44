package io.plenum.protocol.rtp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.HeaderExtensionUri;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.wire.Malformed;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadParsersTest {
  private static final String VP8_KEY_FRAME = "10 30a900 9d012a 8002 e001";
  private static final String VP8_DELTA_FRAME = "10 31a900";

  private final PayloadInfo info = new PayloadInfo();

  @ParameterizedTest
  @CsvSource({"audio/opus, OpusPayload, false", "audio/OPUS, OpusPayload, false", "audio/multiopus, OpusPayload, false",
      "video/VP8, Vp8Payload, true", "video/vp9, Vp9Payload, true", "video/H264, H264Payload, true", "video/AV1, Av1Payload, true",
      "audio/PCMU, PlainPayload, false", "audio/G722, PlainPayload, false", "video/unheard-of, PlainPayload, false"})
  void eachCodecHasItsParser(String mimeType, String parser, boolean hasKeyFrames) {
    assertEquals(parser, PayloadParsers.forMimeType(mimeType, 0).getClass().getSimpleName());
    assertEquals(hasKeyFrames, PayloadParsers.hasKeyFrames(mimeType));
    assertEquals(hasKeyFrames, PayloadParsers.forMimeType(mimeType, 7) instanceof DescribedPayload);
  }

  @ParameterizedTest
  @CsvSource({"f8, true, true", "f8ff, true, true", "f8fffe, true, false", "'', false, false"})
  void opusOfTwoBytesOrLessIsDiscontinuousTransmission(String hex, boolean frame, boolean dtx) {
    PayloadParser opus = PayloadParsers.forMimeType("audio/opus", 0);
    assertNull(opus.parse(Payloads.packet(hex), info));
    assertEquals(dtx, info.dtx);
    assertEquals(frame, info.frameStart && info.frameEnd);
    assertFalse(info.keyFrame);
  }

  @Test
  void aPlainPacketIsAFrameOfItsOwn() {
    PayloadParser pcmu = PayloadParsers.forMimeType("audio/PCMU", 0);
    assertNull(pcmu.parse(Payloads.packet("ff"), info));
    assertTrue(info.frameStart && info.frameEnd && !info.keyFrame && !info.dtx);
  }

  @Test
  void theDependencyDescriptorIsBelievedRatherThanThePayload() {
    PayloadParser parser = PayloadParsers.forMimeType("video/VP8", Payloads.DESCRIPTOR_ID);
    assertEquals("KBE S0 T0 U 640x480", parse(parser, VP8_KEY_FRAME, 1, new DescriptorBits().mandatory(0, 1).flags("10000").l2t2(0)));
    assertEquals("-BE S1 T1 U P", parse(parser, VP8_DELTA_FRAME, 2, new DescriptorBits().mandatory(5, 3)));
    assertEquals("-BE S1 T1 U P", parse(parser, VP8_KEY_FRAME, 3, new DescriptorBits().mandatory(5, 3)), "encrypted, and looks like a key frame");
    assertEquals("KBE S0 T0 U 320x180", parse(parser, "10 ff", 4, new DescriptorBits().mandatory(0, 4).flags("10000").l2t2(0)));
  }

  @Test
  void withoutAStructureThePayloadIsBelieved() {
    PayloadParser parser = PayloadParsers.forMimeType("video/VP8", Payloads.DESCRIPTOR_ID);
    assertEquals("KBE S0 T0 640x480", parse(parser, VP8_KEY_FRAME, 1, new DescriptorBits().mandatory(0, 1)));
    assertEquals("KB- S0 T0 640x480", parse(parser, VP8_KEY_FRAME, 2, null));
  }

  @Test
  void aMalformedDescriptorIsTheReason() {
    PayloadParser parser = PayloadParsers.forMimeType("video/VP8", Payloads.DESCRIPTOR_ID);
    assertEquals("TOO_SHORT", parse(parser, VP8_KEY_FRAME, 1, new DescriptorBits().put(8, 0xc0)));
    assertEquals("TOO_SHORT", parse(parser, "10", 2, new DescriptorBits().mandatory(0, 1)));
  }

  @Test
  void aCopyHasEveryField() throws IllegalAccessException {
    PayloadInfo full = new PayloadInfo();
    for (var field : PayloadInfo.class.getFields()) {
      if (field.getType() == boolean.class) {
        field.setBoolean(full, true);
      } else {
        field.setInt(full, 77);
      }
    }
    PayloadInfo copy = new PayloadInfo();
    copy.copyFrom(full);
    full.clear();
    PayloadInfo fresh = new PayloadInfo();
    for (var field : PayloadInfo.class.getFields()) {
      assertTrue(field.get(copy).equals(true) || field.get(copy).equals(77), field.getName());
      assertEquals(field.get(fresh), field.get(full), field.getName());
    }
  }

  /** A consumer of AV1 L3T3_KEY at S0 gets all its frames: each of them begins and ends, in every temporal layer. */
  @ParameterizedTest
  @CsvSource({"chromium-av1-L3T3_KEY, AV1", "chromium-vp9-L3T3_KEY, VP9"})
  void everyLayerOfACallIsWhole(String name, String codec) {
    RtpVectors.Capture capture = RtpVectors.capture(name);
    PayloadParser parser = PayloadParsers.forMimeType("video/" + codec, capture.extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR));
    assertInstanceOf(DescribedPayload.class, parser);
    Map<String, Integer> starts = new TreeMap<>();
    Map<String, Integer> ends = new TreeMap<>();
    Map<Integer, Integer> firstPackets = new HashMap<>();
    capture.forEach(codec, packet -> {
      assertNull(parser.parse(packet, info));
      String layer = "S" + info.spatialLayer + "T" + info.temporalLayer;
      starts.merge(layer, info.frameStart ? 1 : 0, Integer::sum);
      ends.merge(layer, info.frameEnd ? 1 : 0, Integer::sum);
      if (info.keyFrame) {
        firstPackets.merge(info.spatialLayer, 1, Integer::sum);
        assertTrue(info.width > 0 && info.height > 0);
      }
    });
    assertEquals(starts, ends);
    assertTrue(starts.size() >= 6);
    assertEquals(1, firstPackets.size(), "key frames are of spatial layer 0 only");
  }

  @Test
  void noMutationOfDescribedPayloadsEscapesAsAnException() {
    int id = RtpVectors.capture("chromium-vp8-simulcast3").extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR);
    Payloads.mutate("chromium-vp8-simulcast3", "VP8", PayloadParsers.forMimeType("video/VP8", id));
    Payloads.mutate("chromium-vp8-single", "opus", PayloadParsers.forMimeType("audio/opus", 0));
  }

  private String parse(PayloadParser parser, String hex, int sequenceNumber, DescriptorBits bits) {
    // Each packet is a picture of its own.
    Malformed wrong = parser.parse(
        Payloads.packet(hex, false, sequenceNumber, 3_000L * sequenceNumber, bits == null ? null : bits.bytes()), info);
    return Payloads.summary(wrong, info);
  }
}
