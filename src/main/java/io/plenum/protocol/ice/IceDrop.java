package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunError;
import java.util.Locale;

/**
 * Why a well-formed STUN message did nothing, and which error it is answered with; counted as
 * {@code ice_dropped_total{reason="<label>"}}.
 */
public enum IceDrop {
  /** The agent is closed. */
  CLOSED(null),
  /** Another method, an indication or an answer: a lite agent asks nothing (RFC 8489 §6.3: silently discarded). */
  NOT_A_BINDING_REQUEST(null),
  /** RFC 8445 §7.1.1 demands FINGERPRINT. */
  MISSING_FINGERPRINT(StunError.BAD_REQUEST),
  /** USERNAME or MESSAGE-INTEGRITY is not there (RFC 8489 §9.1.3). */
  MISSING_INTEGRITY(StunError.BAD_REQUEST),
  /** Neither the current username fragment nor the one before an ICE restart. */
  UNKNOWN_USERNAME(StunError.UNAUTHENTICATED),
  /** A check that came before, from another tuple: overheard and repeated. */
  REPLAYED(null),
  /** More checks with our password than any client needs; see {@link CheckAllowance}. */
  TOO_MANY_CHECKS(null),
  /** Not made with our password. */
  WRONG_INTEGRITY(StunError.UNAUTHENTICATED),
  /** RFC 8489 §6.3.1: a comprehension-required attribute that we do not know. */
  UNKNOWN_ATTRIBUTE(StunError.UNKNOWN_ATTRIBUTE),
  /** RFC 8445 §7.1.1 demands PRIORITY. */
  MISSING_PRIORITY(StunError.BAD_REQUEST),
  /** The peer says it is controlled; a lite agent can be nothing else (RFC 8445 §6.1.1). */
  ROLE_CONFLICT(StunError.ROLE_CONFLICT);

  private final StunError error;
  private final String label = name().toLowerCase(Locale.ROOT);

  IceDrop(StunError error) {
    this.error = error;
  }

  /** The error to answer with, or null for silence. */
  StunError error() {
    return error;
  }

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }
}
