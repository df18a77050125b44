package io.plenum.protocol.dtls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcECContentSignerBuilder;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * Our certificate for DTLS: self-signed, P-256, its key never written anywhere. Nobody checks who signed it: the peer
 * compares its fingerprint with the one it got by signalling (RFC 8827 §6.5). Immutable, shared by all sessions.
 */
public final class DtlsCertificate {
  /** Says nothing about us: whoever looks at the handshake can read it. */
  private static final X500Name SUBJECT = new X500Name("CN=WebRTC");

  private static final int SERIAL_NUMBER_BITS = 64;

  private final AsymmetricKeyParameter privateKey;
  private final byte[] der;
  private final List<DtlsFingerprint> fingerprints;

  DtlsCertificate(AsymmetricKeyParameter privateKey, byte[] der) {
    this.privateKey = privateKey;
    this.der = der;
    // mediasoup-client takes the last one: sha-256 is what every browser knows.
    this.fingerprints = List.of(DtlsFingerprint.of("sha-512", der), DtlsFingerprint.of("sha-384", der),
        DtlsFingerprint.of("sha-256", der));
  }

  /** A fresh key and certificate, valid between the two instants. */
  public static DtlsCertificate generate(SecureRandom random, Instant notBefore, Instant notAfter) {
    ECKeyPairGenerator generator = new ECKeyPairGenerator();
    generator.init(new ECKeyGenerationParameters(new ECNamedDomainParameters(X9ObjectIdentifiers.prime256v1,
        ECNamedCurveTable.getByOID(X9ObjectIdentifiers.prime256v1)), random));
    AsymmetricCipherKeyPair pair = generator.generateKeyPair();
    try {
      X509v3CertificateBuilder builder = new X509v3CertificateBuilder(SUBJECT,
          new BigInteger(SERIAL_NUMBER_BITS, random).setBit(0), Date.from(notBefore), Date.from(notAfter), SUBJECT,
          SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(pair.getPublic()));
      byte[] der = builder.build(new BcECContentSignerBuilder(
          new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256),
          new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256))
          .setSecureRandom(random).build(pair.getPrivate())).getEncoded();
      return new DtlsCertificate(pair.getPrivate(), der);
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException("a P-256 certificate can always be signed", e);
    }
  }

  /** One per accepted algorithm, sha-256 last. */
  public List<DtlsFingerprint> fingerprints() {
    return fingerprints;
  }

  /** The certificate as it travels in the handshake; a copy. */
  public byte[] der() {
    return der.clone();
  }

  AsymmetricKeyParameter privateKey() {
    return privateKey;
  }

  /** What proves in one handshake that we own the key. */
  TlsCredentialedSigner signer(TlsContext context, BcTlsCrypto crypto) throws IOException {
    Certificate chain = new Certificate(new TlsCertificate[] {crypto.createCertificate(der)});
    return new BcDefaultTlsCredentialedSigner(new TlsCryptoParameters(context), crypto, privateKey, chain,
        SignatureScheme.getSignatureAndHashAlgorithm(SignatureScheme.ecdsa_secp256r1_sha256));
  }
}
