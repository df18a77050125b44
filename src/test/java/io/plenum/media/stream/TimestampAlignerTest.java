package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampAlignerTest {
  private static final long MS = 1_000_000;
  private static final long NTP = 0xe000_0000_0000_0000L;
  private final SenderClock from = new SenderClock(90_000);
  private final SenderClock to = new SenderClock(90_000);
  private final TimestampAligner aligner = new TimestampAligner(90_000);

  @Test
  void theFirstSourceKeepsItsTimestamps() {
    aligner.onSwitch(from, to, 12345, 0);
    assertEquals(0, aligner.offset());
  }

  /** The old stream sent its timestamp 90000 last, at 1 s on the wall clock. */
  @ParameterizedTest(name = "wall clock {0} ms and arrival {1} ms later: {2} ms; {3}")
  @CsvSource({
      "33, 33, 33, the next picture",
      "33, 500, 33, the wall clock beats the arrival",
      "0, 10, 1, the same picture: a millisecond later",
      "-40, 10, 1, an earlier picture: shifted",
      "-80, 10, 10, much earlier: the arrival",
      "900, 20, 900, a little ahead of the arrival",
      "5000, 20, 20, far ahead: a report was wrong",
  })
  void timestampsGoOnAsTheWallClockDoes(long wallClockMs, long arrivalMs, long expectedMs, String why) {
    from.onSenderReport(NTP, 0, 0);
    to.onSenderReport(NTP, 0xffff_0000L, 200 * MS);
    aligner.onPacket(90_000, 1000 * MS);
    long first = 0xffff_0000L + 90 * (1000 + wallClockMs) & 0xffff_ffffL;
    aligner.onSwitch(from, to, first, (1000 + arrivalMs) * MS);
    assertEquals(90_000 + 90 * expectedMs, (int) first + aligner.offset(), 1, why);
  }

  @Test
  void withoutReportsTheArrivalDecides() {
    aligner.onPacket(90_000, 1000 * MS);
    aligner.onPacket(87_000, 1010 * MS);
    from.onSenderReport(NTP, 0, 0);
    aligner.onSwitch(from, to, 5, 1040 * MS);
    assertEquals(93_600, 5 + aligner.offset());
  }

  /** After more than 2^31 ticks, or after a leap back, its timestamp looks older than the last one. */
  @ParameterizedTest(name = "after {0} s")
  @ValueSource(longs = {7 * 3600, 12 * 3600, 20 * 3600, 100 * 3600, -60})
  void theWallClockStillDecidesAfterASilenceOfTheSourceOrALeap(long seconds) {
    aligner.onPacket(90_000, 1000 * MS);
    int timestamp = (int) (90_000 * (1 + seconds));
    long nowNs = Math.abs(seconds) * 1000 * MS;
    from.onSenderReport(NTP, timestamp, nowNs);
    to.onSenderReport(NTP, 700_000, nowNs);
    aligner.onPacket(timestamp, nowNs);
    aligner.onSwitch(from, to, 700_000 + 33 * 90, nowNs + 500 * MS);
    assertEquals(timestamp + 33 * 90, 700_000 + 33 * 90 + aligner.offset(), 1);
  }

  @Test
  void changingToAndFroDoesNotDrift() {
    from.onSenderReport(NTP, 0, 0);
    to.onSenderReport(NTP, 700_000, 0);
    for (int i = 1; i <= 1000; i++) {
      SenderClock a = i % 2 == 1 ? from : to;
      SenderClock b = i % 2 == 1 ? to : from;
      int timestamp = i * 9000;
      aligner.onPacket(timestamp - 3000, i * 100 * MS);
      int source = timestamp + (b == to ? 700_000 : 0);
      aligner.onSwitch(a, b, source, i * 100 * MS + 70 * MS);
      assertEquals(timestamp, source + aligner.offset(), 2);
    }
  }
}
