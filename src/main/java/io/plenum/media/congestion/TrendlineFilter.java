package io.plenum.media.congestion;

/**
 * The slope of the one-way delay: a straight line through the last smoothed delays, by least squares. It took the place
 * of the Kalman filter of draft-ietf-rmcat-gcc-02 §5.3 in browsers.
 */
final class TrendlineFilter {
  /** Groups of packets the line goes through. */
  static final int WINDOW = 20;
  /** How much of the old delay stays when a new one comes. */
  private static final double SMOOTHING = 0.9;

  private final double[] arrivalMs = new double[WINDOW];
  private final double[] delayMs = new double[WINDOW];
  private int count;
  private long firstArrivalNs;
  private double accumulatedDelayMs;
  private double smoothedDelayMs;
  private double slope;

  /** Two groups are {@code arrivalDeltaNs} apart here and were {@code sendDeltaNs} apart at the sender. */
  void add(long sendDeltaNs, long arrivalDeltaNs, long arrivalNs) {
    if (count == 0) {
      firstArrivalNs = arrivalNs;
    }
    accumulatedDelayMs += (arrivalDeltaNs - sendDeltaNs) / 1e6;
    smoothedDelayMs = SMOOTHING * smoothedDelayMs + (1 - SMOOTHING) * accumulatedDelayMs;
    int index = count % WINDOW;
    arrivalMs[index] = (arrivalNs - firstArrivalNs) / 1e6;
    delayMs[index] = smoothedDelayMs;
    count++;
    if (count >= WINDOW) {
      slope = fit();
    }
  }

  private double fit() {
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < WINDOW; i++) {
      meanX += arrivalMs[i] / WINDOW;
      meanY += delayMs[i] / WINDOW;
    }
    double numerator = 0;
    double denominator = 0;
    for (int i = 0; i < WINDOW; i++) {
      numerator += (arrivalMs[i] - meanX) * (delayMs[i] - meanY);
      denominator += (arrivalMs[i] - meanX) * (arrivalMs[i] - meanX);
    }
    return denominator == 0 ? slope : numerator / denominator;
  }

  /** Milliseconds of delay gained in each millisecond; 0 until the window is full. */
  double slope() {
    return slope;
  }

  /** How many deltas were added. */
  int count() {
    return count;
  }

  void reset() {
    count = 0;
    accumulatedDelayMs = 0;
    smoothedDelayMs = 0;
    slope = 0;
  }
}
