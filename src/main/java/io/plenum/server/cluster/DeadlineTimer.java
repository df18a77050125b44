package io.plenum.server.cluster;

import io.vertx.core.Vertx;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Wakes a core when it asks to be woken. Lives on one event loop; {@link #onChanged} after every input to the core. */
final class DeadlineTimer {
  private static final long NS_PER_MS = 1_000_000L;

  private final Vertx vertx;
  private final LongSupplier nextDeadlineNs;
  private final LongConsumer onTimeout;
  private long timer = -1;
  private long timerNs = Long.MAX_VALUE;
  private boolean stopped;

  /** @param onTimeout gets the time */
  DeadlineTimer(Vertx vertx, LongSupplier nextDeadlineNs, LongConsumer onTimeout) {
    this.vertx = vertx;
    this.nextDeadlineNs = nextDeadlineNs;
    this.onTimeout = onTimeout;
  }

  void onChanged() {
    long deadlineNs = stopped ? Long.MAX_VALUE : nextDeadlineNs.getAsLong();
    if (deadlineNs == timerNs) {
      return;
    }
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
    timerNs = deadlineNs;
    if (deadlineNs != Long.MAX_VALUE) {
      long delayNs = deadlineNs - System.nanoTime();
      timer = vertx.setTimer(Math.max(1, (delayNs + NS_PER_MS - 1) / NS_PER_MS), id -> ring());
    }
  }

  private void ring() {
    timer = -1;
    timerNs = Long.MAX_VALUE;
    onTimeout.accept(System.nanoTime());
    onChanged();
  }

  void stop() {
    stopped = true;
    onChanged();
  }
}
