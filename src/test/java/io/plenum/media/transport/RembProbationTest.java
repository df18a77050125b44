package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RembProbationTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;

  private final RembProbation probation = new RembProbation();
  private long now = 5 * SECOND;

  /** One second in which media takes {@code mediaBps}; answers the padding in bit/s. */
  private long second(long mediaBps) {
    long padding = 0;
    for (int i = 0; i < 50; i++) {
      now += 20 * MS;
      probation.onMediaSent((int) (mediaBps / 8 / 50), now);
      if (probation.nextDeadlineNs() <= now) {
        padding += probation.takeDueBytes(now) * 8L;
      }
    }
    return padding;
  }

  @Test
  void fillsThePathUpToTheEstimateAndNotAbove() {
    second(200_000);
    probation.onShared(300_000, 900_000, now);
    second(200_000);
    long padding = second(200_000);
    assertTrue(padding > 80_000 && padding < 120_000, "padding " + padding);
  }

  @Test
  void givesUpForAWhileWhenTheEstimateDoesNotGrow() {
    probation.onShared(300_000, 900_000, now);
    for (int i = 0; i < 3; i++) {
      second(200_000);
      probation.onShared(300_000, 900_000, now);
    }
    assertEquals(Long.MAX_VALUE, probation.nextDeadlineNs());
    for (int i = 0; i < 8; i++) {
      assertEquals(0, second(200_000));
      probation.onShared(300_000, 900_000, now);
    }
    second(200_000);
    probation.onShared(300_000, 900_000, now);
    second(200_000);
    probation.onShared(300_000, 900_000, now);
    assertTrue(second(200_000) > 0, "after a rest there is another try");
  }

  @Test
  void goesOnAsLongAsTheEstimateGrows() {
    long estimate = 300_000;
    for (int i = 0; i < 20; i++) {
      probation.onShared(estimate, 5_000_000, now);
      assertTrue(second(100_000) > 0, "second " + i);
      estimate = estimate * 108 / 100;
    }
    probation.onShared(estimate, 0, now);
    assertEquals(0, second(100_000), "all are satisfied, or there is loss");
  }
}
