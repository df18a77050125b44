package io.plenum.server;

import io.plenum.protocol.srtp.SrtpWarmUp;
import io.plenum.server.dtls.DtlsSessions;
import io.plenum.server.dtls.DtlsWarmUp;
import io.plenum.server.ops.Readiness;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what the first clients would otherwise wait for: a cold JVM needs up to a second for its first DTLS handshake, and
 * encrypts ten times slower than a warm one. On a thread of its own; the node says ready when it is done. A node that cannot shake
 * hands with itself, or whose ciphers are wrong, will do no better with clients: it must end, so that whoever watches it sees that.
 */
final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  private WarmUp() {}

  /** Names what is to be waited for, before anybody can ask. */
  static void require(Readiness readiness) {
    readiness.require(Readiness.CRYPTO_WARM);
    readiness.require(Readiness.DTLS_WARM);
  }

  /**
   * @param messages what the first room of a clustered node would otherwise wait for
   * @param whenBroken gets the reason, for people; then {@code whenReady} is not called
   */
  static void start(DtlsSessions dtls, Runnable messages, Readiness readiness, Runnable whenReady, Consumer<String> whenBroken) {
    ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
      Thread named = new Thread(task, "plenum-warm-up");
      named.setDaemon(true);
      return named;
    });
    start(executor -> DtlsWarmUp.run(dtls, executor), () -> {
      messages.run();
      return new SrtpWarmUp().run(SrtpWarmUp.ENOUGH_ITERATIONS);
    }, thread, readiness, whenReady, whenBroken).whenComplete((done, failure) -> thread.shutdown());
  }

  /** The same, whatever is run. */
  static CompletionStage<Void> start(Function<Executor, CompletionStage<Void>> handshakes, BooleanSupplier ciphers,
      Executor thread, Readiness readiness, Runnable whenReady, Consumer<String> whenBroken) {
    long startNs = System.nanoTime();
    CompletableFuture<Void> shaken = new CompletableFuture<>();
    // A task that throws tells nobody else, and everybody would wait for ever.
    handshakes.apply(task -> thread.execute(() -> run(task, shaken)))
        .whenComplete((done, failure) -> complete(shaken, failure));
    return shaken
        .thenRunAsync(() -> {
          readiness.met(Readiness.DTLS_WARM);
          if (!ciphers.getAsBoolean()) {
            throw new IllegalStateException("this JVM's AES does not give the right answers");
          }
          readiness.met(Readiness.CRYPTO_WARM);
          log.info("node warm after={}ms", (System.nanoTime() - startNs) / 1_000_000);
        }, thread)
        .whenComplete((done, failure) -> {
          if (failure == null) {
            whenReady.run();
            return;
          }
          log.error("warm-up failed missing={}", readiness.missing(), failure);
          Throwable cause = failure.getCause() == null ? failure : failure.getCause();
          whenBroken.accept("cannot encrypt, neither for itself nor for clients: " + cause.getMessage());
        });
  }

  private static void run(Runnable task, CompletableFuture<Void> shaken) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      shaken.completeExceptionally(e);
    }
  }

  private static void complete(CompletableFuture<Void> shaken, Throwable failure) {
    if (failure == null) {
      shaken.complete(null);
    } else {
      shaken.completeExceptionally(failure);
    }
  }
}
