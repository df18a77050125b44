package io.plenum.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One thread that many clients' sockets live on: sends the frames that are due, takes what has come, and measures. Waits in
 * the selector, so that its processor time says how much of a processor the bench needs.
 */
final class BenchLoop implements Executor, AutoCloseable {
  /** How late feedback and reports may be. */
  private static final long HOUSEKEEPING_NS = 5_000_000L;
  private static final long NS_PER_MS = 1_000_000L;
  private static final long NTP_AT_UNIX_ZERO_S = 2_208_988_800L;
  private static final long PATIENCE_S = 120;

  /** A packet after SRTP; one is in hand at a time. */
  final byte[] plain = new byte[2_048];
  final LatencyHistogram latency = new LatencyHistogram();
  /** Of packets that came over another node. */
  final LatencyHistogram farLatency = new LatencyHistogram();
  private final Selector selector;
  private final ByteBuffer buffer = MediaPath.newBuffer();
  private final List<MediaPath> paths = new ArrayList<>();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final SplittableRandom random;
  private final long ntpAtZeroS;
  private final Thread thread;
  private volatile boolean closed;
  private long nextHousekeepingNs;

  BenchLoop(int index) {
    random = new SplittableRandom(index);
    ntpAtZeroS = System.currentTimeMillis() / 1_000 - System.nanoTime() / 1_000_000_000L + NTP_AT_UNIX_ZERO_S;
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = new Thread(this::run, "bench-" + index);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** Runs it on the loop and brings back what it returns. */
  <T> T call(Callable<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    execute(() -> {
      try {
        done.complete(task.call());
      } catch (Exception e) {
        done.completeExceptionally(e);
      }
    });
    try {
      return done.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the bench's loop failed", e);
    }
  }

  /** On the loop. */
  void add(MediaPath path) throws IOException {
    path.channel.register(selector, SelectionKey.OP_READ, path);
    paths.add(path);
  }

  /** On the loop. */
  void remove(MediaPath path) {
    paths.remove(path);
    path.close();
  }

  /** On the loop. */
  List<MediaPath> paths() {
    return paths;
  }

  long nextPhaseNs() {
    return random.nextLong(33_000_000L);
  }

  /** Any wall clock will do: nobody here plays anything in step. */
  long ntpTime(long nowNs) {
    return ntpAtZeroS + nowNs / 1_000_000_000L << 32;
  }

  private void run() {
    while (!closed) {
      try {
        turn();
      } catch (IOException | RuntimeException e) {
        System.err.println("bench: " + e);
        e.printStackTrace();
      }
    }
  }

  private void turn() throws IOException {
    long nowNs = System.nanoTime();
    long nextNs = Long.MAX_VALUE;
    for (int i = 0; i < paths.size(); i++) {
      nextNs = Math.min(nextNs, paths.get(i).sendDue(nowNs));
    }
    if (nowNs >= nextHousekeepingNs) {
      nextHousekeepingNs = nowNs + HOUSEKEEPING_NS;
      for (int i = 0; i < paths.size(); i++) {
        paths.get(i).onTimeout(nowNs);
      }
    }
    for (Runnable task; (task = tasks.poll()) != null; ) {
      task.run();
    }
    long waitNs = Math.min(nextNs, nextHousekeepingNs) - System.nanoTime();
    if (waitNs > 0) {
      // Rounded up: a frame may be late by a millisecond, but nothing spins.
      selector.select(this::onReady, (waitNs + NS_PER_MS - 1) / NS_PER_MS);
    } else {
      selector.selectNow(this::onReady);
    }
  }

  private void onReady(SelectionKey key) {
    try {
      ((MediaPath) key.attachment()).onReadable(buffer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    paths.forEach(MediaPath::close);
  }
}
