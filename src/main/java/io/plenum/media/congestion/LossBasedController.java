package io.plenum.media.congestion;

/**
 * The bitrate that the loss allows (draft-ietf-rmcat-gcc-02 §6): up while less than 2 % is lost, down when more than
 * 10 % is, and in between as it is, since a radio link always loses a little.
 */
final class LossBasedController {
  private static final double LOW_LOSS = 0.02;
  private static final double HIGH_LOSS = 0.10;
  private static final double INCREASE_PER_SECOND = 1.08;
  private static final double LOSS_WEIGHT = 0.5;
  /** Beside the round trip: a decrease must be able to show before the next. */
  private static final long DECREASE_INTERVAL_NS = 300_000_000L;
  /** A share of fewer packets is chance. */
  static final int MIN_PACKETS = 20;

  private final long minBps;
  private long bitrateBps;
  private int lost;
  private int total;
  private double loss;
  private boolean started;
  private long lastResultNs;
  private long lastDecreaseNs;

  LossBasedController(long startBps, long minBps) {
    this.minBps = minBps;
    bitrateBps = startBps;
  }

  /**
   * @param newlyLost may be negative: what was taken for lost has come
   * @param limitBps what the delay allows; to grow beyond it would be to forget the loss
   */
  void onResult(int newlyLost, int newlyReceived, long limitBps, long rttNs, long nowNs) {
    if (!started) {
      started = true;
      lastResultNs = nowNs;
      lastDecreaseNs = nowNs - DECREASE_INTERVAL_NS - rttNs;
    }
    lost += newlyLost;
    total += newlyLost + newlyReceived;
    if (total >= MIN_PACKETS) {
      loss = Math.max(0, (double) lost / total);
      lost = 0;
      total = 0;
      if (loss > HIGH_LOSS && nowNs - lastDecreaseNs >= DECREASE_INTERVAL_NS + rttNs) {
        bitrateBps = (long) (bitrateBps * (1 - LOSS_WEIGHT * loss));
        lastDecreaseNs = nowNs;
      }
    }
    if (loss <= LOW_LOSS) {
      double elapsedSeconds = Math.min((nowNs - lastResultNs) / 1e9, 1);
      bitrateBps = (long) (bitrateBps * Math.pow(INCREASE_PER_SECOND, elapsedSeconds)) + 1;
    }
    lastResultNs = nowNs;
    setBitrate(Math.min(bitrateBps, limitBps));
  }

  /** Something better is known: a probe has come through, or nothing comes through at all. */
  void setBitrate(long bps) {
    bitrateBps = Math.max(minBps, bps);
  }

  /** 0…1, of the last {@link #MIN_PACKETS} or more. */
  double loss() {
    return loss;
  }

  long bitrateBps() {
    return bitrateBps;
  }
}
