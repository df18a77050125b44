package io.plenum.server.web;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A loop whose time is a number and whose tasks run when the test says so. */
final class ManualLoop implements Loop {
  static final long SECOND_NS = 1_000_000_000L;

  private record Timer(long atNs, Runnable task) {}

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<Timer> timers = new ArrayList<>();
  volatile long nowNs;

  @Override
  public synchronized void run(Runnable task) {
    tasks.add(task);
  }

  @Override
  public synchronized void after(long delayNs, Runnable task) {
    timers.add(new Timer(nowNs + delayNs, task));
  }

  @Override
  public long nowNs() {
    return nowNs;
  }

  /** Runs what waits. */
  void turn() {
    Runnable task;
    while ((task = next()) != null) {
      task.run();
    }
  }

  private synchronized Runnable next() {
    return tasks.poll();
  }

  int timers() {
    return timers.size();
  }

  /** Lets time pass up to then, with the timers on the way. */
  void advanceTo(long untilNs) {
    turn();
    while (true) {
      Timer first = timers.stream().filter(timer -> timer.atNs <= untilNs)
          .min((a, b) -> Long.compare(a.atNs, b.atNs)).orElse(null);
      if (first == null) {
        break;
      }
      timers.remove(first);
      nowNs = first.atNs;
      first.task.run();
      turn();
    }
    nowNs = untilNs;
    turn();
  }
}
