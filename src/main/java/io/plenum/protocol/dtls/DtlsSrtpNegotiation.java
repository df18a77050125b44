package io.plenum.protocol.dtls;

import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpProfile;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.ExporterLabel;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.UseSRTPData;
import org.bouncycastle.tls.crypto.TlsCertificate;

/**
 * What we insist on in one handshake, and what came out of it; the same for both roles (RFC 5764, RFC 8827 §6.5).
 * {@link DtlsSrtpServer} and {@link DtlsSrtpClient} ask it at each step. Whatever it refuses ends the handshake with an
 * alert, so that the peer learns of it too.
 */
public final class DtlsSrtpNegotiation {
  static final ProtocolVersion[] VERSIONS = ProtocolVersion.DTLSv12.only();

  /** In our order: GCM with 128 bits is cheapest and what RFC 8827 demands of everyone. */
  private static final int[] ECDSA_SUITES = {
      CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
      CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
      CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};

  /** Only as client, for a server whose certificate is RSA; ours never is. */
  private static final int[] RSA_SUITES = {
      CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
      CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
      CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256};

  private static final int[] GROUPS = {NamedGroup.x25519, NamedGroup.secp256r1};

  /** SHA-1 and SHA-224 signatures are not taken. */
  private static final int[] SIGNATURE_SCHEMES = {
      SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.ecdsa_secp384r1_sha384,
      SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pss_rsae_sha384, SignatureScheme.rsa_pss_rsae_sha512,
      SignatureScheme.rsa_pkcs1_sha256, SignatureScheme.rsa_pkcs1_sha384, SignatureScheme.rsa_pkcs1_sha512};

  /** Only the first is looked at; a browser sends just one. */
  static final int MAX_CERTIFICATE_CHAIN = 4;

  /** GCM sends 8 bytes of nonce with each record and 16 of tag (RFC 5288 §3); ChaCha20 only the tag (RFC 7905 §2). */
  private static final int GCM_OVERHEAD_BYTES = 24;
  private static final int CHACHA20_OVERHEAD_BYTES = 16;

  private static final byte[] NO_MKI = new byte[0];

  private final DtlsFingerprint remoteFingerprint;
  private final List<SrtpProfile> profiles;
  private final int timeoutMillis;
  private final int resendMillis;

  private SrtpProfile profile;
  private boolean peerVerified;
  private SrtpKeys clientKeys;
  private SrtpKeys serverKeys;
  private int cipherOverheadBytes;

  /**
   * @param remoteFingerprint what the peer's certificate must hash to
   * @param profiles what we accept, the most wanted first
   * @param timeoutMillis how long the whole handshake may take
   * @param resendMillis how long to wait for the peer before the first repetition of a flight; doubles each time
   */
  public DtlsSrtpNegotiation(DtlsFingerprint remoteFingerprint, List<SrtpProfile> profiles, int timeoutMillis,
      int resendMillis) {
    this.remoteFingerprint = remoteFingerprint;
    this.profiles = List.copyOf(profiles);
    this.timeoutMillis = timeoutMillis;
    this.resendMillis = resendMillis;
  }

  /** What the DTLS client protects SRTP with; once the handshake is complete. */
  public SrtpKeys clientKeys() {
    return clientKeys;
  }

  /** What the DTLS server protects SRTP with; once the handshake is complete. */
  public SrtpKeys serverKeys() {
    return serverKeys;
  }

  /** What the negotiated cipher adds to each record's plaintext. */
  public int cipherOverheadBytes() {
    return cipherOverheadBytes;
  }

  int timeoutMillis() {
    return timeoutMillis;
  }

  int resendMillis() {
    return resendMillis;
  }

  static int[] serverSuites() {
    return ECDSA_SUITES.clone();
  }

  static int[] clientSuites() {
    int[] suites = Arrays.copyOf(ECDSA_SUITES, ECDSA_SUITES.length + RSA_SUITES.length);
    System.arraycopy(RSA_SUITES, 0, suites, ECDSA_SUITES.length, RSA_SUITES.length);
    return suites;
  }

  static int[] groups() {
    return GROUPS.clone();
  }

  static Vector<SignatureAndHashAlgorithm> signatureAlgorithms() {
    Vector<SignatureAndHashAlgorithm> algorithms = new Vector<>();
    for (int scheme : SIGNATURE_SCHEMES) {
      algorithms.add(SignatureScheme.getSignatureAndHashAlgorithm(scheme));
    }
    return algorithms;
  }

  static short[] certificateTypes() {
    return new short[] {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign};
  }

  /** As client: the profiles we would take. */
  UseSRTPData offer() {
    return new UseSRTPData(profiles.stream().mapToInt(SrtpProfile::dtlsId).toArray(), NO_MKI);
  }

  /** As server: our most wanted profile of those the client offers. */
  UseSRTPData answer(UseSRTPData offer) throws TlsFatalAlert {
    int[] offered = offer == null ? new int[0] : offer.getProtectionProfiles();
    for (SrtpProfile candidate : profiles) {
      if (Arrays.stream(offered).anyMatch(id -> id == candidate.dtlsId())) {
        profile = candidate;
        return new UseSRTPData(new int[] {candidate.dtlsId()}, NO_MKI);
      }
    }
    throw new TlsFatalAlert(AlertDescription.handshake_failure, "no SRTP profile in common");
  }

  /** As client: the server must have picked exactly one of ours, and no MKI (RFC 5764 §4.1.3). */
  void onAnswer(UseSRTPData answer) throws TlsFatalAlert {
    if (answer == null) {
      throw new TlsFatalAlert(AlertDescription.handshake_failure, "no SRTP profile in common");
    }
    int[] picked = answer.getProtectionProfiles();
    if (picked.length == 1 && answer.getMki().length == 0) {
      for (SrtpProfile candidate : profiles) {
        if (candidate.dtlsId() == picked[0]) {
          profile = candidate;
          return;
        }
      }
    }
    throw new TlsFatalAlert(AlertDescription.illegal_parameter, "SRTP profile that was not offered");
  }

  /** The heart of WebRTC's security: the certificate must be the one that was signalled. */
  void onPeerCertificate(Certificate chain) throws IOException {
    if (chain == null || chain.isEmpty()) {
      throw new TlsFatalAlert(AlertDescription.bad_certificate, "peer has no certificate");
    }
    TlsCertificate certificate = chain.getCertificateAt(0);
    if (!remoteFingerprint.matches(certificate.getEncoded())) {
      throw new TlsFatalAlert(AlertDescription.bad_certificate, "certificate does not match the signalled fingerprint");
    }
    peerVerified = true;
  }

  /** Takes the SRTP keys out of the finished handshake (RFC 5764 §4.2), while its secrets are still there. */
  void onHandshakeComplete(TlsContext context) throws IOException {
    if (!peerVerified || profile == null) {
      throw new TlsFatalAlert(AlertDescription.internal_error, "handshake is complete without certificate or profile");
    }
    SecurityParameters parameters = context.getSecurityParametersConnection();
    boolean chaCha20 = parameters.getCipherSuite() == CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
        || parameters.getCipherSuite() == CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256;
    cipherOverheadBytes = chaCha20 ? CHACHA20_OVERHEAD_BYTES : GCM_OVERHEAD_BYTES;

    int key = profile.keyBytes();
    int salt = profile.saltBytes();
    byte[] material = context.exportKeyingMaterial(ExporterLabel.dtls_srtp, null, 2 * (key + salt));
    clientKeys = new SrtpKeys(profile, Arrays.copyOfRange(material, 0, key),
        Arrays.copyOfRange(material, 2 * key, 2 * key + salt));
    serverKeys = new SrtpKeys(profile, Arrays.copyOfRange(material, key, 2 * key),
        Arrays.copyOfRange(material, 2 * key + salt, 2 * (key + salt)));
    Arrays.fill(material, (byte) 0);
  }
}
