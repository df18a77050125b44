package io.plenum.protocol.dtls;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;

/** Certificates for tests, honest and not. */
public final class DtlsCertificates {
  private DtlsCertificates() {}

  public static DtlsCertificate fresh() {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    return DtlsCertificate.generate(new SecureRandom(), now, now.plus(Duration.ofDays(30)));
  }

  /** Shows a certificate whose key it does not have. */
  public static DtlsCertificate impostorOf(DtlsCertificate victim) {
    return new DtlsCertificate(fresh().privateKey(), victim.der());
  }
}
