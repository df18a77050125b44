package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.plenum.cluster.message.Layers;
import org.junit.jupiter.api.Test;

class LayerDemandTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Layers LOW = new Layers(0, 0);
  private static final Layers HIGH = new Layers(2, 2);
  private final LayerDemand demand = new LayerDemand();

  @Test
  void moreIsWantedAtOnce() {
    demand.onWanted(Layers.NONE, 0);
    demand.onWanted(LOW, 0);
    assertEquals(LOW, demand.current());
    demand.onWanted(HIGH, 1);
    assertEquals(HIGH, demand.current());
    assertEquals(Long.MAX_VALUE, demand.nextDeadlineNs());
  }

  @Test
  void fewerLayersAreWantedOnlyAfterTwoSeconds() {
    demand.onWanted(HIGH, 0);
    demand.onWanted(LOW, SECOND);
    assertEquals(HIGH, demand.current());
    assertEquals(3 * SECOND, demand.nextDeadlineNs());
    demand.onTimeout(3 * SECOND);
    assertEquals(LOW, demand.current());
  }

  @Test
  void aConsumerThatComesBackInTimeChangesNothing() {
    demand.onWanted(HIGH, 0);
    demand.onWanted(null, SECOND);
    demand.onWanted(HIGH, 5 * SECOND);
    demand.onTimeout(6 * SECOND);
    assertEquals(HIGH, demand.current());
    assertEquals(Long.MAX_VALUE, demand.nextDeadlineNs());
  }

  @Test
  void fiveSecondsAfterTheLastConsumerNothingIsWanted() {
    demand.onWanted(HIGH, 0);
    demand.onWanted(Layers.NONE, SECOND);
    demand.onWanted(null, 2 * SECOND);
    assertEquals(6 * SECOND, demand.nextDeadlineNs());
    demand.onTimeout(6 * SECOND);
    assertNull(demand.current());
  }

  @Test
  void oneAxisUpAndTheOtherDownIsBothUntilTheTimeIsOver() {
    demand.onWanted(new Layers(2, 0), 0);
    demand.onWanted(new Layers(0, 2), 0);
    assertEquals(new Layers(2, 2), demand.current());
    demand.onTimeout(2 * SECOND);
    assertEquals(new Layers(0, 2), demand.current());
  }
}
