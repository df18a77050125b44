package io.plenum.media.congestion;

/** What the path carried each time it was full: an average with its spread (draft-ietf-rmcat-gcc-02 §5.5). */
final class LinkCapacity {
  private static final double SMOOTHING = 0.05;
  /** Of the variance in kbit/s, divided by the estimate. */
  private static final double MIN_DEVIATION = 0.4;
  private static final double MAX_DEVIATION = 2.5;

  private double estimateKbps = -1;
  private double deviation = MIN_DEVIATION;

  void onFull(long throughputBps) {
    double sampleKbps = throughputBps / 1e3;
    if (estimateKbps < 0) {
      estimateKbps = sampleKbps;
      return;
    }
    double errorKbps = estimateKbps - sampleKbps;
    estimateKbps = (1 - SMOOTHING) * estimateKbps + SMOOTHING * sampleKbps;
    deviation = (1 - SMOOTHING) * deviation + SMOOTHING * errorKbps * errorKbps / Math.max(1, estimateKbps);
    deviation = Math.max(MIN_DEVIATION, Math.min(MAX_DEVIATION, deviation));
  }

  boolean isKnown() {
    return estimateKbps >= 0;
  }

  long estimateBps() {
    return (long) (estimateKbps * 1e3);
  }

  long lowerBps() {
    return (long) Math.max(0, (estimateKbps - spreadKbps()) * 1e3);
  }

  long upperBps() {
    return (long) ((estimateKbps + spreadKbps()) * 1e3);
  }

  private double spreadKbps() {
    return 3 * Math.sqrt(deviation * Math.max(0, estimateKbps));
  }

  void forget() {
    estimateKbps = -1;
  }
}
