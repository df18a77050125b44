package io.plenum.server.cluster;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Mutual TLS of the event bus. Every node computes the same authority from the cluster's secret and signs itself a
 * certificate with it; only certificates of that authority are trusted, at both ends. So a frame is read from members
 * alone, and the keys of pipes, which cross the bus, are read by members alone (docs/adr/0023).
 */
public final class BusTls {
  private static final X500Name AUTHORITY = new X500Name("CN=Plenum cluster");
  private static final X500Name NODE = new X500Name("CN=Plenum node");
  /** Beyond any clock that is wrong, and any process: the secret ends them, not the calendar. */
  private static final Date FROM = Date.from(Instant.parse("2000-01-01T00:00:00Z"));
  private static final Date TO = Date.from(Instant.parse("2999-12-31T00:00:00Z"));
  private static final int SERIAL_BITS = 63;
  /** For both ends of a handshake; a connection that says nothing is cut then. */
  private static final long HANDSHAKE_TIMEOUT_S = 5;

  private BusTls() {}

  /** Lets in only nodes that know the cluster's secret. */
  public static EventBusOptions secure(EventBusOptions bus, ClusterKeys keys, SecureRandom random) {
    try {
      KeyPair authority = authority(keys.busAuthorityKey());
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(ClusterKeys.CURVE), random);
      KeyPair node = generator.generateKeyPair();
      byte[] authorityCertificate = certificate(AUTHORITY, authority.getPublic(), true, authority.getPrivate(), random);
      byte[] nodeCertificate = certificate(NODE, node.getPublic(), false, authority.getPrivate(), random);
      return bus
          .setSsl(true)
          .setClientAuth(ClientAuth.REQUIRED)
          .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
          .setSslHandshakeTimeout(HANDSHAKE_TIMEOUT_S)
          .setKeyCertOptions(new PemKeyCertOptions()
              .addKeyValue(pem("PRIVATE KEY", node.getPrivate().getEncoded()))
              .addCertValue(pem("CERTIFICATE", nodeCertificate)))
          .setTrustOptions(new PemTrustOptions().addCertValue(pem("CERTIFICATE", authorityCertificate)));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("cannot make the certificates of the event bus", e);
    }
  }

  private static KeyPair authority(BigInteger key) throws GeneralSecurityException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(ClusterKeys.CURVE));
    ECParameterSpec curve = parameters.getParameterSpec(ECParameterSpec.class);
    // The JDK multiplies no points of its own.
    ECPoint point = ECNamedCurveTable.getByName(ClusterKeys.CURVE).getG().multiply(key).normalize();
    java.security.spec.ECPoint w = new java.security.spec.ECPoint(
        point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
    KeyFactory factory = KeyFactory.getInstance("EC");
    return new KeyPair(factory.generatePublic(new ECPublicKeySpec(w, curve)),
        factory.generatePrivate(new ECPrivateKeySpec(key, curve)));
  }

  private static byte[] certificate(
      X500Name subject, PublicKey key, boolean isAuthority, PrivateKey signer, SecureRandom random)
      throws OperatorCreationException, IOException {
    JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
        AUTHORITY, new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1), FROM, TO, subject, key);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
    builder.addExtension(Extension.keyUsage, true,
        new KeyUsage(isAuthority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
    return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)).getEncoded();
  }

  private static Buffer pem(String what, byte[] der) {
    return Buffer.buffer("-----BEGIN " + what + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END " + what + "-----\n");
  }
}
