package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.dtls.DtlsCertificates;
import java.security.SecureRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class DtlsWarmUpTest {
  @Test
  void shakesHandsWithItselfAndSaysWhenItIsDone() throws Exception {
    ExecutorService loop = Executors.newSingleThreadExecutor();
    try (DtlsSessions sessions =
        new DtlsSessions(DtlsCertificates.fresh(), new SecureRandom(), DtlsPair.options())) {
      DtlsWarmUp.run(sessions, loop).get(30, TimeUnit.SECONDS);

      assertTrue(sessions.counters().connected() > 2);
      assertEquals(sessions.counters().started(), sessions.counters().connected());
      assertEquals(0, sessions.counters().failed());
    } finally {
      loop.shutdown();
    }
  }

  @Test
  void saysWhyItCannot() {
    ExecutorService loop = Executors.newSingleThreadExecutor();
    try (DtlsSessions sessions =
        new DtlsSessions(DtlsCertificates.fresh(), new SecureRandom(), DtlsPair.options())) {
      sessions.handshakes().close();
      ExecutionException e = Assertions.assertThrows(ExecutionException.class,
          () -> DtlsWarmUp.run(sessions, loop).get(30, TimeUnit.SECONDS));
      assertEquals("handshake with ourselves failed: too many handshakes at once", e.getCause().getMessage());
    } finally {
      loop.shutdown();
    }
  }
}
