package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.dtls.DtlsCertificates;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.srtp.SrtpKeys;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DtlsHandshakesTest {
  private static final DtlsFingerprint NOBODY = DtlsFingerprint.of("sha-256", new byte[0]);

  /** A thread that is not woken would sleep for this long. */
  private static final int LONGER_THAN_THIS_TEST_MILLIS = 120_000;

  private final DtlsSessions sessions = new DtlsSessions(DtlsCertificates.fresh(), new SecureRandom(),
      DtlsOptions.defaults().withHandshakes(2, 3)
          .withTimings(LONGER_THAN_THIS_TEST_MILLIS, LONGER_THAN_THIS_TEST_MILLIS)
          .withPatience(LONGER_THAN_THIS_TEST_MILLIS, LONGER_THAN_THIS_TEST_MILLIS));
  private final ExecutorService loop = Executors.newSingleThreadExecutor();

  @AfterEach
  void stop() {
    sessions.close();
    loop.shutdown();
  }

  @Test
  void excessHandshakesFailAtOnceAndSayWhy() throws Exception {
    List<Listening> begun = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      begun.add(begin());
    }
    Listening refused = begin();

    assertEquals("too many handshakes at once", refused.failures.poll(20, TimeUnit.SECONDS));
    assertEquals(3, sessions.handshakes().waiting());
    assertEquals(1, sessions.counters().failed());
    closeAll(begun);
  }

  @Test
  void aClosedSessionGivesUpItsPlaceAndItsThreadAtOnce() throws Exception {
    List<Listening> begun = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      begun.add(begin());
    }
    closeAll(begun);
    assertEquals(0, sessions.handshakes().waiting());

    // Both threads must be free again: these two tasks can only meet if both run.
    CountDownLatch both = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      assertTrue(sessions.handshakes().submit(() -> {
        both.countDown();
        try {
          both.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }));
    }
    assertTrue(both.await(20, TimeUnit.SECONDS), "a handshake still holds its thread");
    for (Listening listening : begun) {
      assertEquals(DtlsState.CLOSED, listening.session.state());
      assertEquals(0, listening.failures.size());
    }
  }

  @Test
  void nothingIsTakenAfterTheEnd() throws Exception {
    sessions.close();
    assertFalse(sessions.handshakes().submit(() -> { }));
    assertEquals("too many handshakes at once", begin().failures.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void threadsAreVirtualWhereTheJdkHasThem() throws Exception {
    CompletableFuture<Boolean> virtual = new CompletableFuture<>();
    sessions.handshakes().submit(() -> virtual.complete(Thread.currentThread().getClass() != Thread.class));

    assertEquals(Runtime.version().feature() >= 21, virtual.get(20, TimeUnit.SECONDS));
  }

  @Test
  void aServerTakesNoThreadBeforeTheClientSpeaks() throws Exception {
    Listening server = new Listening();
    onLoop(() -> server.session.start(DtlsRole.SERVER, NOBODY));

    assertEquals(0, sessions.handshakes().running() + sessions.handshakes().waiting());
    assertEquals(DtlsState.CONNECTING, server.session.state());
  }

  /** A client whose peer never answers. */
  private Listening begin() throws Exception {
    Listening listening = new Listening();
    onLoop(() -> listening.session.start(DtlsRole.CLIENT, NOBODY));
    return listening;
  }

  private void closeAll(List<Listening> all) throws Exception {
    onLoop(() -> all.forEach(listening -> listening.session.close()));
  }

  private void onLoop(Runnable task) throws Exception {
    loop.submit(task).get(20, TimeUnit.SECONDS);
  }

  private final class Listening implements DtlsSession.Sink {
    final LinkedBlockingQueue<String> failures = new LinkedBlockingQueue<>();
    final DtlsSession session = sessions.create(loop, this, "test");

    @Override
    public void sendDtls(byte[] bytes, int offset, int length) {}

    @Override
    public void onDtlsConnected(SrtpKeys local, SrtpKeys remote) {}

    @Override
    public void onDtlsData(byte[] bytes, int offset, int length) {}

    @Override
    public void onDtlsFailed(String reason) {
      failures.add(reason);
    }

    @Override
    public void onDtlsClosed() {}
  }
}
