package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long MS = 1_000_000L;

  /** 200 a second: a frame costs 5 ms. */
  private final TokenBucket bucket = new TokenBucket(200, 1_000, 0);

  private int spendWithoutWaiting(long nowNs) {
    int frames = 1;
    while (bucket.spend(0, nowNs) == 0) {
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
    assertEquals(0, new TokenBucket(200, 1_000, 0).spend(0, 0));
    TokenBucket fresh = new TokenBucket(200, 1, 0);
    assertEquals(50 * MS, fresh.spend(0, 0));
  }

  @Test
  void afterTheWaitTheNextFrameIsFree() {
    spendWithoutWaiting(0);
    assertEquals(10, spendWithoutWaiting(50 * MS), "50 ms of 200 a second");
  }

  @Test
  void theSustainedRateIsNeverMadeToWait() {
    for (long nowNs = 0; nowNs < 100_000 * MS; nowNs += 5 * MS) {
      assertEquals(0, bucket.spend(0, nowNs));
    }
  }

  @Test
  void overALongTimeTheRateIsTheSustainedOne() {
    long nowNs = 0;
    int frames = 0;
    while (nowNs < 60_000 * MS) {
      nowNs += bucket.spend(0, nowNs);
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
  void aFrameCountsOnceMoreForEachKibiOfIt() {
    TokenBucket bytes = new TokenBucket(200, 1_000, 0);
    assertEquals(0, bytes.spend(1_023, 0));
    assertEquals(0, bytes.spend(100 * 1_024, 0));
    assertEquals(0, bytes.spend(256 * 1_024, 0));
    int left = 1_000 - 1 - 101 - 257;
    int small = 1;
    while (bytes.spend(0, 0) == 0) {
      small++;
    }
    assertEquals(left, small);
  }

  @Test
  void aFrameLargerThanTheBurstIsTakenAndThenPaidForInTime() {
    TokenBucket poor = new TokenBucket(10, 50, 0);
    assertEquals((1_025 - 50) * 100 * MS + 100 * MS, poor.spend(1_024 * 1_024, 0), "1,025 units at 10 a second, and one for the next");
  }

  @Test
  void overALongTimeTheCharactersAreSoManyASecond() {
    long nowNs = 0;
    long characters = 0;
    while (nowNs < 60_000 * MS) {
      nowNs += bucket.spend(262_144, nowNs);
      characters += 262_144;
    }
    assertTrue(characters <= (200 * 60 + 1_000 + 300) * 1_024L, characters + " characters in 60 s");
  }
}
