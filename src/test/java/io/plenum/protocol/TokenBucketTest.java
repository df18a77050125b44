package io.plenum.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long MS = 1_000_000L;

  /** 200 a second: a frame costs 5 ms. */
  private final TokenBucket bucket = new TokenBucket(200, 1_000);

  private int spendWithoutWaiting(long nowNs) {
    int frames = 1;
    while (bucket.spend(1, nowNs) == 0) {
      frames++;
    }
    return frames;
  }

  @Test
  void aBurstOfFiveSecondsIsFreeAndThenComesAWait() {
    assertEquals(1_000, spendWithoutWaiting(0));
  }

  @Test
  void theWaitEarnsAFewFramesAtOnce() {
    spendWithoutWaiting(0);
    assertEquals(0, new TokenBucket(200, 1_000).spend(1, 0));
    TokenBucket fresh = new TokenBucket(200, 1);
    assertEquals(50 * MS, fresh.spend(1, 0));
  }

  @Test
  void afterTheWaitTheNextFrameIsFree() {
    spendWithoutWaiting(0);
    assertEquals(10, spendWithoutWaiting(50 * MS), "50 ms of 200 a second");
  }

  @Test
  void theSustainedRateIsNeverMadeToWait() {
    for (long nowNs = 0; nowNs < 100_000 * MS; nowNs += 5 * MS) {
      assertEquals(0, bucket.spend(1, nowNs));
    }
  }

  @Test
  void overALongTimeTheRateIsTheSustainedOne() {
    long nowNs = 0;
    int frames = 0;
    while (nowNs < 60_000 * MS) {
      nowNs += bucket.spend(1, nowNs);
      frames++;
    }
    assertTrue(frames <= 200 * 60 + 1_000 + 10, frames + " frames in 60 s");
    assertTrue(frames >= 200 * 60, frames + " frames in 60 s");
  }

  @Test
  void anIdleHourSavesUpNoMoreThanTheBurst() {
    spendWithoutWaiting(0);
    assertEquals(1_000, spendWithoutWaiting(3_600_000 * MS));
  }

  @Test
  void whatCannotWaitIsRefusedAndCostsNothingThen() {
    TokenBucket bytes = new TokenBucket(1_000_000, 1_500);
    assertTrue(bytes.take(1_000, 0));
    assertFalse(bytes.take(501, 0));
    assertTrue(bytes.has(500, 0));
    assertTrue(bytes.take(500, 0));
    assertFalse(bytes.has(1, 999));
    assertTrue(bytes.take(1, 1_000));
  }

  @Test
  void itIsFullWhateverTheClockSaysWhenItIsFirstUsed() {
    for (long startNs : new long[] {-3_600_000 * MS, 0, Long.MAX_VALUE / 2}) {
      TokenBucket fresh = new TokenBucket(100, 10);
      assertTrue(fresh.take(10, startNs));
      assertFalse(fresh.take(1, startNs + 9 * MS));
      assertTrue(fresh.take(1, startNs + 10 * MS));
    }
  }

  @Test
  void whatCostsMoreThanTheBurstIsTakenAndThenPaidForInTime() {
    TokenBucket poor = new TokenBucket(10, 50);
    assertEquals((1_025 - 50) * 100 * MS + 100 * MS, poor.spend(1_025, 0), "1,025 units at 10 a second, and one for the next");
  }
}
