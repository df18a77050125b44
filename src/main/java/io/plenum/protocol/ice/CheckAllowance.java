package io.plenum.protocol.ice;

/**
 * How many valid checks are answered: so many at once, so many a second after that. Credit is kept as time: each check
 * costs a fixed number of nanoseconds, and what has passed since the last one is earned, up to the burst.
 */
final class CheckAllowance {
  /**
   * The quickest browser sends a check each 20 ms while it looks for a way (Firefox; Chromium each 48 ms), and one each
   * 2.5 s or so afterwards.
   */
  static final int CHECKS_PER_SECOND = 50;
  /** Twelve candidate pairs with their repetitions, by a client that does not space them at all. */
  static final int BURST = 100;

  private static final long COST_NS = 1_000_000_000L / CHECKS_PER_SECOND;
  private static final long MOST_NS = BURST * COST_NS;

  private long creditNs = MOST_NS;
  private long lastNs;

  /** Whether one more would be too many now. */
  boolean isSpent(long nowNs) {
    long passedNs = nowNs - lastNs;
    lastNs = nowNs;
    if (passedNs >= MOST_NS) {
      creditNs = MOST_NS;
    } else if (passedNs > 0) {
      creditNs = Math.min(MOST_NS, creditNs + passedNs);
    }
    return creditNs < COST_NS;
  }

  /** One is answered; {@link #isSpent} has just been asked. */
  void spend() {
    creditNs -= COST_NS;
  }
}
