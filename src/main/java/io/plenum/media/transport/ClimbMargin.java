package io.plenum.media.transport;

/**
 * What a layer must leave free of the path before a consumer climbs to it. The estimate of a path that is not full is a
 * guess, and bursts and key frames need more than the average says: so each climb that had to be taken back doubles the
 * margin for the whole transport.
 */
final class ClimbMargin {
  /** Bitrates vary. */
  static final int MIN_PERCENT = 10;
  /** Below what a probe goes above the desired bitrate, or no probe could ever show enough. */
  static final int MAX_PERCENT = 40;
  /** A fall sooner after a climb means that the climb was wrong. */
  static final long FAILED_CLIMB_NS = 10_000_000_000L;
  /** Paths change: after so long without a failure the margin is the least again. */
  static final long FORGET_NS = 60_000_000_000L;

  private int percent = MIN_PERCENT;
  private boolean climbed;
  private long climbedNs;
  private long climbedAtBps;
  private long failedNs;

  /** Of the bitrate of a layer above the current one. */
  int percent(long nowNs) {
    if (percent > MIN_PERCENT && nowNs - failedNs >= FORGET_NS) {
      percent = MIN_PERCENT;
    }
    return percent;
  }

  void onClimb(long availableBps, long nowNs) {
    climbed = true;
    climbedNs = nowNs;
    climbedAtBps = availableBps;
  }

  /** A consumer lost a layer; if there is not less to share than at the last climb, another only got it instead. */
  void onFall(long availableBps, long nowNs) {
    if (climbed && availableBps < climbedAtBps && nowNs - climbedNs < FAILED_CLIMB_NS) {
      climbed = false;
      failedNs = nowNs;
      percent = Math.min(MAX_PERCENT, 2 * percent);
    }
  }
}
