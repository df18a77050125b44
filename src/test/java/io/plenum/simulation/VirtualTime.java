package io.plenum.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** A clock that jumps from one event to the next: minutes of call in milliseconds. What is due at one time runs in order. */
public final class VirtualTime {
  public static final long MS = 1_000_000L;
  public static final long SECOND = 1000 * MS;
  /** A core that is woken so often without time going on never rests. */
  private static final int MAX_WAKE_UPS_AT_ONCE = 1_000;

  private record Event(long atNs, long order, Runnable run) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(order, other.order);
    }
  }

  private record Timed(LongSupplier nextDeadlineNs, LongConsumer onTimeout) {}

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<Timed> timed = new ArrayList<>();
  private long nowNs;
  private long order;
  private int wakeUps;

  /** @param startNs where the clock begins; like {@code System.nanoTime()} it may be negative */
  public VirtualTime(long startNs) {
    nowNs = startNs;
  }

  public long nowNs() {
    return nowNs;
  }

  public void at(long timeNs, Runnable run) {
    events.add(new Event(Math.max(timeNs, nowNs), order++, run));
  }

  public void after(long delayNs, Runnable run) {
    at(nowNs + delayNs, run);
  }

  /** As soon as what runs now is done: a task of its own. */
  public void post(Runnable run) {
    at(nowNs, run);
  }

  /** Something that says itself when it wants to be woken. */
  public void drive(LongSupplier nextDeadlineNs, LongConsumer onTimeout) {
    timed.add(new Timed(nextDeadlineNs, onTimeout));
  }

  public void runFor(long durationNs) {
    long endNs = nowNs + durationNs;
    while (true) {
      Timed first = null;
      long deadlineNs = Long.MAX_VALUE;
      for (Timed each : timed) {
        long wantedNs = each.nextDeadlineNs.getAsLong();
        if (wantedNs < deadlineNs) {
          deadlineNs = wantedNs;
          first = each;
        }
      }
      Event event = events.peek();
      if (event != null && event.atNs <= deadlineNs) {
        if (event.atNs > endNs) {
          break;
        }
        events.poll();
        advance(event.atNs);
        event.run.run();
      } else {
        if (deadlineNs > endNs) {
          break;
        }
        advance(deadlineNs);
        if (++wakeUps > MAX_WAKE_UPS_AT_ONCE) {
          throw new AssertionError("woken " + wakeUps + " times at " + nowNs + " for the deadline " + deadlineNs);
        }
        first.onTimeout.accept(nowNs);
      }
    }
    nowNs = endNs;
  }

  private void advance(long toNs) {
    if (toNs > nowNs) {
      nowNs = toNs;
      wakeUps = 0;
    }
  }
}
