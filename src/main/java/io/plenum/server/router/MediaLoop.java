package io.plenum.server.router;

import io.plenum.media.router.RouterEnvironment;
import io.plenum.server.net.MediaSocketVerticle;
import io.plenum.server.net.PipeSocketVerticle;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * One media event loop: its sockets, its routers, and the one timer that wakes whichever of them asks to be woken first.
 */
public final class MediaLoop {
  private static final long NS_PER_MS = 1_000_000L;
  /** Most rooms are calls of two with sound and picture. */
  private static final int CONSUMERS_OF_A_YOUNG_ROUTER = 4;

  private final Vertx vertx;
  private final Context context;
  private final MediaSocketVerticle socket;
  private final PipeSocketVerticle pipeSocket;
  private final RouterEnvironment environment;
  private final AtomicInteger load = new AtomicInteger();
  private final FeedCounters feedCounters = new FeedCounters();
  private long timer = -1;
  private long timerNs = Long.MAX_VALUE;

  /** @param makeSocket and {@code makePipeSocket} get what a socket must call when it has handed over all that had come */
  public MediaLoop(
      Vertx vertx,
      Context context,
      RouterEnvironment environment,
      Function<Runnable, MediaSocketVerticle> makeSocket,
      Function<Runnable, PipeSocketVerticle> makePipeSocket) {
    this.vertx = vertx;
    this.context = context;
    this.environment = environment;
    this.socket = makeSocket.apply(this::onChanged);
    this.pipeSocket = makePipeSocket.apply(this::onChanged);
  }

  public Context context() {
    return context;
  }

  public MediaSocketVerticle socket() {
    return socket;
  }

  public PipeSocketVerticle pipeSocket() {
    return pipeSocket;
  }

  public RouterEnvironment environment() {
    return environment;
  }

  /** Routers placed here, also those still on their way. Asked from anywhere. */
  AtomicInteger load() {
    return load;
  }

  /** Routers that live here or are on their way. Asked from anywhere. */
  public int routerCount() {
    return load.get();
  }

  /** What its routers send to those on other loops. */
  public FeedCounters feedCounters() {
    return feedCounters;
  }

  /** What it carries, in consumers, those that its youngest routers will soon have included. Asked from anywhere. */
  int burden() {
    return environment.consumerCount() + CONSUMERS_OF_A_YOUNG_ROUTER * load.get();
  }

  /** Deadlines may have changed. Called on the loop. */
  public void onChanged() {
    long deadlineNs = environment.deadlines().nextDeadlineNs();
    if (deadlineNs < timerNs) {
      schedule(deadlineNs);
    }
  }

  private void schedule(long deadlineNs) {
    if (timer >= 0) {
      vertx.cancelTimer(timer);
    }
    timerNs = deadlineNs;
    long delayNs = deadlineNs - System.nanoTime();
    // Rounded up, or the timer would ring just before the deadline and again.
    timer = vertx.setTimer(Math.max(1, (delayNs + NS_PER_MS - 1) / NS_PER_MS), id -> onTimer());
  }

  private void onTimer() {
    timer = -1;
    timerNs = Long.MAX_VALUE;
    environment.deadlines().onTimeout(System.nanoTime());
    onChanged();
  }
}
