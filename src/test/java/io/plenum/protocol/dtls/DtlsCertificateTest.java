package io.plenum.protocol.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DtlsCertificateTest {
  private static final byte[] ABC = {'a', 'b', 'c'};

  @Test
  void theCertificateIsSelfSignedP256AndValidWhenAsked() throws Exception {
    Instant from = Instant.parse("2026-01-01T00:00:00Z");
    Instant to = Instant.parse("2027-01-01T00:00:00Z");
    DtlsCertificate certificate = DtlsCertificate.generate(new SecureRandom(), from, to);

    X509Certificate x509 = (X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(certificate.der()));
    x509.verify(x509.getPublicKey());
    assertEquals("SHA256withECDSA", x509.getSigAlgName());
    assertEquals(256, ((ECPublicKey) x509.getPublicKey()).getParams().getCurve().getField().getFieldSize());
    assertEquals(from, x509.getNotBefore().toInstant());
    assertEquals(to, x509.getNotAfter().toInstant());
    assertEquals(x509.getSubjectX500Principal(), x509.getIssuerX500Principal());
  }

  @Test
  void everyCertificateIsFresh() {
    assertNotEquals(DtlsCertificates.fresh().fingerprints(), DtlsCertificates.fresh().fingerprints());
  }

  @Test
  void sha256ComesLastBecauseThatIsTheOneMediasoupClientTakes() {
    DtlsCertificate certificate = DtlsCertificates.fresh();
    assertEquals(List.of("sha-512", "sha-384", "sha-256"),
        certificate.fingerprints().stream().map(DtlsFingerprint::algorithm).toList());
    assertTrue(certificate.fingerprints().stream().allMatch(print -> print.matches(certificate.der())));
  }

  @ParameterizedTest
  @CsvSource({
      // FIPS 180-4's example
      "sha-256, BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"})
  void aFingerprintIsTheDigestInUpperCaseHexWithColons(String algorithm, String value) {
    DtlsFingerprint fingerprint = DtlsFingerprint.of(algorithm, ABC);
    assertEquals(value, fingerprint.value());
    assertTrue(fingerprint.matches(ABC));
    assertTrue(new DtlsFingerprint(algorithm, value.toLowerCase(Locale.ROOT)).matches(ABC));
    assertFalse(fingerprint.matches(new byte[] {'a', 'b', 'd'}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha-1", "md5", "sha-224", "SHA-256", "", "none"})
  void weakAndUnknownAlgorithmsAreRefused(String algorithm) {
    assertFalse(DtlsFingerprint.isAccepted(algorithm));
    assertThrows(IllegalArgumentException.class, () -> DtlsFingerprint.of(algorithm, ABC));
    assertFalse(new DtlsFingerprint(algorithm, "AA:BB").matches(ABC));
    assertFalse(new DtlsFingerprint(algorithm, "AA:BB").isUsable());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "BA", "BA:78", "BA78",
      "zz:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD",
      "BA-78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"})
  void aValueThatIsNoDigestMatchesNothing(String value) {
    assertFalse(new DtlsFingerprint("sha-256", value).matches(ABC));
    assertFalse(new DtlsFingerprint("sha-256", value).isUsable());
  }

  @Test
  void aFingerprintWithoutAnAlgorithmOrValueIsNotUsable() {
    assertFalse(new DtlsFingerprint(null, "AA").isUsable());
    assertFalse(new DtlsFingerprint("sha-256", null).matches(ABC));
  }
}
