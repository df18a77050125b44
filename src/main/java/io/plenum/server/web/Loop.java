package io.plenum.server.web;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** The event loop that a connection lives on, and its clock. Tests turn one by hand. */
interface Loop {
  /** Runs it later on the loop, in the order of the calls. From any thread. */
  void run(Runnable task);

  /** Runs it on the loop after that time. From the loop. */
  void after(long delayNs, Runnable task);

  long nowNs();

  static Loop of(Vertx vertx, Context context) {
    return new Loop() {
      @Override
      public void run(Runnable task) {
        context.runOnContext(ignored -> task.run());
      }

      @Override
      public void after(long delayNs, Runnable task) {
        vertx.setTimer(Math.max(1, (delayNs + 999_999) / 1_000_000), ignored -> task.run());
      }

      @Override
      public long nowNs() {
        return System.nanoTime();
      }
    };
  }
}
