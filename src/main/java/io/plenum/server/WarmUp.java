package io.plenum.server;

import io.plenum.protocol.srtp.SrtpWarmUp;
import io.plenum.server.dtls.DtlsSessions;
import io.plenum.server.dtls.DtlsWarmUp;
import io.plenum.server.ops.Readiness;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what the first clients would otherwise wait for: a cold JVM needs up to a second for its first DTLS handshake, and
 * encrypts ten times slower than a warm one. On a thread of its own; the node says ready when it is done.
 */
final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  private WarmUp() {}

  /** Names what is to be waited for, before anybody can ask. */
  static void require(Readiness readiness) {
    readiness.require(Readiness.CRYPTO_WARM);
    readiness.require(Readiness.DTLS_WARM);
  }

  static void start(DtlsSessions dtls, Readiness readiness, Runnable whenReady) {
    ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
      Thread named = new Thread(task, "plenum-warm-up");
      named.setDaemon(true);
      return named;
    });
    long startNs = System.nanoTime();
    DtlsWarmUp.run(dtls, thread).whenCompleteAsync((done, failure) -> {
      if (failure != null) {
        log.error("warm-up failed part=dtls: clients will not get through either", failure);
        thread.shutdown();
        return;
      }
      readiness.met(Readiness.DTLS_WARM);
      if (new SrtpWarmUp().run(SrtpWarmUp.ENOUGH_ITERATIONS)) {
        readiness.met(Readiness.CRYPTO_WARM);
        log.info("node warm after={}ms", (System.nanoTime() - startNs) / 1_000_000);
        whenReady.run();
      } else {
        log.error("warm-up failed part=srtp: this JVM's AES does not give the right answers");
      }
      thread.shutdown();
    }, thread);
  }
}
