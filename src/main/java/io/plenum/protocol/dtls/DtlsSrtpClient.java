package io.plenum.protocol.dtls;

import java.io.IOException;
import java.util.Hashtable;
import java.util.Vector;
import org.bouncycastle.tls.AbstractTlsClient;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CertificateStatusRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.bouncycastle.util.Arrays;

/**
 * Our side when the peer insists on being the DTLS server. For one handshake; driven by
 * {@code DTLSClientProtocol.connect} on a thread that may block.
 */
public final class DtlsSrtpClient extends AbstractTlsClient {
  private final BcTlsCrypto crypto;
  private final DtlsCertificate certificate;
  private final DtlsSrtpNegotiation negotiation;

  public DtlsSrtpClient(BcTlsCrypto crypto, DtlsCertificate certificate, DtlsSrtpNegotiation negotiation) {
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
    return DtlsSrtpNegotiation.clientSuites();
  }

  @Override
  @SuppressWarnings("rawtypes")
  protected Vector getSupportedGroups(Vector namedGroupRoles) {
    Vector<Integer> groups = new Vector<>();
    for (int group : DtlsSrtpNegotiation.groups()) {
      groups.add(group);
    }
    return groups;
  }

  @Override
  protected Vector<SignatureAndHashAlgorithm> getSupportedSignatureAlgorithms() {
    return DtlsSrtpNegotiation.signatureAlgorithms();
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

  /** A self-signed certificate has nobody who could vouch for it. */
  @Override
  protected CertificateStatusRequest getCertificateStatusRequest() {
    return null;
  }

  // BouncyCastle's extension tables are raw java.util.Hashtable from Integer to byte[].
  @Override
  @SuppressWarnings("rawtypes")
  public Hashtable getClientExtensions() throws IOException {
    Hashtable extensions = super.getClientExtensions();
    TlsSRTPUtils.addUseSRTPExtension(extensions, negotiation.offer());
    return extensions;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public void processServerExtensions(Hashtable serverExtensions) throws IOException {
    super.processServerExtensions(serverExtensions);
    negotiation.onAnswer(serverExtensions == null ? null : TlsSRTPUtils.getUseSRTPExtension(serverExtensions));
  }

  @Override
  public TlsAuthentication getAuthentication() {
    return new TlsAuthentication() {
      @Override
      public void notifyServerCertificate(TlsServerCertificate serverCertificate) throws IOException {
        negotiation.onPeerCertificate(serverCertificate.getCertificate());
      }

      @Override
      public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
        boolean wantsOurs = Arrays.contains(request.getCertificateTypes(), ClientCertificateType.ecdsa_sign);
        return wantsOurs ? certificate.signer(context, crypto) : null;
      }
    };
  }

  @Override
  public void notifyHandshakeComplete() throws IOException {
    super.notifyHandshakeComplete();
    negotiation.onHandshakeComplete(context);
  }
}
