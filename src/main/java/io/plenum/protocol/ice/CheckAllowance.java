package io.plenum.protocol.ice;

import io.plenum.protocol.TokenBucket;

/** How many valid checks are answered: so many at once, so many a second after that. */
final class CheckAllowance {
  /**
   * The quickest browser sends a check each 20 ms while it looks for a way (Firefox; Chromium each 48 ms), and one each
   * 2.5 s or so afterwards.
   */
  static final int CHECKS_PER_SECOND = 50;
  /** Twelve candidate pairs with their repetitions, by a client that does not space them at all. */
  static final int BURST = 100;

  private final TokenBucket checks = new TokenBucket(CHECKS_PER_SECOND, BURST);

  /** Whether one more would be too many now. */
  boolean isSpent(long nowNs) {
    return !checks.has(1, nowNs);
  }

  /** One is answered; {@link #isSpent} has just been asked. */
  void spend(long nowNs) {
    checks.take(1, nowNs);
  }
}
