package io.plenum.media.transport;

import io.plenum.media.stream.RateCounter;

/**
 * Finds out whether a path carries more where the endpoint only says REMB. Such an estimate goes at most to one and a
 * half times what arrives, so a consumer on a low layer would stay there for good: now and then the path is filled up
 * to the estimate, for as long as that makes it grow.
 */
final class RembProbation {
  /** A packet or two at a time. */
  static final long TICK_NS = 20_000_000L;
  /** What an estimate of some 8 % a second must have grown in {@link #PATIENCE_NS}. */
  private static final double GROWTH = 1.05;
  static final long PATIENCE_NS = 2_000_000_000L;
  /** After a try that led to nothing, or was not needed any more. */
  static final long REST_NS = 10_000_000_000L;
  static final int PACKET_BYTES = 1_000;
  private static final int MIN_PACKET_BYTES = 100;

  private final RateCounter media = new RateCounter();
  private long nextTryNs;
  private boolean trying;
  private long checkedBps;
  private long nextCheckNs;
  private long goalBps;
  private long nextTickNs = Long.MAX_VALUE;
  private double owedBytes;

  /** A packet of a consumer goes out. */
  void onMediaSent(int bytes, long nowNs) {
    media.add(bytes, nowNs);
  }

  /**
   * The path has been shared.
   *
   * @param wantedBps what would satisfy all; 0 if all are satisfied, or if there is loss
   */
  void onShared(long availableBps, long wantedBps, long nowNs) {
    boolean wanted = wantedBps > availableBps;
    boolean grows = nowNs < nextCheckNs || availableBps >= checkedBps * GROWTH;
    if (trying && !(wanted && grows)) {
      trying = false;
      nextTryNs = nowNs + REST_NS;
      nextTickNs = Long.MAX_VALUE;
    } else if (wanted && (trying ? nowNs >= nextCheckNs : nowNs >= nextTryNs)) {
      if (!trying) {
        trying = true;
        owedBytes = 0;
        nextTickNs = nowNs + TICK_NS;
      }
      checkedBps = availableBps;
      nextCheckNs = nowNs + PATIENCE_NS;
    }
    goalBps = availableBps;
  }

  long nextDeadlineNs() {
    return nextTickNs;
  }

  /** Bytes of padding that are due now, in one packet or more of {@link #PACKET_BYTES}; 0 if none are. */
  int takeDueBytes(long nowNs) {
    if (nowNs < nextTickNs) {
      return 0;
    }
    nextTickNs = nowNs + TICK_NS;
    long freeBps = goalBps - media.bitsPerSecond(nowNs);
    owedBytes = Math.max(0, Math.min(owedBytes, PACKET_BYTES) + freeBps / 8.0 * TICK_NS / 1e9);
    int due = (int) owedBytes;
    if (due < MIN_PACKET_BYTES) {
      return 0;
    }
    owedBytes -= due;
    return due;
  }
}
