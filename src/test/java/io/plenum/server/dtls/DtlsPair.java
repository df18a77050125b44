package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.protocol.dtls.DtlsCertificate;
import io.plenum.protocol.dtls.DtlsCertificates;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.srtp.SrtpKeys;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Two sessions, one loop, and a network between them that a test can spoil. */
final class DtlsPair implements AutoCloseable {
  /** What may happen to one datagram: the datagrams that arrive in its place. */
  interface Network {
    List<byte[]> carry(boolean fromClient, byte[] datagram);
  }

  static final long PATIENCE_SECONDS = 20;

  final ExecutorService loop = Executors.newSingleThreadExecutor();
  final End client;
  final End server;
  private Network network = (fromClient, datagram) -> List.of(datagram);

  DtlsPair(DtlsOptions clientOptions, DtlsOptions serverOptions) {
    this(clientOptions, DtlsCertificates.fresh(), serverOptions, DtlsCertificates.fresh());
  }

  DtlsPair(DtlsOptions clientOptions, DtlsCertificate clientCertificate, DtlsOptions serverOptions,
      DtlsCertificate serverCertificate) {
    client = new End(true, clientCertificate, clientOptions);
    server = new End(false, serverCertificate, serverOptions);
  }

  static DtlsOptions options() {
    return DtlsOptions.defaults().withTimings(10_000, 50);
  }

  static DtlsPair connected() throws Exception {
    DtlsPair pair = new DtlsPair(options(), options());
    pair.start();
    pair.awaitConnected();
    return pair;
  }

  void setNetwork(Network network) {
    this.network = network;
  }

  void start() throws Exception {
    start(server.fingerprint(), client.fingerprint());
  }

  void start(DtlsFingerprint clientExpects, DtlsFingerprint serverExpects) throws Exception {
    onLoop(() -> {
      server.session.start(DtlsRole.SERVER, serverExpects);
      client.session.start(DtlsRole.CLIENT, clientExpects);
      return null;
    });
  }

  void awaitConnected() throws Exception {
    assertEquals("connected", client.nextEvent());
    assertEquals("connected", server.nextEvent());
  }

  <T> T onLoop(Callable<T> task) throws Exception {
    return loop.submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Runs what is queued on the loop, and what that queued in turn. */
  void settle() throws Exception {
    for (int i = 0; i < 4; i++) {
      onLoop(() -> null);
    }
  }

  DtlsState state(End end) throws Exception {
    return onLoop(end.session::state);
  }

  @Override
  public void close() throws Exception {
    onLoop(() -> {
      client.session.close();
      server.session.close();
      return null;
    });
    client.sessions.close();
    server.sessions.close();
    loop.shutdown();
  }

  /** One side: its events in the order in which they came, as words. */
  final class End implements DtlsSession.Sink {
    final DtlsSessions sessions;
    final DtlsSession session;
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    final List<byte[]> sent = new ArrayList<>();
    private final boolean isClient;
    SrtpKeys local;
    SrtpKeys remote;
    Runnable onConnected = () -> { };
    private boolean inCall;

    End(boolean isClient, DtlsCertificate certificate, DtlsOptions options) {
      this.isClient = isClient;
      sessions = new DtlsSessions(certificate, new SecureRandom(), options);
      session = sessions.create(loop, this, isClient ? "client" : "server");
    }

    DtlsFingerprint fingerprint() {
      return sessions.certificate().fingerprints().get(2);
    }

    String nextEvent() throws InterruptedException {
      return events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** A datagram from whoever, on the loop. */
    void receive(byte[] datagram) {
      inCall = true;
      session.onDatagram(datagram, 0, datagram.length);
      inCall = false;
    }

    @Override
    public void sendDtls(byte[] bytes, int offset, int length) {
      byte[] datagram = Arrays.copyOfRange(bytes, offset, offset + length);
      sent.add(datagram);
      for (byte[] arriving : network.carry(isClient, datagram)) {
        loop.execute(() -> (isClient ? server : client).receive(arriving));
      }
    }

    @Override
    public void onDtlsConnected(SrtpKeys localKeys, SrtpKeys remoteKeys) {
      local = localKeys;
      remote = remoteKeys;
      event("connected");
      onConnected.run();
    }

    @Override
    public void onDtlsData(byte[] bytes, int offset, int length) {
      events.add("data " + new String(bytes, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void onDtlsFailed(String reason) {
      event("failed " + reason);
    }

    @Override
    public void onDtlsClosed() {
      event("closed");
    }

    private void event(String event) {
      events.add(inCall ? "inside a call: " + event : event);
    }
  }
}
