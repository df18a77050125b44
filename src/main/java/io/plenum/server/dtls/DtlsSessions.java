package io.plenum.server.dtls;

import io.plenum.protocol.dtls.DtlsCertificate;
import io.plenum.protocol.dtls.DtlsSession;
import java.security.SecureRandom;
import java.util.concurrent.Executor;

/** Makes this node's DTLS sessions; holds what they share: the certificate, the threads, the limits, the counters. */
public final class DtlsSessions implements AutoCloseable {
  private final DtlsCertificate certificate;
  private final DtlsOptions options;
  private final DtlsCrypto crypto;
  private final DtlsHandshakes handshakes;
  private final DtlsCounters counters = new DtlsCounters();

  /**
   * @param certificate the node's; made when the process starts
   * @param random where every handshake takes its secrets from
   */
  public DtlsSessions(DtlsCertificate certificate, SecureRandom random, DtlsOptions options) {
    this.certificate = certificate;
    this.options = options;
    this.crypto = new DtlsCrypto(random);
    this.handshakes = new DtlsHandshakes(options);
  }

  /**
   * A session for one transport.
   *
   * @param loop the transport's event loop; runs one task after another, on the thread that calls the session
   * @param label room, transport and peer, for the log
   */
  public DtlsSession create(Executor loop, DtlsSession.Sink sink, String label) {
    return new BouncyCastleDtlsSession(this, loop, sink, label, false);
  }

  public DtlsCertificate certificate() {
    return certificate;
  }

  public DtlsCounters counters() {
    return counters;
  }

  public DtlsHandshakes handshakes() {
    return handshakes;
  }

  DtlsOptions options() {
    return options;
  }

  DtlsCrypto crypto() {
    return crypto;
  }

  /** Takes no more handshakes. Close the sessions too. */
  @Override
  public void close() {
    handshakes.close();
  }
}
