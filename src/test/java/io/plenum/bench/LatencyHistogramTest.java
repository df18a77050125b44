package io.plenum.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
  private final LatencyHistogram histogram = new LatencyHistogram();

  @Test
  void percentilesAreRightToThreePercent() {
    for (int i = 1; i <= 100_000; i++) {
      histogram.record(i * 1_000L);
    }
    assertEquals(50_000_000, histogram.percentile(50), 50_000_000 * 0.035);
    assertEquals(99_000_000, histogram.percentile(99), 99_000_000 * 0.035);
    assertEquals(100_000_000, histogram.max());
    assertEquals(100_000_000, histogram.percentile(100), 100_000_000 * 0.035);
  }

  @Test
  void aRarePeakShowsOnlyAboveItsRank() {
    for (int i = 0; i < 999; i++) {
      histogram.record(1_000);
    }
    histogram.record(9_000_000_000L);
    assertEquals(1_000, histogram.percentile(99), 35);
    assertEquals(9e9, histogram.percentile(99.95), 9e9 * 0.035);
  }

  @Test
  void twoThreadsHistogramsAddUp() {
    LatencyHistogram other = new LatencyHistogram();
    histogram.record(10);
    other.record(30);
    histogram.add(other);
    assertEquals(2, histogram.count());
    assertEquals(10, histogram.percentile(50));
    assertEquals(30, histogram.max());
  }

  @Test
  void anEmptyOneSaysNothing() {
    assertEquals(0, histogram.percentile(99));
    assertEquals(0, histogram.max());
  }
}
