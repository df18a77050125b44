package io.plenum.server.web;

/**
 * How fast one client may speak: {@code perSecond} frames sustained, {@code burst} at once. A large frame counts as
 * several: as one, and one more for each {@link #CHARACTERS_PER_UNIT}. Credit is kept as time: each unit costs a fixed
 * number of nanoseconds, and what has passed since the last frame is earned, up to the burst.
 */
final class TokenBucket {
  /**
   * Nearly all that clients say is shorter, and the longest, the capabilities of a browser, have some ten thousand: with the
   * defaults, 1 MB at once and 200 kB a second.
   */
  static final int CHARACTERS_PER_UNIT = 1_024;
  private static final long SECOND_NS = 1_000_000_000L;
  /** Who is out of credit waits for this much of it: 20 wake-ups a second, not one for each frame. */
  private static final long WAIT_FOR_NS = SECOND_NS / 20;

  private final long costNs;
  private final long mostNs;
  private long creditNs;
  private long lastNs;

  TokenBucket(int perSecond, int burst, long nowNs) {
    costNs = SECOND_NS / perSecond;
    mostNs = costNs * burst;
    creditNs = mostNs;
    lastNs = nowNs;
  }

  /**
   * Pays for one frame, which is never refused.
   *
   * @param characters of the frame, or bytes of one that was not made text
   * @return 0 when the next frame may come at once, else the nanoseconds to wait for it
   */
  long spend(int characters, long nowNs) {
    creditNs = Math.min(mostNs, creditNs + (nowNs - lastNs)) - costNs * (1 + characters / CHARACTERS_PER_UNIT);
    lastNs = nowNs;
    return creditNs >= costNs ? 0 : Math.max(costNs, WAIT_FOR_NS) - creditNs;
  }
}
