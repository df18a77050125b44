package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DesiredBitrateTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void goesUpAtOnceAndDownSlowlyUnlessNothingIsWanted() {
    DesiredBitrate desired = new DesiredBitrate();
    desired.update(1_000_000, 0);
    assertEquals(1_000_000, desired.bps());
    desired.update(300_000, 2 * SECOND);
    assertEquals(900_000, desired.bps());
    desired.update(950_000, 3 * SECOND);
    assertEquals(950_000, desired.bps());
    desired.update(300_000, 60 * SECOND);
    assertEquals(300_000, desired.bps());
    desired.update(0, 61 * SECOND);
    assertEquals(0, desired.bps());
  }
}
