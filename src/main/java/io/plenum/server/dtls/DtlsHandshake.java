package io.plenum.server.dtls;

import io.plenum.protocol.dtls.DtlsCertificate;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSrtpClient;
import io.plenum.protocol.dtls.DtlsSrtpNegotiation;
import io.plenum.protocol.dtls.DtlsSrtpServer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.TlsTimeoutException;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * One handshake, run once on a thread that may block. It ends when the peer, the timeout or the transport ends it, or
 * somebody who waits gets its slot.
 */
final class DtlsHandshake implements Runnable, StalledHandshakes.Running {
  /** Told on the handshake's thread, exactly once. */
  interface Listener {
    void onHandshakeDone(DTLSTransport association, DtlsSrtpNegotiation negotiation);

    void onHandshakeFailed(DtlsFailure failure, String reason, Throwable cause);
  }

  private final BcTlsCrypto crypto;
  private final DtlsCertificate certificate;
  private final DtlsOptions options;
  private final DtlsRole localRole;
  private final DtlsFingerprint remoteFingerprint;
  private final DtlsTransport transport;
  private final Listener listener;
  private final long createdNs = System.nanoTime();
  private volatile long sinceNs = createdNs;
  private volatile boolean ending;

  DtlsHandshake(BcTlsCrypto crypto, DtlsCertificate certificate, DtlsOptions options, DtlsRole localRole,
      DtlsFingerprint remoteFingerprint, DtlsTransport transport, Listener listener) {
    this.crypto = crypto;
    this.certificate = certificate;
    this.options = options;
    this.localRole = localRole;
    this.remoteFingerprint = remoteFingerprint;
    this.transport = transport;
    this.listener = listener;
  }

  @Override
  public void run() {
    int waitedMillis = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(sinceNs - createdNs));
    if (waitedMillis >= options.handshakeTimeoutMillis()) {
      listener.onHandshakeFailed(DtlsFailure.WAITED_TOO_LONG, "handshake waited " + waitedMillis + " ms for its turn", null);
      return;
    }
    DtlsSrtpNegotiation negotiation = new DtlsSrtpNegotiation(remoteFingerprint, options.profiles(),
        options.handshakeTimeoutMillis() - waitedMillis, options.resendMillis());
    try {
      listener.onHandshakeDone(shakeHands(negotiation), negotiation);
    } catch (IOException | RuntimeException e) {
      listener.onHandshakeFailed(failure(e), reason(e), e);
    } catch (Error e) {
      listener.onHandshakeFailed(DtlsFailure.OTHER, e.toString(), e);
      throw e;
    }
  }

  private DTLSTransport shakeHands(DtlsSrtpNegotiation negotiation) throws IOException {
    return localRole == DtlsRole.SERVER
        ? new DTLSServerProtocol().accept(new DtlsSrtpServer(crypto, certificate, negotiation), transport)
        : new DTLSClientProtocol().connect(new DtlsSrtpClient(crypto, certificate, negotiation), transport);
  }

  /** It has a slot now, and {@link #run} follows. */
  void onTurn(long nowNs) {
    sinceNs = nowNs;
  }

  @Override
  public long sinceNs() {
    return sinceNs;
  }

  @Override
  public long silentSinceNs(long nowNs) {
    return transport.silentSinceNs(nowNs);
  }

  @Override
  public boolean isEnding() {
    return ending;
  }

  /** The peer is told by an alert, the client by signalling; if the handshake is done already, nothing happens. */
  @Override
  public void end(String reason) {
    ending = true;
    transport.makeRoom(reason);
  }

  static DtlsFailure failure(Throwable e) {
    if (e instanceof DtlsTransport.MadeRoom) {
      return DtlsFailure.MADE_ROOM;
    }
    if (e instanceof TlsFatalAlertReceived) {
      return DtlsFailure.REFUSED_BY_PEER;
    }
    if (e instanceof TlsTimeoutException) {
      return DtlsFailure.TIMED_OUT;
    }
    return e instanceof TlsFatalAlert ? DtlsFailure.REFUSED_BY_US : DtlsFailure.OTHER;
  }

  /** One sentence for the log and the client; nothing in it comes from the peer's bytes but an alert's number. */
  static String reason(Throwable e) {
    if (e instanceof DtlsTransport.MadeRoom) {
      return e.getMessage();
    }
    if (e instanceof TlsFatalAlertReceived alert) {
      return "peer sent alert " + AlertDescription.getText(alert.getAlertDescription());
    }
    if (e instanceof TlsTimeoutException) {
      return "handshake timed out";
    }
    if (e instanceof TlsFatalAlert alert) {
      return "we sent alert " + alert.getMessage();
    }
    return e.toString();
  }
}
