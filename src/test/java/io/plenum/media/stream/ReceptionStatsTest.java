package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.protocol.rtcp.ReportBlock;
import org.junit.jupiter.api.Test;

class ReceptionStatsTest {
  private static final long MS = 1_000_000;
  private final SequenceTracker sequences = new SequenceTracker();
  private final ReceptionStats stats = new ReceptionStats(90_000);
  private final ReportBlock block = new ReportBlock();

  private void receive(int sequenceNumber, long timestamp, long nowNs) {
    if (sequences.onPacket(sequenceNumber).accepted()) {
      stats.onPacket(timestamp, sequences.sequence() == sequences.highest(), nowNs);
    } else {
      stats.onDuplicate();
    }
  }

  @Test
  void lossIsCountedSinceTheBeginningAndPerInterval() {
    for (int i = 0; i < 100; i++) {
      if (i % 4 != 1) {
        receive(i, i * 3000, i * 33 * MS);
      }
    }
    stats.fillReportBlock(block, sequences, 0);
    assertEquals(25, block.cumulativeLost);
    assertEquals(64, block.fractionLost);
    assertEquals(99, block.extendedHighestSequence);

    for (int i = 100; i < 200; i++) {
      receive(i, i * 3000, i * 33 * MS);
    }
    stats.fillReportBlock(block, sequences, 0);
    assertEquals(25, block.cumulativeLost);
    assertEquals(0, block.fractionLost);
  }

  @Test
  void duplicatesCountAsReceived() {
    receive(1, 0, 0);
    receive(1, 0, 0);
    receive(1, 0, 0);
    stats.fillReportBlock(block, sequences, 0);
    assertEquals(-2, block.cumulativeLost);
    assertEquals(0, block.fractionLost);
  }

  @Test
  void anIntervalWithoutPacketsHasNoLoss() {
    stats.fillReportBlock(block, sequences, 0);
    assertEquals(0, block.fractionLost);
    receive(1, 0, 0);
    stats.fillReportBlock(block, sequences, 0);
    stats.fillReportBlock(block, sequences, 0);
    assertEquals(0, block.fractionLost);
    assertEquals(0, block.cumulativeLost);
  }

  @Test
  void aSteadyStreamHasNoJitterAndTimestampsMayWrap() {
    long timestamp = 0xffff_ffffL - 30_000;
    for (int i = 0; i < 100; i++) {
      receive(i, timestamp + i * 900L & 0xffff_ffffL, i * 10 * MS);
    }
    assertEquals(0, stats.jitter());
  }

  @Test
  void jitterApproachesTheMeanDifferenceOfTransitTimes() {
    for (int i = 0; i < 1000; i++) {
      receive(i, i * 900L, i * 10 * MS + (i % 2) * 2 * MS);
    }
    assertEquals(180, stats.jitter(), 15);
  }

  @Test
  void thePacketsOfOneFrameMakeNoJitter() {
    for (int i = 0; i < 1000; i++) {
      receive(i, i / 10 * 3000L, i / 10 * 33_333_333L + i % 10 * MS);
    }
    assertEquals(0, stats.jitter(), 1);
  }

  @Test
  void aClockThatIsSetMakesNoJitter() {
    receive(1, 0, 0);
    receive(2, 900, 10 * MS);
    receive(3, 2_000_000_000L, 20 * MS);
    assertEquals(0, stats.jitter());
  }

  @Test
  void theLastSenderReportAndItsAgeAreReported() {
    receive(1, 0, 0);
    stats.fillReportBlock(block, sequences, 0);
    assertEquals(0, block.lastSenderReport);
    assertEquals(0, block.delaySinceLastSenderReport);

    stats.onSenderReport(0x1111_8765_4321_1111L, 1000 * MS);
    stats.fillReportBlock(block, sequences, 6250 * MS);
    assertEquals(0x8765_4321L, block.lastSenderReport);
    assertEquals(65_536 * 5 + 16_384, block.delaySinceLastSenderReport);
  }

  @Test
  void theCountsBeginAnewWithTheSender() {
    receive(1, 0, 0);
    receive(20, 0, 0);
    sequences.onPacket(40_000);
    sequences.onPacket(40_001);
    stats.onRestart();
    stats.onPacket(0, true, 0);
    stats.fillReportBlock(block, sequences, 0);
    assertEquals(0, block.cumulativeLost);
  }
}
