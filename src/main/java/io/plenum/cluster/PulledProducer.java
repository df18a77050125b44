package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.ProducerRow;
import java.util.List;

/** A remote producer on its way to a router of this node, over one pipe. */
final class PulledProducer {
  /** In the order in which it comes to life. */
  enum State {
    /** The other node has not been asked: the pipe is not connected yet. */
    WAITING,
    /** Consume has been sent, the answer has not come. */
    ASKED,
    /** Our router makes the producer. */
    PRODUCING,
    LIVE,
    /** An attempt failed; the next begins at the deadline. */
    BACKING_OFF
  }

  State state = State.WAITING;
  ProducerRow row;
  Layers layers;
  PipeConsumerParameters parameters;
  /** What the local producer was told last. */
  boolean paused;
  /** What the other side said last of how well it arrives there; null if nothing. */
  List<Integer> scores;
  /** What the local producer was told last; null if nothing. */
  List<Integer> scoresTold;
  /** The pipe's sequence when the parameters came: only what is said later can tell that they are void. */
  long sequence;
  int failures;
  long retryNs = Long.MAX_VALUE;
  long deadlineNs = Long.MAX_VALUE;

  PulledProducer(ProducerRow row, Layers layers) {
    this.row = row;
    this.layers = layers;
  }

  boolean made() {
    return state == State.PRODUCING || state == State.LIVE;
  }

  void become(State next, long nextRetryNs, long nextDeadlineNs) {
    state = next;
    retryNs = nextRetryNs;
    deadlineNs = nextDeadlineNs;
    if (next == State.LIVE) {
      failures = 0;
    }
    if (!made()) {
      parameters = null;
      scoresTold = null;
    }
  }

  long nextDeadlineNs() {
    return Math.min(retryNs, deadlineNs);
  }
}
