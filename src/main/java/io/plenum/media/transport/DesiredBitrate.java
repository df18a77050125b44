package io.plenum.media.transport;

/**
 * What the consumers of a transport would take, going up at once and down slowly: encoders rest between two movements,
 * and what a path was found to carry should not be forgotten for that.
 */
final class DesiredBitrate {
  /** As mediasoup: of the highest value, in each second. */
  private static final double DECREASE_PER_SECOND = 0.05;

  private long highestBps;
  private long highestNs;
  private long bps;

  void update(long desiredBps, long nowNs) {
    double elapsedSeconds = (nowNs - highestNs) / 1e9;
    long fallenBps = (long) (highestBps * (1 - DECREASE_PER_SECOND * elapsedSeconds));
    if (desiredBps == 0 || desiredBps >= fallenBps) {
      highestBps = desiredBps;
      highestNs = nowNs;
      bps = desiredBps;
    } else {
      bps = fallenBps;
    }
  }

  long bps() {
    return bps;
  }
}
