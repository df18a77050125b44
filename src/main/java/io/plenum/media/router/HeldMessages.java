package io.plenum.media.router;

import io.plenum.media.Dump;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A data producer's messages that wait because a consumer which must lose none has no room for the first of them, or because
 * their sender says more than it may. While they wait here their sender's window stays closed by as much, so that it is the
 * sender who waits: a fast one is as fast as the slowest of its reliable consumers, and as its limits.
 *
 * <p>But not forever: who takes less than {@link #MIN_BYTES_PER_SECOND} is passed over. It loses messages, which is reported,
 * until it has caught up with all that it was sent before.
 */
final class HeldMessages {
  /** 256 kbit/s: a phone at the edge of a cell. Whoever is slower would make the room wait ten minutes for 20 MB. */
  static final int MIN_BYTES_PER_SECOND = 32_768;
  /** How long anybody is waited for before it is looked at how much has gone: so many ticks. */
  static final int PATIENCE_TICKS = 10;
  /** If it was we who were away, for a second or a minute, that was one tick: nobody could have taken anything meanwhile. */
  static final long TICK_NS = 1_000_000_000L;
  /** No sender that keeps to its window comes near; one that does not waits for nobody. */
  static final int MAX_BYTES = 16_000_000;
  /** Objects and a place in the queue, more or less: a window full of empty messages would be memory without end. */
  static final int MESSAGE_OVERHEAD_BYTES = 128;

  /** What hands them on. */
  interface Way {
    /** Those for whom the message would have to wait. */
    List<DataProducerListener> holding(DataMessage message, Subchannels audience);

    /** Whether the sender may say one more now. */
    default boolean hasCredit(long nowNs) {
      return true;
    }

    /** When it may again. */
    default long creditAtNs() {
      return Long.MAX_VALUE;
    }

    /** Whether one that cannot wait any more may go. */
    default boolean hasOverdraft(long nowNs) {
      return true;
    }

    /** Has to wait from now on. */
    void onHeld(DataMessage message);

    void handOn(DataMessage message, Subchannels audience, long nowNs);

    /** Goes to nobody. @param held it has waited */
    default void drop(DataMessage message, DataDrop reason, boolean held, long nowNs) {}
  }

  private record Held(DataMessage message, Subchannels audience) {}

  private final Way way;
  private final ArrayDeque<Held> queue = new ArrayDeque<>();
  private final Set<DataProducerListener> passedOver = new HashSet<>();
  private long bytes;
  private long handedOnBytes;
  private long deadlineNs = Long.MAX_VALUE;
  private int ticks;
  private long timesPassedOver;
  /** What the first waits for is its sender's credit. */
  private boolean forCredit;

  HeldMessages(Way way) {
    this.way = way;
  }

  /** What a message takes while it waits, and closes of its sender's window. */
  static int cost(DataMessage message) {
    return message.content().length + MESSAGE_OVERHEAD_BYTES;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** True if the message has to wait, and now does. */
  boolean hold(DataMessage message, Subchannels audience, long nowNs) {
    if (queue.isEmpty() && mayGo(message, audience, nowNs)) {
      return false;
    }
    if (forCredit && bytes >= MAX_BYTES) {
      way.drop(message, DataDrop.OVER_LIMIT_AND_WINDOW, false, nowNs);
      return true;
    }
    if (queue.isEmpty()) {
      lookFromNowOn(nowNs);
    }
    queue.add(new Held(message, audience));
    bytes += cost(message);
    way.onHeld(message);
    if (bytes > MAX_BYTES) {
      passOver();
      proceed(nowNs);
    }
    return true;
  }

  private boolean mayGo(DataMessage message, Subchannels audience, long nowNs) {
    forCredit = !way.hasCredit(nowNs);
    if (forCredit) {
      return false;
    }
    List<DataProducerListener> holding = way.holding(message, audience);
    // Only who has caught up with all of it is waited for again: or a reader could make everybody wait for each message.
    passedOver.removeIf(DataProducerListener::isDrained);
    return passedOver.containsAll(holding);
  }

  private void passOver() {
    Held first = queue.peek();
    passedOver.addAll(way.holding(first.message, first.audience));
    timesPassedOver++;
  }

  /** Hands on what need not wait any more. */
  void proceed(long nowNs) {
    for (Held first; (first = queue.peek()) != null && mayGo(first.message, first.audience, nowNs); ) {
      handOn(first, nowNs);
    }
    if (queue.isEmpty()) {
      deadlineNs = Long.MAX_VALUE;
    }
  }

  private void handOn(Held first, long nowNs) {
    take(first);
    handedOnBytes += cost(first.message);
    way.handOn(first.message, first.audience, nowNs);
  }

  private void take(Held first) {
    queue.remove();
    bytes -= cost(first.message);
  }

  void forget(DataProducerListener consumer) {
    passedOver.remove(consumer);
  }

  /** The producer ends: nobody waits any more. */
  void handOnAll(long nowNs) {
    for (Held first; (first = queue.peek()) != null; ) {
      if (way.hasOverdraft(nowNs)) {
        handOn(first, nowNs);
      } else {
        take(first);
        way.drop(first.message, DataDrop.OVER_LIMIT_AT_END, true, nowNs);
      }
    }
    deadlineNs = Long.MAX_VALUE;
  }

  long nextDeadlineNs() {
    return Math.min(deadlineNs, creditAtNs());
  }

  private long creditAtNs() {
    return forCredit && !queue.isEmpty() ? way.creditAtNs() : Long.MAX_VALUE;
  }

  void onTimeout(long nowNs) {
    if (nextDeadlineNs() > nowNs) {
      return;
    }
    if (deadlineNs <= nowNs) {
      tick(nowNs);
    }
    proceed(nowNs);
  }

  private void tick(long nowNs) {
    deadlineNs = nowNs + TICK_NS;
    // While the sender's own limit holds them back nobody else is to blame.
    if (!forCredit && ++ticks == PATIENCE_TICKS) {
      if (handedOnBytes < PATIENCE_TICKS * MIN_BYTES_PER_SECOND) {
        passOver();
      }
      lookFromNowOn(nowNs);
    }
  }

  private void lookFromNowOn(long nowNs) {
    ticks = 0;
    handedOnBytes = 0;
    deadlineNs = nowNs + TICK_NS;
  }

  void dump(Dump out) {
    out.value("messages", queue.size()).value("bytes", bytes).value("forCredit", forCredit)
        .value("passedOver", passedOver.size()).value("timesPassedOver", timesPassedOver);
  }
}
