package io.plenum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.server.ops.Readiness;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  private final Readiness readiness = new Readiness();
  private final List<String> said = new ArrayList<>();

  /** Everything at once, on this thread. */
  private void start(Function<Executor, CompletionStage<Void>> handshakes, BooleanSupplier ciphers) {
    WarmUp.require(readiness);
    WarmUp.start(handshakes, ciphers, Runnable::run, readiness, () -> said.add("ready"), said::add);
  }

  @Test
  void aNodeIsReadyWhenHandshakesAndCiphersHaveRun() {
    CompletableFuture<Void> handshakes = new CompletableFuture<>();
    start(executor -> handshakes, () -> true);
    assertEquals(List.of(), said);
    assertEquals(List.of("crypto-warm", "dtls-warm"), readiness.missing());
    handshakes.complete(null);
    assertEquals(List.of("ready"), said);
    assertEquals(List.of(), readiness.missing());
  }

  @Test
  void aNodeThatCannotShakeHandsWithItselfSaysSoOnce() {
    start(executor -> CompletableFuture.failedFuture(new IllegalStateException("no curve")), () -> true);
    assertEquals(List.of("cannot encrypt, neither for itself nor for clients: no curve"), said);
    assertEquals(List.of("crypto-warm", "dtls-warm"), readiness.missing());
  }

  @Test
  void soDoesOneWhoseHandshakeBreaksInATaskThatNobodyWaitsFor() {
    start(executor -> {
      executor.execute(() -> {
        throw new IllegalStateException("no provider");
      });
      return new CompletableFuture<>();
    }, () -> true);
    assertEquals(List.of("cannot encrypt, neither for itself nor for clients: no provider"), said);
  }

  @Test
  void soDoesOneWhoseCiphersAreWrongOrMissing() {
    start(executor -> CompletableFuture.completedFuture(null), () -> false);
    start(executor -> CompletableFuture.completedFuture(null), () -> {
      throw new UnsupportedOperationException("no AES");
    });
    assertEquals(List.of("cannot encrypt, neither for itself nor for clients: this JVM's AES does not give the right answers",
        "cannot encrypt, neither for itself nor for clients: no AES"), said);
    assertEquals(List.of("crypto-warm"), readiness.missing().stream().filter("crypto-warm"::equals).toList());
  }
}
