package io.plenum.protocol.dtls;

import java.io.IOException;
import java.util.Hashtable;
import org.bouncycastle.tls.AbstractTlsServer;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * Our answers when the peer begins the handshake, as browsers do with mediasoup-client. For one handshake; driven by
 * {@code DTLSServerProtocol.accept} on a thread that may block. No cookie, no session to resume, no ticket.
 */
public final class DtlsSrtpServer extends AbstractTlsServer {
  private final BcTlsCrypto crypto;
  private final DtlsCertificate certificate;
  private final DtlsSrtpNegotiation negotiation;

  public DtlsSrtpServer(BcTlsCrypto crypto, DtlsCertificate certificate, DtlsSrtpNegotiation negotiation) {
    super(crypto);
    this.crypto = crypto;
    this.certificate = certificate;
    this.negotiation = negotiation;
  }

  @Override
  protected ProtocolVersion[] getSupportedVersions() {
    return DtlsSrtpNegotiation.VERSIONS.clone();
  }

  @Override
  protected int[] getSupportedCipherSuites() {
    return DtlsSrtpNegotiation.serverSuites();
  }

  @Override
  protected boolean preferLocalCipherSuites() {
    return true;
  }

  @Override
  public int[] getSupportedGroups() {
    return DtlsSrtpNegotiation.groups();
  }

  /** Without a group in common no ECDHE suite is selectable, and the client gets a handshake_failure. */
  @Override
  protected int getMaximumNegotiableCurveBits() {
    int group = commonGroup();
    return group < 0 ? 0 : NamedGroup.getCurveBits(group);
  }

  @Override
  protected int selectECDH(int minimumCurveBits) {
    return commonGroup();
  }

  private int commonGroup() {
    int[] offered = context.getSecurityParametersHandshake().getClientSupportedGroups();
    if (offered == null) {
      // RFC 8422 §4: a client that does not say leaves it to us; P-256 is what everyone has.
      return NamedGroup.secp256r1;
    }
    for (int group : DtlsSrtpNegotiation.groups()) {
      for (int candidate : offered) {
        if (candidate == group) {
          return group;
        }
      }
    }
    return -1;
  }

  @Override
  public boolean requiresExtendedMasterSecret() {
    return true;
  }

  @Override
  public int getHandshakeTimeoutMillis() {
    return negotiation.timeoutMillis();
  }

  @Override
  public int getHandshakeResendTimeMillis() {
    return negotiation.resendMillis();
  }

  @Override
  public int getMaxCertificateChainLength() {
    return DtlsSrtpNegotiation.MAX_CERTIFICATE_CHAIN;
  }

  @Override
  public int getMaxHandshakeMessageSize() {
    return DtlsRecords.MAX_HANDSHAKE_MESSAGE_BYTES;
  }

  @Override
  protected boolean allowCertificateStatus() {
    return false;
  }

  // BouncyCastle's extension tables are raw java.util.Hashtable from Integer to byte[].
  @Override
  @SuppressWarnings({"rawtypes", "unchecked"})
  public Hashtable getServerExtensions() throws IOException {
    Hashtable extensions = super.getServerExtensions();
    TlsSRTPUtils.addUseSRTPExtension(extensions,
        negotiation.answer(clientExtensions == null ? null : TlsSRTPUtils.getUseSRTPExtension(clientExtensions)));
    return extensions;
  }

  @Override
  public TlsCredentials getCredentials() throws IOException {
    return certificate.signer(context, crypto);
  }

  @Override
  public CertificateRequest getCertificateRequest() {
    return new CertificateRequest(DtlsSrtpNegotiation.certificateTypes(), DtlsSrtpNegotiation.signatureAlgorithms(),
        null);
  }

  @Override
  public void notifyClientCertificate(Certificate clientCertificate) throws IOException {
    negotiation.onPeerCertificate(clientCertificate);
  }

  @Override
  public void notifyHandshakeComplete() throws IOException {
    super.notifyHandshakeComplete();
    negotiation.onHandshakeComplete(context);
  }
}
