package io.plenum;

import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How a node's process ends. The first SIGTERM or SIGINT drains the node and closes it, and the process ends with 0. The second
 * ends the drain: who is still here is closed at once. The third does not wait for anything.
 */
final class ProcessEnd {
  /** To say goodbye to clients and to the cluster, and to close; beyond that something hangs. */
  private static final long CLOSE_TIMEOUT_S = 15;
  private static final int KILLED_BY_TERM = 128 + 15;

  private final Future<PlenumNode> starting;
  private final long drainTimeoutS;
  private final AtomicInteger signals = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private boolean signalsHandled;

  /** @param starting the node, also while it is not ready yet */
  ProcessEnd(Future<PlenumNode> starting, long drainTimeoutS) {
    this.starting = starting;
    this.drainTimeoutS = drainTimeoutS;
  }

  void install() {
    signalsHandled = List.of("TERM", "INT").stream().allMatch(name -> Signals.handle(name, this::onSignal));
    Runtime.getRuntime().addShutdownHook(new Thread(this::onExit, "plenum-stop"));
  }

  private void onSignal() {
    switch (signals.incrementAndGet()) {
      case 1 -> {
        drainAndClose();
        System.exit(0);
      }
      case 2 -> starting.onSuccess(PlenumNode::closeNow);
      default -> Runtime.getRuntime().halt(KILLED_BY_TERM);
    }
  }

  /** Whatever else ends the process: after a signal nothing is left to do. */
  private void onExit() {
    if (!signalsHandled) {
      drainAndClose();
    } else if (closed.getCount() > 0 && signals.get() == 0) {
      starting.compose(PlenumNode::closeNow).onComplete(done -> closed.countDown());
      awaitClosed(CLOSE_TIMEOUT_S);
    }
  }

  private void drainAndClose() {
    starting.compose(PlenumNode::close).onComplete(done -> closed.countDown());
    awaitClosed(drainTimeoutS + CLOSE_TIMEOUT_S);
  }

  private void awaitClosed(long seconds) {
    try {
      closed.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
