package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.Dump;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ReceiveStreamTest implements ReceiveStream.Sink {
  private static final long MS = 1_000_000;
  private static final int SSRC = 0xabcd_ef01;
  private final List<String> told = new ArrayList<>();
  private final ReceiveStream stream = new ReceiveStream(ReceiveStreamOptions.simulcastVideo(SSRC), this);
  private final PayloadInfo payload = new PayloadInfo();

  @Override
  public void requestRetransmission(int ssrc, int[] sequenceNumbers, int count) {
    assertEquals(SSRC, ssrc);
    told.add("nack " + Arrays.toString(Arrays.copyOf(sequenceNumbers, count)));
  }

  @Override
  public void requestKeyFrame(int ssrc) {
    assertEquals(SSRC, ssrc);
    told.add("pli");
  }

  @Override
  public void scoreChanged(int ssrc, int score) {
    told.add("score " + score);
  }

  @Override
  public void activeChanged(int ssrc) {
    assertEquals(SSRC, ssrc);
    told.add(stream.active() ? "active" : "silent");
  }

  /** What was told but for the stream's beginning. */
  private List<String> toldSinceItBegan() {
    assertEquals("active", told.get(0));
    return told.subList(1, told.size());
  }

  private Acceptance receive(int sequenceNumber, long nowNs) {
    return stream.onRtp(RtpBytes.view(SSRC, sequenceNumber, sequenceNumber * 3000L), nowNs);
  }

  private void receiveKeyFrame(int sequenceNumber, long nowNs) {
    assertTrue(receive(sequenceNumber, nowNs).accepted());
    payload.clear();
    payload.keyFrame = true;
    payload.frameStart = true;
    stream.onPayload(payload, nowNs);
  }

  /** As H264 has them: it says that it belongs to a key frame. */
  private void receiveRestOfKeyFrame(int sequenceNumber, long nowNs) {
    assertTrue(receive(sequenceNumber, nowNs).accepted());
    payload.clear();
    payload.keyFrame = true;
    stream.onPayload(payload, nowNs);
  }

  @Test
  void aLostPacketIsAskedForAndItsRetransmissionRepairsIt() {
    stream.setRtxSsrc(7);
    receive(1, 0);
    receive(3, 0);
    stream.onTimeout(stream.nextDeadlineNs());
    assertEquals(List.of("nack [2]"), toldSinceItBegan());
    assertEquals(Acceptance.ACCEPTED, stream.onRtx(RtpBytes.view(SSRC, 2, 6000), 50 * MS));
    assertEquals(2, stream.sequence() & 0xffff);
    assertEquals(Acceptance.DUPLICATE, stream.onRtx(RtpBytes.view(SSRC, 2, 6000), 51 * MS));
    stream.onRtxPadding();

    InboundRtpStats stats = stream.stats(60 * MS);
    assertEquals(OptionalInt.of(7), stats.rtxSsrc());
    assertEquals(3, stats.packetCount());
    assertEquals(48, stats.byteCount());
    assertEquals(48 * 8, stats.bitrate());
    assertEquals(1, stats.packetsLost());
    assertEquals(2, stats.packetsRetransmitted());
    assertEquals(1, stats.packetsRepaired());
    assertEquals(2, stats.rtxPacketsDiscarded());
    assertEquals(1, stats.nackCount());
    assertEquals(1, stats.nackPacketCount());
    assertEquals(10, stats.score());
  }

  @Test
  void whatIsDroppedSaysWhyAndIsCounted() {
    receive(10, 0);
    assertEquals(Acceptance.DUPLICATE, receive(10, 0));
    assertEquals(Acceptance.INVALID, receive(30_000, 0));
    assertEquals(2, stream.stats(0).packetsDiscarded());
    assertEquals(1, stream.stats(0).packetCount());
  }

  @Test
  void manyWantAKeyFrameAndOneIsRequestedUntilItComes() {
    receive(1, 0);
    stream.onKeyFrameWanted(0);
    stream.onKeyFrameWanted(1);
    stream.onTimeout(1000 * MS);
    assertEquals(List.of("pli", "pli"), toldSinceItBegan());
    receiveKeyFrame(2, 1001 * MS);
    stream.onTimeout(2001 * MS);
    assertEquals(2, stream.stats(0).pliCount());
  }

  @Test
  void tooMuchLossAsksForAKeyFrameInstead() {
    receive(1, 0);
    receive(1500, 0);
    assertEquals(List.of("pli"), toldSinceItBegan());
    assertEquals(0, stream.stats(0).nackCount());
  }

  @Test
  void tooMuchLossAfterAKeyFrameThatIsThereGivesUpWhatWasBeforeIt() {
    receive(1, 0);
    receiveKeyFrame(3, 0);
    receiveRestOfKeyFrame(4, 0);
    receive(4 + NackGenerator.MAX_MISSING + 1, 0);
    assertEquals(List.of(), toldSinceItBegan());
    assertEquals(NackGenerator.MAX_MISSING, missing());
  }

  @Test
  void tooMuchLossAfterAKeyFrameThatHasAHoleAsksForAnother() {
    receive(1, 0);
    receiveKeyFrame(2, 0);
    receiveRestOfKeyFrame(4, 0);
    receive(4 + NackGenerator.MAX_MISSING + 1, 0);
    assertEquals(List.of("pli"), toldSinceItBegan(), "3 is a part of it");
    assertEquals(0, missing());
  }

  private Object missing() {
    Dump dump = new Dump();
    stream.dump(dump);
    return dump.tree().get("missing");
  }

  @Test
  void silenceMakesTheScoreZeroAndTheNextPacketMakesItTen() {
    receive(1, 0);
    assertTrue(stream.active());
    receive(2, 100 * MS);
    assertEquals(1600 * MS, stream.nextDeadlineNs());
    stream.onTimeout(1599 * MS);
    assertEquals(10, stream.score());
    stream.onTimeout(1600 * MS);
    assertEquals(0, stream.score());
    assertFalse(stream.active());
    stream.fillReportBlock(new ReportBlock(), 1700 * MS);
    assertEquals(0, stream.score());
    receive(3, 5000 * MS);
    assertEquals(10, stream.score());
    assertEquals(List.of("active", "silent", "score 0", "active", "score 10"), told);
  }

  @Test
  void itsBeginningIsToldThoughItScoresAsBefore() {
    assertFalse(stream.active());
    assertEquals(10, stream.score());
    receive(1, 0);
    receive(2, MS);
    assertTrue(stream.active());
    assertEquals(List.of("active"), told);
  }

  @Test
  void silenceIsToldThoughTheScoreWasZeroBefore() {
    receive(0, 0);
    for (int report = 0; report < 40; report++) {
      // Of fifty packets one comes.
      receive(50 * report + 50, 100 * report * MS);
      stream.fillReportBlock(new ReportBlock(), 100 * report * MS);
    }
    assertEquals(0, stream.score());
    told.clear();
    stream.pause();
    stream.resume(4_000 * MS);
    stream.onTimeout(6_000 * MS);
    assertEquals(List.of("silent"), told);
  }

  @Test
  void aPausedStreamMayBeSilent() {
    receive(1, 0);
    receive(3, 0);
    stream.pause();
    stream.onKeyFrameWanted(0);
    assertEquals(Long.MAX_VALUE, stream.nextDeadlineNs());
    stream.resume(10_000 * MS);
    stream.onTimeout(11_499 * MS);
    assertEquals(List.of(), toldSinceItBegan());
    stream.onTimeout(11_500 * MS);
    assertEquals(List.of("silent", "score 0"), toldSinceItBegan());
  }

  @Test
  void lossLowersTheScoreAtTheReport() {
    for (int i = 0; i < 100; i++) {
      if (i % 5 != 1) {
        receive(i, i * MS);
      }
    }
    ReportBlock block = new ReportBlock();
    stream.fillReportBlock(block, 100 * MS);
    assertEquals(SSRC, block.ssrc);
    assertEquals(51, block.fractionLost);
    assertEquals(List.of("score 4"), toldSinceItBegan());
  }

  @Test
  void ratesAreCountedByLayer() {
    receive(1, 0);
    payload.temporalLayer = 0;
    stream.onPayload(payload, 0);
    receive(2, 0);
    payload.temporalLayer = 2;
    stream.onPayload(payload, 0);
    assertEquals(Map.of("0.0", 51L, "0.2", 51L), stream.stats(0).bitrateByLayer());
    assertEquals(51, stream.layerRates().cumulativeBitsPerSecond(0, 1, 0));
    assertEquals(102, stream.layerRates().cumulativeBitsPerSecond(3, 2, 0), 1);
  }

  @Test
  void layersBeyondTheLimitAreCountedWithTheHighest() {
    receive(1, 0);
    payload.temporalLayer = 7;
    payload.spatialLayer = 7;
    stream.onPayload(payload, 0);
    assertEquals(Map.of("3.3", 51L), stream.stats(0).bitrateByLayer());
  }

  @Test
  void aStreamWithoutNackAsksForNothing() {
    ReceiveStream audio = new ReceiveStream(ReceiveStreamOptions.audio(SSRC, 48_000, false), this);
    audio.onRtp(RtpBytes.view(SSRC, 1, 0), 0);
    audio.onRtp(RtpBytes.view(SSRC, 5, 0), 0);
    assertEquals(Long.MAX_VALUE, audio.nextDeadlineNs());
  }

  @Test
  void afterARestartOfTheSenderNothingBeforeIsAskedForButAKeyFrame() {
    receive(1, 0);
    receive(3, 0);
    receive(40_000, 0);
    assertEquals(Acceptance.RESTARTED, receive(40_001, 0));
    stream.onTimeout(20 * MS);
    assertEquals(List.of("pli"), toldSinceItBegan());
    assertEquals(0, stream.stats(0).packetsLost());
  }

  @Test
  void anOutageOfMorePacketsThanCanBeCountedEndsWithARequestForAKeyFrame() {
    receive(1, 0);
    receive(1 + SequenceTracker.MAX_DROPOUT, 0);
    assertEquals(List.of(), toldSinceItBegan());
    assertEquals(Acceptance.RESTARTED, receive(2 + SequenceTracker.MAX_DROPOUT, 0));
    assertEquals(List.of("pli"), toldSinceItBegan());
  }

  @Test
  void soundHasNoKeyFrames() {
    ReceiveStream audio = new ReceiveStream(ReceiveStreamOptions.audio(SSRC, 48_000, true), this);
    audio.onRtp(RtpBytes.view(SSRC, 1, 0), 0);
    audio.onRtp(RtpBytes.view(SSRC, 3 + NackGenerator.MAX_MISSING, 0), 0);
    audio.onRtp(RtpBytes.view(SSRC, 40_000, 0), 0);
    assertEquals(Acceptance.RESTARTED, audio.onRtp(RtpBytes.view(SSRC, 40_001, 0), 0));
    assertEquals(0, audio.stats(0).firCount() + audio.stats(0).pliCount());
  }

  @Test
  void aPausedStreamThatStartsAgainAsksForNothing() {
    receive(1, 0);
    stream.pause();
    receive(40_000, 0);
    assertEquals(Acceptance.RESTARTED, receive(40_001, 0));
    assertEquals(List.of(), toldSinceItBegan());
  }

  @Test
  void theDumpNamesItsDeadlines() {
    receive(1, 0);
    receive(3, 0);
    Dump dump = new Dump();
    stream.dump(dump);
    assertEquals(1, dump.tree().get("missing"));
    assertEquals(10 * MS, dump.tree().get("nackDeadlineNs"));
    assertEquals(1500 * MS, dump.tree().get("inactivityDeadlineNs"));
  }
}
