package io.plenum.server.net;

import java.util.Locale;

/** Why a socket dropped what came before any transport saw it; counted as {@code net_dropped_total{reason="<label>"}}. */
public enum NetDrop {
  /** Longer than any packet of ours. */
  TOO_LONG,
  /** Neither a check nor from an address that has passed one. */
  UNVERIFIED_ADDRESS,
  MALFORMED_STUN,
  /** A check for a transport that is not here. */
  UNKNOWN_USERNAME_FRAGMENT,
  /** Between nodes: from an address or with an SSRC that no pipe has agreed on. */
  UNKNOWN_PIPE,
  /** {@code net.impair} took it. */
  IMPAIRED,
  /** The socket's send queue was full. */
  SEND_QUEUE_FULL,
  /** A TCP connection that broke RFC 4571, or said nothing valid in time. */
  TCP_REFUSED,
  /** A TCP connection that had said nothing valid yet when there were too many of them, or too many from its host. */
  TCP_MADE_ROOM;

  private final String label = name().toLowerCase(Locale.ROOT);

  public String label() {
    return label;
  }
}
