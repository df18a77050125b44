package io.plenum.cluster.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/** The clock of a simulation: what is to happen, in order of time; ties in the order of planning. */
final class Timeline {
  static final long MS = 1_000_000L;
  static final long SECOND = 1_000 * MS;

  private record Happening(long atNs, long number, Runnable what) {}

  private final PriorityQueue<Happening> happenings = new PriorityQueue<>(
      Comparator.comparingLong(Happening::atNs).thenComparingLong(Happening::number));
  private long nowNs;
  private long numbers;
  private long happened;

  long nowNs() {
    return nowNs;
  }

  long happened() {
    return happened;
  }

  void at(long atNs, Runnable what) {
    happenings.add(new Happening(Math.max(atNs, nowNs), numbers++, what));
  }

  void after(long delayNs, Runnable what) {
    at(nowNs + delayNs, what);
  }

  void runFor(long durationNs) {
    long endNs = nowNs + durationNs;
    while (!happenings.isEmpty() && happenings.peek().atNs <= endNs) {
      Happening next = happenings.poll();
      nowNs = next.atNs;
      happened++;
      next.what.run();
    }
    nowNs = endNs;
  }
}
