package io.plenum.media.router;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FarEndReadinessTest {
  private static final long BEGIN_NS = -FarEndReadiness.PATIENCE_NS / 2;

  private final FarEndReadiness farEnd = new FarEndReadiness();

  @Test
  void itIsReadyFromItsFirstRequestUntilItWantsNothing() {
    assertFalse(farEnd.ready());
    farEnd.onReady();
    assertTrue(farEnd.ready());
    farEnd.onUnwanted();
    assertFalse(farEnd.ready());
  }

  @Test
  void whatIsWantedAndNeverAskedForIsNotHeldBackForEver() {
    farEnd.onStarved(BEGIN_NS);
    farEnd.onStarved(BEGIN_NS + FarEndReadiness.PATIENCE_NS - 1);
    assertFalse(farEnd.ready());
    farEnd.onStarved(BEGIN_NS + FarEndReadiness.PATIENCE_NS);
    assertTrue(farEnd.ready());
  }

  @Test
  void aKeyFrameThatCameUnaskedEndsTheWaiting() {
    farEnd.onStarved(BEGIN_NS);
    farEnd.onFed();
    farEnd.onStarved(BEGIN_NS + FarEndReadiness.PATIENCE_NS);
    assertFalse(farEnd.ready());
  }

  @Test
  void theWaitingBeginsAgainWhenSomethingIsWantedAgain() {
    farEnd.onStarved(BEGIN_NS);
    farEnd.onUnwanted();
    farEnd.onStarved(BEGIN_NS + FarEndReadiness.PATIENCE_NS);
    assertFalse(farEnd.ready());
  }
}
