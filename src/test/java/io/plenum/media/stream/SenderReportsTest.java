package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import org.junit.jupiter.api.Test;

class SenderReportsTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1000 * MS;
  private static final long NTP = 0xe000_0000_8000_0000L;
  private final SenderClock clock = new SenderClock(90_000);
  private final SenderReports reports = new SenderReports(90_000);
  private final SenderInfo info = new SenderInfo();

  @Test
  void beforeTheProducerReportsThereIsNothingToReport() {
    assertFalse(reports.fill(info, clock, 0, 0, NTP));
    reports.onPacket(1000, 0);
    assertFalse(reports.fill(info, clock, 0, 4999 * MS, NTP));
  }

  @Test
  void theProducersWallClockIsCarriedOn() {
    reports.onPacket(1000, 0);
    clock.onSenderReport(NTP, 0xffff_fff0L, 10 * SECOND);
    assertTrue(reports.fill(info, clock, 7, 10 * SECOND + 250 * MS, 1));
    assertEquals(NTP + (1L << 30), info.ntpTime);
    assertEquals(22_500 - 16 + 7, info.rtpTimestamp);
  }

  @Test
  void audioAndVideoStayJoinedWhateverTheDelayOfTheirReports() {
    SenderClock audio = new SenderClock(48_000);
    audio.onSenderReport(NTP, 480_000, 1 * SECOND);
    clock.onSenderReport(NTP, 900_000, 1 * SECOND + 300 * MS);
    SenderReports audioReports = new SenderReports(48_000);
    audioReports.onPacket(0, 0);
    reports.onPacket(0, 0);

    audioReports.fill(info, audio, 0, 3 * SECOND, 0);
    long ntp = info.ntpTime;
    long audioTimestamp = info.rtpTimestamp;
    reports.fill(info, clock, 5_000, 4 * SECOND, 0);
    // Both reports say the same of the instant when both producers' timestamps were 10 s: only their lines count.
    double audioOrigin = ntp / 0x1p32 - audioTimestamp / 48_000.0;
    double videoOrigin = info.ntpTime / 0x1p32 - (info.rtpTimestamp - 5_000) / 90_000.0;
    assertEquals(audioOrigin, videoOrigin, 1e-4);
  }

  @Test
  void aProducerThatNeverReportsIsReportedByArrivalInOurClock() {
    reports.onPacket(1000, 0);
    reports.onPacket(91_000, 5 * SECOND);
    assertTrue(reports.fill(info, clock, 0, 5 * SECOND + 100 * MS, NTP));
    assertEquals(NTP, info.ntpTime);
    assertEquals(100_000, info.rtpTimestamp);
  }

  @Test
  void afterASwitchToASourceThatHasNotReportedTheFormerLineIsCarriedOn() {
    reports.onPacket(1000, 0);
    clock.onSenderReport(NTP, 900_000, SECOND);
    // The former source was never asked for a report, and its timestamps were moved by 500.
    reports.onSwitch(clock, 500, 2 * SECOND);
    SenderClock next = new SenderClock(90_000);
    for (int second = 3; second <= 60; second++) {
      reports.onPacket(1000 + 90_000 * second, second * SECOND);
      assertTrue(reports.fill(info, next, 77, second * SECOND, 12345), "after " + second + " s");
      assertEquals(NTP + (second - 1L << 32), info.ntpTime, "not in our clock");
      assertEquals(900_500 + 90_000 * (second - 1), info.rtpTimestamp);
    }
    next.onSenderReport(NTP + (60L << 32), 10, 61 * SECOND);
    assertTrue(reports.fill(info, next, 77, 62 * SECOND, 12345));
    assertEquals(NTP + (61L << 32), info.ntpTime);
    assertEquals(90_087, info.rtpTimestamp, "the new source's own line");
  }

  @Test
  void aLineThatIsCarriedOnOutlivesMoreSwitches() {
    reports.onPacket(1000, 0);
    clock.onSenderReport(NTP, 900_000, SECOND);
    assertTrue(reports.fill(info, clock, 0, SECOND, 12345));
    SenderClock silent = new SenderClock(90_000);
    reports.onSwitch(clock, 0, 2 * SECOND);
    reports.onSwitch(silent, 3, 3 * SECOND);
    assertTrue(reports.fill(info, new SenderClock(90_000), 4, 4 * SECOND, 12345));
    assertEquals(NTP + (3L << 32), info.ntpTime);
    assertEquals(900_000 + 3 * 90_000, info.rtpTimestamp);
  }

  @Test
  void aSourceThatFollowsOneThatNeverReportedHasItsTimeToReport() {
    reports.onPacket(1000, 0);
    reports.onSwitch(clock, 0, 4 * SECOND);
    reports.onPacket(1000, 4 * SECOND);
    assertFalse(reports.fill(info, new SenderClock(90_000), 0, 8 * SECOND, NTP));
    assertTrue(reports.fill(info, new SenderClock(90_000), 0, 9 * SECOND, NTP));
    reports.onSwitch(clock, 0, 10 * SECOND);
    assertTrue(reports.fill(info, clock, 0, 10 * SECOND, NTP), "who has our clock already goes on with it");
  }

  @Test
  void aReportWithoutAWallClockIsNone() {
    clock.onSenderReport(0, 1, 1);
    assertFalse(clock.known());
  }

  @Test
  void theRoundTripIsWhatTheAnswerTookLessItsDelay() {
    reports.onPacket(0, 0);
    clock.onSenderReport(NTP, 0, 0);
    reports.fill(info, clock, 0, 1 * SECOND, 0);
    long first = info.ntpTime >>> 16 & 0xffff_ffffL;
    reports.fill(info, clock, 0, 2 * SECOND, 0);
    assertEquals(80 * MS, reports.rttNs(first, 65_536 * 3 / 2, 2 * SECOND + 580 * MS));
    assertEquals(0, reports.rttNs(first, 65_536 * 9, 2 * SECOND), "a clock that drifts");
    assertEquals(-1, reports.rttNs(12345, 0, 2 * SECOND), "an answer to nothing");
    assertEquals(-1, reports.rttNs(0, 0, 2 * SECOND), "no report came there");
    assertEquals(-1, reports.rttNs(first, 0, 200 * SECOND), "longer than any path");
  }

  @Test
  void reportsLongAgoAreForgotten() {
    reports.onPacket(0, 0);
    clock.onSenderReport(NTP, 0, 0);
    reports.fill(info, clock, 0, 0, 0);
    long first = info.ntpTime >>> 16 & 0xffff_ffffL;
    for (int i = 1; i <= 8; i++) {
      reports.fill(info, clock, 0, i * SECOND, 0);
    }
    assertEquals(-1, reports.rttNs(first, 0, 9 * SECOND));
  }

  @Test
  void timestampsAndWallClockAreJoinedBothWays() {
    clock.onSenderReport(NTP, 4_294_960_000L, 0);
    for (int offset = -2_000_000_000; offset <= 2_000_000_000; offset += 123_456_789) {
      long timestamp = 4_294_960_000L + offset & 0xffff_ffffL;
      assertEquals((int) timestamp, clock.timestampOf(clock.ntpTimeOf(timestamp)), 1);
    }
    assertEquals(NTP + (1L << 32), clock.ntpTimeOf(4_294_960_000L + 90_000 & 0xffff_ffffL));
    assertEquals(NTP - (1L << 32), clock.ntpTimeOf(4_294_960_000L - 90_000));
  }

  @Test
  void aReceiversReportsMakeRoundTripLossAndScore() {
    ReceiverReports receiver = new ReceiverReports(reports);
    assertEquals(-1, receiver.rttNs());
    assertEquals(10, receiver.score());
    reports.onPacket(0, 0);
    clock.onSenderReport(NTP, 0, 0);
    reports.fill(info, clock, 0, 1 * SECOND, 0);

    ReportBlock block = new ReportBlock();
    block.lastSenderReport = info.ntpTime >>> 16 & 0xffff_ffffL;
    block.fractionLost = 51;
    block.cumulativeLost = 20;
    block.jitter = 77;
    receiver.onReportBlock(block, 100, 0, 0, 1 * SECOND + 40 * MS);
    assertEquals(40 * MS, receiver.rttNs());
    assertEquals(20, receiver.packetsLost());
    assertEquals(51, receiver.fractionLost());
    assertEquals(77, receiver.jitter());
    assertEquals(4, receiver.score());

    block.cumulativeLost = -3;
    receiver.onReportBlock(block, 200, 0, 0, 2 * SECOND);
    assertEquals(0, receiver.packetsLost());
    assertEquals(8, receiver.score());
  }
}
