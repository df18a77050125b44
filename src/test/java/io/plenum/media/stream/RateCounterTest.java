package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateCounterTest {
  private static final long MS = 1_000_000;

  @ParameterizedTest
  @ValueSource(longs = {0, -5_000_000_123L, Long.MAX_VALUE / 2})
  void aSteadyRateIsMeasuredWhereverTheClockStands(long startNs) {
    RateCounter rate = new RateCounter();
    for (int i = 0; i < 300; i++) {
      rate.add(1250, startNs + i * 10 * MS);
    }
    assertEquals(1_000_000, rate.bitsPerSecond(startNs + 2990 * MS));
    assertEquals(300, rate.packets());
    assertEquals(375_000, rate.bytes());
  }

  @Test
  void silenceLowersTheRateToNothing() {
    RateCounter rate = new RateCounter();
    rate.add(1000, 0);
    rate.add(1000, 500 * MS);
    assertEquals(16_000, rate.bitsPerSecond(999 * MS));
    assertEquals(8_000, rate.bitsPerSecond(1000 * MS));
    assertEquals(0, rate.bitsPerSecond(1510 * MS));
    assertEquals(0, rate.bitsPerSecond(1_000_000 * MS));
    assertEquals(2000, rate.bytes());
  }

  @Test
  void theWindowMayBeAnother() {
    RateCounter rate = new RateCounter(2_500 * MS, 25);
    rate.add(2500, 0);
    assertEquals(8_000, rate.bitsPerSecond(2_400 * MS));
    assertEquals(0, rate.bitsPerSecond(2_500 * MS));
  }
}
