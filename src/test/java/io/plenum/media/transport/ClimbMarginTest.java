package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ClimbMarginTest {
  private static final long SECOND = 1_000_000_000L;

  private final ClimbMargin margin = new ClimbMargin();

  @Test
  void eachClimbThatFailsDoublesIt() {
    assertEquals(10, margin.percent(0));
    margin.onClimb(1000, 0);
    margin.onFall(800, 5 * SECOND);
    assertEquals(20, margin.percent(5 * SECOND));
    margin.onFall(700, 6 * SECOND);
    assertEquals(20, margin.percent(6 * SECOND), "one climb fails once");
    for (int i = 0; i < 5; i++) {
      margin.onClimb(1000, 10 * SECOND);
      margin.onFall(800, 11 * SECOND);
    }
    assertEquals(ClimbMargin.MAX_PERCENT, margin.percent(11 * SECOND));
  }

  @Test
  void aFallLongAfterTheClimbOrInFavourOfAnotherIsNoFailure() {
    margin.onFall(500, 0);
    margin.onClimb(1000, 0);
    margin.onFall(1000, SECOND);
    margin.onFall(500, 11 * SECOND);
    assertEquals(10, margin.percent(11 * SECOND));
  }

  @Test
  void afterAMinuteWithoutAFailureItIsForgotten() {
    margin.onClimb(1000, 0);
    margin.onFall(800, SECOND);
    assertEquals(20, margin.percent(60 * SECOND));
    assertEquals(10, margin.percent(61 * SECOND));
  }
}
