package io.plenum.server.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WarningRateTest {
  @Test
  void theFirstIsSaidAtOnceAndTheOthersAreSummedUp() {
    WarningRate rate = new WarningRate(1_000);
    long nowNs = -5_000;
    assertEquals(1, rate.occurred(nowNs));
    for (int i = 0; i < 500; i++) {
      assertEquals(0, rate.occurred(nowNs + i));
    }
    assertEquals(501, rate.occurred(nowNs + 1_000));
    assertEquals(0, rate.occurred(nowNs + 1_001));
    assertEquals(2, rate.occurred(nowNs + 100_000));
  }
}
