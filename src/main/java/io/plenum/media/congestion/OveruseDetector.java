package io.plenum.media.congestion;

/**
 * Compares the trend of the delay with a threshold that adapts to the path (draft-ietf-rmcat-gcc-02 §5.4): a fixed one
 * is either deaf, or starves beside a TCP flow.
 */
final class OveruseDetector {
  /** The slope times the number of deltas (at most {@link #MAX_DELTAS}) times this is compared with the threshold. */
  private static final double GAIN = 4;
  private static final int MAX_DELTAS = 60;
  private static final double INITIAL_THRESHOLD_MS = 12.5;
  private static final double MIN_THRESHOLD_MS = 6;
  private static final double MAX_THRESHOLD_MS = 600;
  /** §5.4: K_u and K_d, how fast the threshold goes up and down, for each millisecond. */
  private static final double THRESHOLD_UP = 0.0087;
  private static final double THRESHOLD_DOWN = 0.039;
  /** A trend so far above the threshold is a jump of the path; the threshold does not follow it. */
  private static final double MAX_ADAPT_OFFSET_MS = 15;
  private static final double MAX_ADAPT_STEP_MS = 100;
  /** §5.4: overuse must last so long. */
  private static final double OVERUSE_TIME_MS = 10;

  private double thresholdMs = INITIAL_THRESHOLD_MS;
  private boolean adapted;
  private long lastAdaptNs;
  private double previousSlope;
  private double overusingMs = -1;
  private int overuses;
  private BandwidthUsage usage = BandwidthUsage.NORMAL;

  void onSlope(double slope, int deltas, long sendDeltaNs, long nowNs) {
    if (deltas < 2) {
      usage = BandwidthUsage.NORMAL;
      return;
    }
    double trendMs = Math.min(deltas, MAX_DELTAS) * slope * GAIN;
    if (trendMs > thresholdMs) {
      // Since when is not known: halfway between the two groups is a fair guess.
      overusingMs = overusingMs < 0 ? sendDeltaNs / 2e6 : overusingMs + sendDeltaNs / 1e6;
      overuses++;
      if (overusingMs > OVERUSE_TIME_MS && overuses > 1 && slope >= previousSlope) {
        overusingMs = 0;
        overuses = 0;
        usage = BandwidthUsage.OVERUSING;
      }
    } else {
      overusingMs = -1;
      overuses = 0;
      usage = trendMs < -thresholdMs ? BandwidthUsage.UNDERUSING : BandwidthUsage.NORMAL;
    }
    previousSlope = slope;
    adaptThreshold(Math.abs(trendMs), nowNs);
  }

  private void adaptThreshold(double trendMs, long nowNs) {
    double elapsedMs = adapted ? Math.min((nowNs - lastAdaptNs) / 1e6, MAX_ADAPT_STEP_MS) : 0;
    adapted = true;
    lastAdaptNs = nowNs;
    if (trendMs > thresholdMs + MAX_ADAPT_OFFSET_MS || elapsedMs <= 0) {
      return;
    }
    double rate = trendMs < thresholdMs ? THRESHOLD_DOWN : THRESHOLD_UP;
    thresholdMs += rate * (trendMs - thresholdMs) * elapsedMs;
    thresholdMs = Math.max(MIN_THRESHOLD_MS, Math.min(MAX_THRESHOLD_MS, thresholdMs));
  }

  BandwidthUsage usage() {
    return usage;
  }
}
