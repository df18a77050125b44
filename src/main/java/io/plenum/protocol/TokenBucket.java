package io.plenum.protocol;

import java.time.Duration;

/**
 * How fast somebody may go: so many units a second sustained, {@code burst} at once. Credit is kept as time: each unit costs a
 * fixed number of nanoseconds, and what has passed since the last one is earned, up to the burst. It is full at first. Whose
 * units can wait uses {@link #spend}; what cannot wait is refused by {@link #take}.
 */
public final class TokenBucket {
  private static final long SECOND_NS = 1_000_000_000L;
  /** Who is out of credit waits for this much of it: 20 wake-ups a second, not one for each frame. */
  private static final long WAIT_FOR_NS = SECOND_NS / 20;

  private final long costNs;
  private final long mostNs;
  private long creditNs;
  private long lastNs;
  private boolean begun;

  /** @param perSecond 1 to 1,000,000,000; what does not divide that evenly is rounded up to what does */
  public TokenBucket(long perSecond, long burst) {
    this(burst, Duration.ofNanos(SECOND_NS / perSecond));
  }

  /** @param interval in which one unit is earned */
  public TokenBucket(long burst, Duration interval) {
    costNs = interval.toNanos();
    mostNs = costNs * burst;
    creditNs = mostNs;
  }

  /**
   * Pays for so many units, which are never refused.
   *
   * @return 0 when the next one may come at once, else the nanoseconds to wait for it
   */
  public long spend(long units, long nowNs) {
    earn(nowNs);
    creditNs -= units * costNs;
    return creditNs >= costNs ? 0 : Math.max(costNs, WAIT_FOR_NS) - creditNs;
  }

  /** Pays for so many units if there is credit for all of them; otherwise pays nothing. */
  public boolean take(long units, long nowNs) {
    boolean enough = has(units, nowNs);
    creditNs -= enough ? units * costNs : 0;
    return enough;
  }

  /** Whether {@link #take} would say yes. */
  public boolean has(long units, long nowNs) {
    earn(nowNs);
    return creditNs >= units * costNs;
  }

  /** When there will be credit for a unit if none is taken before; not later than the last call if there is. */
  public long nextUnitNs() {
    return lastNs + costNs - creditNs;
  }

  private void earn(long nowNs) {
    if (!begun) {
      begun = true;
      lastNs = nowNs;
    }
    creditNs = Math.min(mostNs, creditNs + (nowNs - lastNs));
    lastNs = nowNs;
  }
}
