package io.plenum.protocol.rtp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.HeaderExtensionUri;
import io.plenum.protocol.rtp.Mutations;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.wire.Malformed;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DependencyDescriptorTest {
  /** Templates of {@link DescriptorBits#l2t2}. */
  private static final int S0T0_KEY = 0;
  private static final int S0T0 = 1;
  private static final int S0T1 = 2;
  private static final int S1T0_KEY = 3;
  private static final int S1T0 = 4;
  private static final int S1T1 = 5;

  private final DependencyDescriptor descriptor = new DependencyDescriptor();
  private int sequenceNumber = 65_000;
  private long timestamp;

  @Test
  void withoutAStructureOnlyNumberAndBordersAreKnown() {
    assertNull(parse(new DescriptorBits().raw("10").put(6, 1).put(16, 0xfffe)));
    assertFalse(descriptor.isResolved());
    assertTrue(descriptor.frameStart());
    assertFalse(descriptor.frameEnd());
    assertEquals(0xfffe, descriptor.frameNumber());
    assertFalse(descriptor.structureAttached());
  }

  @Test
  void aKeyFrameBringsTheStructure() {
    assertNull(parse(keyFrame(40, 100)));
    assertTrue(descriptor.isResolved());
    assertTrue(descriptor.structureAttached());
    assertEquals("S0 T0 SSSS []", frame());
    assertEquals("320x180", descriptor.width() + "x" + descriptor.height());
    assertEquals(4, descriptor.decodeTargets());
    assertEquals("0/0 0/1 1/0 1/1", decodeTargets());
    assertEquals(0b1111, descriptor.activeDecodeTargets());
    assertFalse(descriptor.interPicturePredicted());
    assertTrue(descriptor.switchingUpPoint());
  }

  @Test
  void laterFramesReferToItsTemplatesWhoseIdsWrap() {
    parse(keyFrame(60, 100));
    assertNull(parse(new DescriptorBits().mandatory(63, 101)));
    assertEquals("S1 T0 --SS [1]", frame());
    assertEquals("640x360", descriptor.width() + "x" + descriptor.height());
    assertFalse(descriptor.structureAttached());
    nextPicture();
    assertNull(parse(new DescriptorBits().mandatory(60 + S0T1, 102)));
    assertEquals("S0 T1 -D-D [2]", frame());
    assertNull(parse(new DescriptorBits().mandatory(60 + S1T1 - 64, 103)));
    assertEquals("S1 T1 ---D [1, 2]", frame());
  }

  @Test
  void aFrameMayDifferFromItsTemplate() {
    parse(keyFrame(0, 100));
    assertNull(parse(new DescriptorBits().mandatory(S0T0, 110).flags("00111")
        .raw("11 10 01 00").raw("01 0001 10 11111111 11 000000000000 00").raw("00000000 11111111")));
    assertEquals("S0 T0 RSD- [2, 256, 1]", frame());
  }

  @Test
  void theFurthestFrameDiffIsFourThousandAndNinetySix() {
    parse(keyFrame(0, 100));
    assertNull(parse(new DescriptorBits().mandatory(S0T0, 110).flags("00010").raw("11 111111111111 00")));
    assertEquals("S0 T0 SSSS [4096]", frame());
  }

  @Test
  void activeDecodeTargetsStayUntilAPacketSaysOtherwise() {
    parse(keyFrame(0, 100));
    assertNull(parse(new DescriptorBits().mandatory(S0T0, 101).flags("01000").raw("0011")));
    assertEquals(0b0011, descriptor.activeDecodeTargets());
    assertNull(parse(new DescriptorBits().mandatory(S0T1, 102)));
    assertEquals(0b0011, descriptor.activeDecodeTargets());
    parse(keyFrame(0, 103));
    assertEquals(0b1111, descriptor.activeDecodeTargets());
    assertNull(parse(new DescriptorBits().mandatory(S0T0_KEY, 104).flags("11000").l2t2(0).raw("0001")));
    assertEquals(0b0001, descriptor.activeDecodeTargets());
  }

  @Test
  void aPacketOvertakenByOthersDoesNotBringBackWhatWas() {
    parse(keyFrame(0, 100));
    parse(new DescriptorBits().mandatory(S0T0, 101).flags("01000").raw("0011"));
    assertNull(parseAt(sequenceNumber - 1, new DescriptorBits().mandatory(S0T0, 101).flags("01000").raw("1111")));
    assertEquals(0b0011, descriptor.activeDecodeTargets());
    assertNull(parseAt(sequenceNumber - 50, keyFrame(30, 50)));
    assertEquals("S0 T0 SSSS []", frame());
    assertTrue(descriptor.structureAttached());
    assertNull(parse(new DescriptorBits().mandatory(S0T1, 102)));
    assertTrue(descriptor.isResolved(), "the newer structure, with ids from 0, still holds");
    assertEquals(0b0011, descriptor.activeDecodeTargets());
  }

  @Test
  void aSenderThatBeganAnewIsFollowed() {
    parse(keyFrame(0, 100));
    assertNull(parseAt(sequenceNumber - 20_000, keyFrame(30, 50)));
    assertNull(parseAt(sequenceNumber - 19_999, new DescriptorBits().mandatory(30 + S1T0, 51)));
    assertTrue(descriptor.isResolved());
  }

  /** One key frame in an hour: the next may have a number just below that of the last, of one or more cycles before. */
  @Test
  void aKeyFrameIsFollowedWhereverTheSequenceNumbersHaveComeRoundTo() {
    parse(keyFrame(0, 100));
    timestamp += 3_600 * 90_000L;
    assertNull(parseAt(sequenceNumber + 0x1_0000 - 500, keyFrame(30, 50)));
    timestamp += 3_000;
    assertNull(parseAt(sequenceNumber + 0x1_0000 - 499, new DescriptorBits().mandatory(30 + S1T0, 51).flags("01000").raw("0011")));
    assertTrue(descriptor.isResolved());
    assertEquals(0b0011, descriptor.activeDecodeTargets());
  }

  @Test
  void aTemplateOfAnotherStructureIsNotResolvedButNotMalformed() {
    parse(keyFrame(0, 100));
    assertNull(parse(new DescriptorBits().mandatory(6, 101)));
    assertFalse(descriptor.isResolved());
    assertNull(parse(new DescriptorBits().mandatory(S0T0, 102)));
    assertTrue(descriptor.isResolved());
  }

  @Test
  void whoBeginsToReceiveAHigherTemporalLayerNeedsAFrameThatDependsOnTheLowestOnly() {
    parse(keyFrame(0, 100));
    parse(new DescriptorBits().mandatory(S1T0_KEY, 101));
    assertFalse(descriptor.interPicturePredicted());
    nextPicture();
    parse(new DescriptorBits().mandatory(S0T1, 102));
    assertTrue(descriptor.switchingUpPoint());
    assertTrue(descriptor.interPicturePredicted());
    parse(new DescriptorBits().mandatory(S1T1, 103));
    assertTrue(descriptor.switchingUpPoint(), "of its own picture it may depend on any layer");
    nextPicture();
    parse(new DescriptorBits().mandatory(S0T1, 104));
    assertFalse(descriptor.switchingUpPoint(), "depends on frame 102 of T1");
    parse(new DescriptorBits().mandatory(S0T1, 150));
    assertFalse(descriptor.switchingUpPoint(), "depends on a frame that never came");
  }

  @Test
  void aPictureWithoutAMiddleLayerIsStillToldFromTheOneBefore() {
    parse(keyFrame(0, 100));
    parse(new DescriptorBits().mandatory(S1T0_KEY, 101));
    nextPicture();
    // S1 alone: its frame before is next to it, but in the picture before.
    parse(new DescriptorBits().mandatory(S1T0, 102).flags("00010").raw("01 0000 00"));
    assertEquals("S1 T0 --SS [1]", frame());
    assertTrue(descriptor.interPicturePredicted());
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      c0 00      | TOO_SHORT | less than the mandatory fields
      c0 0001 80 | TOO_SHORT | a structure announced and not there
      """)
  void saysWhyItIsMalformed(String hex, Malformed expected, String why) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertEquals(expected, descriptor.parse(bytes, 0, bytes.length, 1, 1));
  }

  @Test
  void aStructureHasAtMostSixtyFourTemplates() {
    assertNull(parse(templates("00".repeat(63) + "11", 64)));
    assertEquals(Malformed.TOO_MANY, parse(templates("00".repeat(64) + "11", 65)));
  }

  @Test
  void aStructureHasAtMostFourSpatialAndEightTemporalLayers() {
    assertNull(parse(templates("10".repeat(3) + "11", 4)));
    assertEquals(Malformed.WRONG_VALUE, parse(templates("10".repeat(4) + "11", 5)));
    assertNull(parse(templates("01".repeat(7) + "11", 8)));
    assertEquals(Malformed.WRONG_VALUE, parse(templates("01".repeat(8) + "11", 9)));
  }

  @Test
  void aStructureMayHaveThirtyTwoDecodeTargets() {
    DescriptorBits bits = new DescriptorBits().mandatory(0, 1).flags("10000").put(6, 0).put(5, 31).raw("11");
    assertNull(parse(bits.raw("10".repeat(31) + "01").raw("0").put(5, 0).raw("0")));
    assertEquals(32, descriptor.decodeTargets());
    assertEquals(-1, descriptor.activeDecodeTargets());
    assertEquals(DependencyDescriptor.DTI_SWITCH, descriptor.indication(30));
    assertEquals(DependencyDescriptor.DTI_DISCARDABLE, descriptor.indication(31));
  }

  @Test
  void aFrameDependsOnAtMostSixteen() {
    parse(keyFrame(0, 100));
    assertNull(parse(new DescriptorBits().mandatory(S0T0, 101).flags("00010").raw("01 0001".repeat(16) + "00")));
    assertEquals(16, descriptor.frameDiffCount());
    assertEquals(Malformed.TOO_MANY,
        parse(new DescriptorBits().mandatory(S0T0, 102).flags("00010").raw("01 0001".repeat(17) + "00")));
  }

  @Test
  void theFirstPacketOfAStructureMustReferToIt() {
    assertEquals(Malformed.WRONG_VALUE, parse(new DescriptorBits().mandatory(6, 100).flags("10000").l2t2(0)));
    assertNull(parse(new DescriptorBits().mandatory(S0T0, 101)));
    assertFalse(descriptor.isResolved(), "the structure was not kept");
  }

  @Test
  void aDescriptorCutAnywhereIsTooShortAndChangesNothing() {
    byte[] whole = keyFrame(30, 100).bytes();
    parse(keyFrame(0, 90));
    for (int length = 4; length < whole.length; length++) {
      Malformed wrong = descriptor.parse(whole, 0, length, ++sequenceNumber, timestamp);
      assertEquals(Malformed.TOO_SHORT, wrong, "cut to " + length);
      assertFalse(descriptor.isResolved());
      assertNull(parse(new DescriptorBits().mandatory(S1T1, 91)));
      assertEquals("S1 T1 ---D [1, 2]", frame());
    }
  }

  @Test
  void aPacketWithoutTheExtensionHasNone() {
    assertEquals(Malformed.MISSING_FIELD, descriptor.parse(Payloads.packet("00"), Payloads.DESCRIPTOR_ID));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      chromium-vp8-simulcast3  | VP8  | 0/0 0/1 0/2
      chromium-h264-simulcast3 | H264 | 0/0
      chromium-vp9-L1T3        | VP9  | 0/0 0/1 0/2
      chromium-vp9-L3T3_KEY    | VP9  | 0/0 0/1 0/2 1/0 1/1 1/2 2/0 2/1 2/2
      chromium-av1-L1T3        | AV1  | 0/0 0/1 0/2
      chromium-av1-L3T3_KEY    | AV1  | 0/0 0/1 0/2 1/0 1/1 1/2
      """)
  void everyDecodeTargetOfACallIsReceived(String name, String codec, String expectedTargets) {
    RtpVectors.Capture capture = RtpVectors.capture(name);
    int id = capture.extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR);
    TreeSet<String> layers = new TreeSet<>();
    int[] ssrc = new int[1];
    int[] ends = new int[2];
    capture.forEach(codec, packet -> {
      // One stream of a simulcast.
      ssrc[0] = ssrc[0] == 0 ? packet.ssrc() : ssrc[0];
      if (packet.ssrc() != ssrc[0] || packet.payloadLength() == 0) {
        return;
      }
      assertNull(descriptor.parse(packet, id));
      assertTrue(descriptor.isResolved());
      layers.add(descriptor.spatialLayer() + "/" + descriptor.temporalLayer());
      assertEquals(expectedTargets, decodeTargets());
      // A frame is in the decode targets of its own layers, and not in those of lower ones.
      for (int target = 0; target < descriptor.decodeTargets(); target++) {
        int spatial = descriptor.decodeTargetSpatialLayer(target);
        int temporal = descriptor.decodeTargetTemporalLayer(target);
        boolean present = descriptor.indication(target) != DependencyDescriptor.DTI_NOT_PRESENT;
        assertTrue(present || spatial != descriptor.spatialLayer() || temporal < descriptor.temporalLayer());
        assertFalse(present && (spatial < descriptor.spatialLayer() || temporal < descriptor.temporalLayer()));
      }
      ends[0] += packet.marker() ? 1 : 0;
      ends[1] += packet.marker() && descriptor.frameEnd() ? 1 : 0;
    });
    assertEquals(expectedTargets, String.join(" ", layers));
    assertTrue(ends[0] > 10);
    assertEquals(ends[0], ends[1]);
  }

  @Test
  void theCorpusLeavesEveryAnswerInItsRange() {
    for (byte[] seed : RtpVectors.corpus("dependency-descriptor")) {
      parseAndTouchAll(seed, 0, seed.length);
    }
  }

  @Test
  void noMutationEscapesAsAnException() {
    List<byte[]> seeds = new ArrayList<>(RtpVectors.corpus("dependency-descriptor"));
    RtpVectors.Capture capture = RtpVectors.capture("chromium-vp9-L3T3_KEY");
    int id = capture.extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR);
    capture.forEach("VP9", packet -> {
      byte[] seed = new byte[packet.extensionLength(id)];
      System.arraycopy(packet.bytes(), packet.extensionOffset(id), seed, 0, seed.length);
      seeds.add(seed);
      if (seed.length > 3) {
        seeds.add(seed);
      }
    });
    for (int offset : new int[] {0, 13, 60}) {
      seeds.add(keyFrame(offset, 1).bytes());
    }
    int[] resolved = new int[1];
    Mutations.run(seeds, 200_000, 7, (bytes, offset, length) ->
        resolved[0] += parseAndTouchAll(bytes, offset, length) ? 1 : 0);
    assertTrue(resolved[0] > 10_000, "only " + resolved[0] + " resolved");
  }

  private boolean parseAndTouchAll(byte[] bytes, int offset, int length) {
    timestamp += length % 3 == 0 ? 3_000 : 0;
    if (descriptor.parse(bytes, offset, length, sequenceNumber++, timestamp) != null || !descriptor.isResolved()) {
      return false;
    }
    assertNotNull(frame());
    assertNotNull(decodeTargets());
    assertTrue(descriptor.spatialLayer() >= 0 && descriptor.spatialLayer() < 4);
    assertTrue(descriptor.temporalLayer() >= 0 && descriptor.temporalLayer() < 8);
    assertTrue(descriptor.width() >= 0 && descriptor.width() <= 65_536);
    for (int i = 0; i < descriptor.frameDiffCount(); i++) {
      assertTrue(descriptor.frameDiff(i) >= 1 && descriptor.frameDiff(i) <= 4_096);
    }
    descriptor.switchingUpPoint();
    descriptor.interPicturePredicted();
    return true;
  }

  private static DescriptorBits keyFrame(int templateIdOffset, int frameNumber) {
    return new DescriptorBits().mandatory(templateIdOffset + S0T0_KEY, frameNumber).flags("10000")
        .l2t2(templateIdOffset);
  }

  /** A structure of one decode target and no dependencies. */
  private static DescriptorBits templates(String layers, int templates) {
    return new DescriptorBits().mandatory(0, 1).flags("10000").put(6, 0).put(5, 0).raw(layers)
        .raw("10".repeat(templates)).raw("0".repeat(templates)).raw("0").raw("0");
  }

  private void nextPicture() {
    timestamp += 3_000;
  }

  private Malformed parse(DescriptorBits bits) {
    return parseAt(++sequenceNumber, bits);
  }

  private Malformed parseAt(int at, DescriptorBits bits) {
    byte[] bytes = bits.bytes();
    return descriptor.parse(bytes, 0, bytes.length, at & 0xffff, timestamp);
  }

  private String frame() {
    StringBuilder indications = new StringBuilder();
    for (int target = 0; target < descriptor.decodeTargets(); target++) {
      indications.append("-DSR".charAt(descriptor.indication(target)));
    }
    List<Integer> diffs = new ArrayList<>();
    for (int i = 0; i < descriptor.frameDiffCount(); i++) {
      diffs.add(descriptor.frameDiff(i));
    }
    return "S" + descriptor.spatialLayer() + " T" + descriptor.temporalLayer() + " " + indications + " " + diffs;
  }

  private String decodeTargets() {
    List<String> all = new ArrayList<>();
    for (int target = 0; target < descriptor.decodeTargets(); target++) {
      all.add(descriptor.decodeTargetSpatialLayer(target) + "/" + descriptor.decodeTargetTemporalLayer(target));
    }
    return String.join(" ", all);
  }
}
