package io.plenum.media.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataPolicerTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;

  private final DropTotals totals = new DropTotals();
  private final DataPolicer policer = new DataPolicer(new DataLimits(1_000, 100_000), totals);

  /** Says messages of so many bytes for as long as it may. */
  private int sayAll(int bytes, long nowNs) {
    int said = 0;
    while (policer.hasCredit(nowNs)) {
      policer.pay(bytes, nowNs);
      said++;
    }
    return said;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -15 * 1_000_000_000L, Long.MAX_VALUE / 4})
  void twoSecondsOfMessagesMayComeAtOnceWhateverTheClock(long startNs) {
    assertEquals(2_000, sayAll(1, startNs));
    assertEquals(0, sayAll(1, startNs));
    assertEquals(1_000, sayAll(1, startNs + SECOND));
    assertEquals(2_000, sayAll(1, startNs + 60 * SECOND), "what is not used is not kept for ever");
  }

  @Test
  void whoKeepsToTheLimitNeverWaits() {
    for (long now = 0; now < 60 * SECOND; now += MS) {
      assertTrue(policer.hasCredit(now));
      policer.pay(100, now);
    }
  }

  @Test
  void bytesCountToo() {
    assertEquals(4, sayAll(50_000, 0), "two seconds");
    assertEquals(2, sayAll(50_000, SECOND));
    // Long ones are paid for afterwards.
    assertEquals(1, sayAll(262_144, 10 * SECOND));
    assertFalse(policer.hasCredit(10 * SECOND + 600 * MS));
    assertTrue(policer.hasCredit(10 * SECOND + 700 * MS));
  }

  @Test
  void whoIsOutOfCreditIsWokenFiftyTimesASecondAndNotForEachMessage() {
    sayAll(1, 0);
    long atNs = policer.creditAtNs();
    assertTrue(atNs >= 20 * MS && atNs <= 21 * MS, () -> atNs + " ns");
    assertTrue(policer.hasCredit(atNs));
    int said = sayAll(1, atNs);
    assertTrue(said >= 20 && said <= 21, () -> said + " messages");
  }

  @Test
  void whatCannotWaitAnyMoreMayGoOnceMoreAndThenNotAgain() {
    sayAll(1, 0);
    int said = 0;
    while (policer.hasOverdraft(0)) {
      policer.pay(1, 0);
      said++;
    }
    assertEquals(2_000, said);
    assertFalse(policer.hasCredit(1_999 * MS), "it was paid for in advance");
    assertTrue(policer.hasCredit(2_001 * MS));
  }

  @Test
  void whatIsDroppedIsCountedForItAndForTheLoop() {
    policer.onDropped(DataDrop.OVER_LIMIT);
    new DataPolicer(DataLimits.DEFAULT, totals).onDropped(DataDrop.OVER_LIMIT);
    assertEquals(1, policer.drops(DataDrop.OVER_LIMIT));
    assertEquals(2, totals.of(DataDrop.class)[DataDrop.OVER_LIMIT.ordinal()]);
  }

  @Test
  void aLimitOfNothingIsNone() {
    assertThrows(IllegalArgumentException.class, () -> new DataLimits(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new DataLimits(1, 0));
  }
}
