package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.FragmentRuns.Run;
import java.util.Map;
import java.util.TreeMap;

/**
 * The ordered messages of one stream: the next one is handed on when it is whole, the others wait. Numbers are unwrapped:
 * stream sequence numbers or message identifiers, by who feeds it.
 */
final class OrderedMessages {
  /** A message that is not whole, or whole and not yet its turn. */
  private static final class Waiting {
    private final FragmentRuns fragments = new FragmentRuns();
    private Run whole;
  }

  private final int streamId;
  private final ReassemblyStreams.Owner owner;
  private long next;
  /** Null while nothing waits, as it is for most streams most of the time. */
  private TreeMap<Long, Waiting> waiting;

  OrderedMessages(int streamId, ReassemblyStreams.Owner owner) {
    this.streamId = streamId;
    this.owner = owner;
  }

  /** The number that is nearest to those expected is unwrapped against this. */
  long next() {
    return next;
  }

  /**
   * A fragment came.
   *
   * @param number of the message
   * @param fragmentNumber grows by one from fragment to fragment of a message
   */
  void add(long number, long fragmentNumber, Fragment fragment) {
    if (number < next) {
      return;
    }
    if (number == next && fragment.begin() && fragment.end() && waiting == null) {
      next++;
      owner.deliver(new SctpMessage(streamId, fragment.payloadProtocolId(), fragment.payload()));
      return;
    }
    if (waiting == null) {
      waiting = new TreeMap<>();
    }
    Waiting message = waiting.computeIfAbsent(number, n -> new Waiting());
    Run run = message.whole != null ? null : message.fragments.add(fragmentNumber, fragment);
    if (run == null) {
      return;
    }
    owner.onWaiting(fragment.cost());
    if (run.payloadBytes() > owner.maxMessageBytes()) {
      owner.onTooLong();
    } else if (run.isWhole()) {
      message.whole = run;
      deliverReady();
    }
  }

  private void deliverReady() {
    while (waiting != null) {
      Map.Entry<Long, Waiting> first = waiting.firstEntry();
      Waiting message = first.getValue();
      if (first.getKey() != next || message.whole == null) {
        return;
      }
      next++;
      waiting.pollFirstEntry();
      forgetIfEmpty();
      owner.onWaiting(-message.fragments.cost());
      owner.deliver(message.whole.join(streamId));
    }
  }

  /** The peer has given up all messages up to this one. */
  void skipTo(long number) {
    if (number < next) {
      return;
    }
    next = number + 1;
    while (waiting != null && waiting.firstKey() < next) {
      owner.onWaiting(-waiting.pollFirstEntry().getValue().fragments.cost());
      forgetIfEmpty();
    }
    deliverReady();
  }

  void reset() {
    next = 0;
    while (waiting != null) {
      owner.onWaiting(-waiting.pollFirstEntry().getValue().fragments.cost());
      forgetIfEmpty();
    }
  }

  private void forgetIfEmpty() {
    if (waiting.isEmpty()) {
      waiting = null;
    }
  }
}
