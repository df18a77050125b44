package io.plenum.media.transport;

import java.util.Locale;

/**
 * Why one of a transport's first gates dropped a datagram, before ICE, DTLS or SRTP looked at it; those have reasons of
 * their own. Counted as {@code gate_dropped_total{reason="<label>"}}.
 */
public enum GateDrop {
  /** Nothing, or one byte that says SRTP. */
  TOO_SHORT,
  /** It begins as STUN and is none. */
  MALFORMED_STUN,
  /** Not STUN, and from an address that has not passed an ICE check. */
  UNVERIFIED_TUPLE,
  /** The first byte is of no protocol of ours. */
  UNKNOWN_KIND,
  /** Ours: a handshake datagram for an address that has not proved to receive, and more wait than are kept. */
  UNPROVEN_ADDRESS,
  /** SRTP while there are no keys: the handshake goes on, has failed, or the peer has said goodbye. */
  NOT_CONNECTED;

  private final String label = name().toLowerCase(Locale.ROOT);

  public String label() {
    return label;
  }
}
