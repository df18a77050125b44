package io.plenum.protocol.ice;

/**
 * The timings of a transport's ICE.
 *
 * @param consentExpiryNs how long a path stays usable after its last valid check (RFC 7675 §5.1), 0: for ever
 */
public record IceOptions(long consentExpiryNs) {
  /** RFC 7675 §5.1. */
  public static final int DEFAULT_CONSENT_EXPIRY_SECONDS = 30;
  /** Browsers check a used path each 2.5 s to 6 s, so less would take lost packets for a lost peer. */
  static final int MIN_CONSENT_EXPIRY_SECONDS = 10;
  /** Longer would send media to nobody for longer. */
  static final int MAX_CONSENT_EXPIRY_SECONDS = 60;

  private static final long SECOND_NS = 1_000_000_000L;

  public static final IceOptions DEFAULT = ofConsentExpirySeconds(DEFAULT_CONSENT_EXPIRY_SECONDS);

  /** As mediasoup's {@code iceConsentTimeout}: 0 (or less) switches it off, anything else is brought into 10…60 s. */
  public static IceOptions ofConsentExpirySeconds(int seconds) {
    if (seconds <= 0) {
      return new IceOptions(0);
    }
    int clamped = Math.max(MIN_CONSENT_EXPIRY_SECONDS, Math.min(MAX_CONSENT_EXPIRY_SECONDS, seconds));
    return new IceOptions(clamped * SECOND_NS);
  }
}
