package io.plenum.server.dtls;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where handshakes run, because the library blocks while it waits for the peer and event loops must not. A bounded
 * number at once, a bounded number waiting, the rest refused; those that stand still make room for those that wait
 * ({@link StalledHandshakes}). Threads are virtual on JDK 21 and later.
 */
public final class DtlsHandshakes implements AutoCloseable {
  /** Joins come in bursts; a thread waits this long for the next one. */
  private static final long IDLE_THREAD_SECONDS = 2;

  private final ThreadPoolExecutor pool;
  private final Set<DtlsHandshake> running = ConcurrentHashMap.newKeySet();
  private final StalledHandshakes stalled;

  /** Looks for room while somebody waits; its one thread is there only then. */
  private final ScheduledThreadPoolExecutor watch;
  private final AtomicBoolean watchAsked = new AtomicBoolean();
  /** Of the watch's thread alone. */
  private ScheduledFuture<?> nextLook;

  public DtlsHandshakes(DtlsOptions options) {
    stalled = new StalledHandshakes(TimeUnit.MILLISECONDS.toNanos(options.stalledMillis()),
        TimeUnit.MILLISECONDS.toNanos(options.slowMillis()));
    pool = new Pool(options);
    pool.allowCoreThreadTimeOut(true);
    watch = new ScheduledThreadPoolExecutor(1, task -> {
      Thread thread = new Thread(task, "dtls-room");
      thread.setDaemon(true);
      return thread;
    });
    watch.setKeepAliveTime(IDLE_THREAD_SECONDS, TimeUnit.SECONDS);
    watch.allowCoreThreadTimeOut(true);
    watch.setRemoveOnCancelPolicy(true);
  }

  /** Knows which handshakes have a slot, and since when. */
  private final class Pool extends ThreadPoolExecutor {
    Pool(DtlsOptions options) {
      super(options.maxHandshakes(), options.maxHandshakes(), IDLE_THREAD_SECONDS, TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(options.maxWaitingHandshakes()), threads());
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable task) {
      if (task instanceof DtlsHandshake handshake) {
        handshake.onTurn(System.nanoTime());
        running.add(handshake);
      }
    }

    @Override
    protected void afterExecute(Runnable task, Throwable thrown) {
      if (task instanceof DtlsHandshake handshake) {
        running.remove(handshake);
      }
    }
  }

  /** Runs a handshake now or when it is its turn; false when there are too many, or after {@link #close}. */
  boolean submit(Runnable handshake) {
    try {
      pool.execute(handshake);
      if (waiting() > 0 && watchAsked.compareAndSet(false, true)) {
        watch.execute(this::makeRoom);
      }
      return true;
    } catch (RejectedExecutionException fullOrClosed) {
      return false;
    }
  }

  /** On the watch's thread. */
  private void makeRoom() {
    watchAsked.set(false);
    if (nextLook != null) {
      nextLook.cancel(false);
      nextLook = null;
    }
    long nowNs = System.nanoTime();
    long againNs = stalled.makeRoom(running, waiting(), nowNs);
    if (againNs != Long.MAX_VALUE) {
      nextLook = watch.schedule(this::makeRoom, againNs - nowNs, TimeUnit.NANOSECONDS);
    }
  }

  /** Gives up a place in the queue; a handshake that already runs ends itself. */
  void withdraw(Runnable handshake) {
    pool.remove(handshake);
  }

  /** Handshakes that run now; for metrics and tests. */
  public int running() {
    return pool.getActiveCount();
  }

  /** Handshakes that wait for their turn. */
  public int waiting() {
    return pool.getQueue().size();
  }

  /** Takes no more handshakes; those that wait are dropped, those that run end with their sessions. */
  @Override
  public void close() {
    watch.shutdownNow();
    pool.shutdownNow();
  }

  private static ThreadFactory threads() {
    ThreadFactory virtual = virtualThreads();
    return virtual != null ? virtual : platformThreads();
  }

  private static ThreadFactory platformThreads() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "dtls-handshake-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** {@code Thread.ofVirtual().name("dtls-handshake-", 1).factory()}, for a build whose baseline has no such method. */
  private static ThreadFactory virtualThreads() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object builder = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual)).invoke();
      builder = lookup.findVirtual(ofVirtual, "name", MethodType.methodType(ofVirtual, String.class, long.class))
          .invoke(builder, "dtls-handshake-", 1L);
      return (ThreadFactory) lookup.findVirtual(ofVirtual, "factory", MethodType.methodType(ThreadFactory.class))
          .invoke(builder);
    } catch (ReflectiveOperationException olderJdk) {
      return null;
    } catch (Throwable e) {
      throw new IllegalStateException("virtual threads are there but cannot be made", e);
    }
  }
}
