package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrafficCounterTest {
  private static final long MS = 1_000_000;

  @ParameterizedTest
  @ValueSource(longs = {0, -5_000_000_123L, Long.MAX_VALUE / 2})
  void aSteadyRateIsMeasuredWheneverItIsAsked(long startNs) {
    TrafficCounter traffic = new TrafficCounter();
    for (int i = 0; i < 400; i++) {
      traffic.add(1250, startNs + i * 10 * MS);
      if (i >= 100) {
        // One packet more or less: the window reaches over a hundred gaps.
        assertEquals(1_000_000, traffic.bitsPerSecond(startNs + i * 10 * MS), 10_000);
      }
    }
    assertEquals(400, traffic.packets());
    assertEquals(500_000, traffic.bytes());
  }

  @Test
  void framesOfAVideoThatComeInBurstsAreAsMuchAsTheyAreInASecond() {
    TrafficCounter traffic = new TrafficCounter();
    for (int frame = 0; frame < 300; frame++) {
      for (int i = 0; i < 4; i++) {
        traffic.add(1_000, frame * 1_000 * MS / 30);
      }
    }
    assertEquals(960_000, traffic.bitsPerSecond(10_000 * MS - 1), 32_000);
  }

  @Test
  void silenceLowersTheRateToNothing() {
    TrafficCounter traffic = new TrafficCounter();
    traffic.add(1000, 0);
    traffic.add(1000, 500 * MS);
    assertEquals(16_000, traffic.bitsPerSecond(999 * MS));
    assertEquals(8_000, traffic.bitsPerSecond(1_500 * MS));
    assertEquals(0, traffic.bitsPerSecond(2_000 * MS));
    assertEquals(0, traffic.bitsPerSecond(1_000_000 * MS));
    assertEquals(2000, traffic.bytes());
    traffic.add(1000, 1_000_000 * MS);
    assertEquals(8_000, traffic.bitsPerSecond(1_000_001 * MS));
  }

  @Test
  void whatWasNeverUsedHasNoRate() {
    assertEquals(0, new TrafficCounter().bitsPerSecond(7));
    assertEquals(0, new TrafficCounter().bytesInWindow(Long.MAX_VALUE));
  }
}
