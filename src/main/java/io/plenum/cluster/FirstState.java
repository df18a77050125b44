package io.plenum.cluster;

/**
 * Knowledge of a room that has just opened here about other nodes: there from the first answer of the registry on, or, where that
 * does not come, after {@link ClusterTimings#FIRST_STATE_NS}. Until then no peer is let in: the answer to a join would lack peers,
 * and a peerId that is on another node would not be known to be the older of the two.
 */
final class FirstState {
  private boolean known;
  private long deadlineNs = Long.MAX_VALUE;

  void onOpened(long nowNs) {
    known = false;
    deadlineNs = nowNs + ClusterTimings.FIRST_STATE_NS;
  }

  /** The registry's rows have been taken in. */
  void onRows() {
    onKnown();
  }

  boolean known() {
    return known;
  }

  long nextDeadlineNs() {
    return deadlineNs;
  }

  void onTimeout(long nowNs) {
    if (deadlineNs <= nowNs) {
      onKnown();
    }
  }

  private void onKnown() {
    known = true;
    deadlineNs = Long.MAX_VALUE;
  }
}
