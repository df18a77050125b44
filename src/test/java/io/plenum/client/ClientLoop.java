package io.plenum.client;

import io.plenum.protocol.dtls.DtlsCertificate;
import io.plenum.server.dtls.DtlsOptions;
import io.plenum.server.dtls.DtlsSessions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The one thread that all synthetic clients of a test live on, and what they share. */
public final class ClientLoop implements AutoCloseable {
  private static final long PATIENCE_S = 60;

  final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
    Thread thread = new Thread(task, "synthetic-clients");
    thread.setDaemon(true);
    return thread;
  });
  final SecureRandom random = new SecureRandom();
  final DtlsSessions dtls;

  private static final long STALL_CHECK_MS = 20;
  private long checkedNs = System.nanoTime();
  private long longestStallNs;

  public ClientLoop() {
    executor.scheduleWithFixedDelay(this::lookForStall, 0, STALL_CHECK_MS, TimeUnit.MILLISECONDS);
    Instant now = Instant.now();
    DtlsCertificate certificate =
        DtlsCertificate.generate(random, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(30)));
    dtls = new DtlsSessions(certificate, random, DtlsOptions.defaults());
  }

  /** For transports that live on another thread; thread-safe. */
  public DtlsSessions dtls() {
    return dtls;
  }

  public SecureRandom random() {
    return random;
  }

  private void lookForStall() {
    long nowNs = System.nanoTime();
    longestStallNs = Math.max(longestStallNs, nowNs - checkedNs - STALL_CHECK_MS * 1_000_000);
    checkedNs = nowNs;
  }

  /**
   * For how long at most the clients themselves did not run since this was asked the last time: a machine without a processor to
   * spare. Gaps of media that are not longer say nothing about the server.
   */
  public long takeLongestStallMs() {
    return call(() -> {
      long stallMs = longestStallNs / 1_000_000;
      longestStallNs = 0;
      return stallMs;
    });
  }

  public void execute(Runnable task) {
    executor.execute(() -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        System.err.println("synthetic client: " + e);
        e.printStackTrace();
      }
    });
  }

  /** Runs it on the loop and brings back what it returns. */
  public <T> T call(Callable<T> task) {
    try {
      return executor.submit(task).get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the clients' loop failed", e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    dtls.close();
  }
}
