package io.plenum.media.congestion;

/**
 * Additive increase, multiplicative decrease of the bitrate that the delay allows (draft-ietf-rmcat-gcc-02 §5.5).
 */
final class AimdRateController {
  private enum State { HOLD, INCREASE, DECREASE }

  /** §5.5: beta, what is kept of the measured rate when the path is full. */
  static final double DECREASE_FACTOR = 0.85;
  /** §5.5: the growth in each second while the capacity is unknown. */
  private static final double INCREASE_PER_SECOND = 1.08;
  /** §5.5: not more than this times what really goes through. */
  private static final double MAX_OVER_THROUGHPUT = 1.5;
  private static final long OVER_THROUGHPUT_BPS = 10_000;
  private static final long MIN_ADDITIVE_BPS_PER_SECOND = 4_000;
  private static final double PACKET_BITS = 1200 * 8;
  private static final double FRAMES_PER_SECOND = 30;
  /** A detector needs so long beside the round trip to see what an increase did. */
  private static final long DETECTION_NS = 100_000_000L;
  private static final long MIN_DECREASE_INTERVAL_NS = 10_000_000L;
  private static final long MAX_DECREASE_INTERVAL_NS = 200_000_000L;
  private static final long DEFAULT_RTT_NS = 200_000_000L;

  private final LinkCapacity capacity = new LinkCapacity();
  private final long minBps;
  private boolean slowStart;
  private State state = State.HOLD;
  private long bitrateBps;
  private long rttNs = DEFAULT_RTT_NS;
  private boolean started;
  private long lastChangeNs;
  private long lastThroughputBps = BitrateMeter.UNKNOWN;

  /** @param slowStart follow 1.5 times the throughput at once until the path is full for the first time */
  AimdRateController(long startBps, long minBps, boolean slowStart) {
    this.minBps = minBps;
    this.slowStart = slowStart;
    bitrateBps = Math.max(startBps, minBps);
  }

  /** @param throughputBps what came through, {@link BitrateMeter#UNKNOWN} if that is not known yet */
  void update(BandwidthUsage usage, long throughputBps, long nowNs) {
    if (!started) {
      started = true;
      lastChangeNs = nowNs;
    }
    become(usage, nowNs);
    if (throughputBps >= 0) {
      lastThroughputBps = throughputBps;
    }
    if (state == State.INCREASE) {
      increase(throughputBps, nowNs);
    } else if (state == State.DECREASE) {
      // After a silence the rate is not known for a moment; the old one is better than none.
      decrease(lastThroughputBps, nowNs);
    }
  }

  private void become(BandwidthUsage usage, long nowNs) {
    switch (usage) {
      case OVERUSING -> {
        slowStart = false;
        state = State.DECREASE;
      }
      // The queue empties: wait until it has, or the estimate would stay too low.
      case UNDERUSING -> state = State.HOLD;
      case NORMAL -> {
        if (state == State.HOLD) {
          lastChangeNs = nowNs;
          state = State.INCREASE;
        }
      }
    }
  }

  private void increase(long throughputBps, long nowNs) {
    double elapsedSeconds = Math.min((nowNs - lastChangeNs) / 1e9, 1);
    lastChangeNs = nowNs;
    if (throughputBps < 0) {
      return;
    }
    if (capacity.isKnown() && throughputBps > capacity.upperBps()) {
      capacity.forget();
    }
    long limitBps = (long) (MAX_OVER_THROUGHPUT * throughputBps) + OVER_THROUGHPUT_BPS;
    long grownBps;
    if (slowStart) {
      grownBps = limitBps;
    } else if (capacity.isKnown()) {
      grownBps = bitrateBps + (long) (additiveBpsPerSecond() * elapsedSeconds);
    } else {
      grownBps = (long) (bitrateBps * Math.pow(INCREASE_PER_SECOND, elapsedSeconds)) + 1;
    }
    bitrateBps = Math.max(bitrateBps, Math.min(grownBps, limitBps));
  }

  /** §5.5: near the capacity, about a packet more in each response time. */
  private double additiveBpsPerSecond() {
    double frameBits = bitrateBps / FRAMES_PER_SECOND;
    double packetBits = frameBits / Math.ceil(frameBits / PACKET_BITS);
    double responseSeconds = 2 * (rttNs + DETECTION_NS) / 1e9;
    return Math.max(MIN_ADDITIVE_BPS_PER_SECOND, packetBits / responseSeconds);
  }

  private void decrease(long throughputBps, long nowNs) {
    state = State.HOLD;
    lastChangeNs = nowNs;
    if (throughputBps < 0) {
      bitrateBps = Math.max(minBps, bitrateBps / 2);
      return;
    }
    long decreasedBps = (long) (DECREASE_FACTOR * throughputBps);
    if (decreasedBps > bitrateBps && capacity.isKnown()) {
      decreasedBps = (long) (DECREASE_FACTOR * capacity.estimateBps());
    }
    if (capacity.isKnown() && throughputBps < capacity.lowerBps()) {
      capacity.forget();
    }
    capacity.onFull(throughputBps);
    bitrateBps = Math.max(minBps, Math.min(bitrateBps, decreasedBps));
  }

  /** True if the path has had time to answer the last change, or is so full that waiting is worse. */
  boolean mayDecrease(long throughputBps, long nowNs) {
    long intervalNs = Math.max(MIN_DECREASE_INTERVAL_NS, Math.min(MAX_DECREASE_INTERVAL_NS, rttNs));
    return !started || nowNs - lastChangeNs >= intervalNs || throughputBps >= 0 && throughputBps < bitrateBps / 2;
  }

  /** Something better than a guess is known: a probe has come through. */
  void setBitrate(long bps, long nowNs) {
    bitrateBps = Math.max(minBps, bps);
    started = true;
    lastChangeNs = nowNs;
  }

  void setRtt(long rttNs) {
    this.rttNs = rttNs;
  }

  long bitrateBps() {
    return bitrateBps;
  }
}
