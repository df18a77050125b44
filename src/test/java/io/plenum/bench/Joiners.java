package io.plenum.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Lets clients join, or whatever else waits for answers, some at the same time. */
final class Joiners {
  private Joiners() {}

  /** Does it with each, at most so many at once; returns when all are done, or the first has failed. */
  static <T> void forEach(List<T> clients, int atOnce, Consumer<T> action) {
    ExecutorService threads = Executors.newFixedThreadPool(atOnce);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (T client : clients) {
        all.add(threads.submit(() -> action.accept(client)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }
}
