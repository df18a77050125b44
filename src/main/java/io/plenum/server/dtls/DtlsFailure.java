package io.plenum.server.dtls;

import java.util.Locale;

/** Why a session ended with an error; counted as {@code dtls_failed_total{reason="<label>"}}. */
public enum DtlsFailure {
  /** Signalling brought nothing that a certificate could be compared with. */
  UNUSABLE_FINGERPRINT,
  /** As many handshakes ran and waited as may. */
  TOO_MANY,
  /** Its turn did not come in time. */
  WAITED_TOO_LONG,
  /** It stood still while others waited for their turn; see {@link StalledHandshakes}. */
  MADE_ROOM,
  /** The peer did not bring it to an end in time. */
  TIMED_OUT,
  /** We refused something: the certificate, the cipher suites, a message. */
  REFUSED_BY_US,
  /** The peer refused something, or gave up. */
  REFUSED_BY_PEER,
  /** A fault, on either side. */
  OTHER;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }
}
