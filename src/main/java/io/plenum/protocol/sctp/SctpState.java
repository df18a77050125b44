package io.plenum.protocol.sctp;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** RFC 9260 §4's states, and one more: an association that is over does not come back. */
public enum SctpState {
  /** Nothing is known of the peer; its INIT is answered without a trace. */
  CLOSED,
  COOKIE_WAIT,
  COOKIE_ECHOED,
  ESTABLISHED,
  SHUTDOWN_PENDING,
  SHUTDOWN_SENT,
  SHUTDOWN_RECEIVED,
  SHUTDOWN_ACK_SENT,
  /** Shut down, aborted or given up. */
  ENDED;

  private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** What may follow. */
  public Set<SctpState> next() {
    return switch (this) {
      case CLOSED -> EnumSet.of(COOKIE_WAIT, ESTABLISHED, ENDED);
      case COOKIE_WAIT -> EnumSet.of(COOKIE_ECHOED, ESTABLISHED, ENDED);
      // Back when the cookie had gone stale.
      case COOKIE_ECHOED -> EnumSet.of(COOKIE_WAIT, ESTABLISHED, ENDED);
      case ESTABLISHED -> EnumSet.of(SHUTDOWN_PENDING, SHUTDOWN_RECEIVED, ENDED);
      case SHUTDOWN_PENDING -> EnumSet.of(SHUTDOWN_SENT, SHUTDOWN_RECEIVED, ESTABLISHED, ENDED);
      case SHUTDOWN_SENT -> EnumSet.of(SHUTDOWN_ACK_SENT, ESTABLISHED, ENDED);
      case SHUTDOWN_RECEIVED -> EnumSet.of(SHUTDOWN_ACK_SENT, ESTABLISHED, ENDED);
      case SHUTDOWN_ACK_SENT -> EnumSet.of(ENDED);
      case ENDED -> EnumSet.noneOf(SctpState.class);
    };
  }

  /** User data may come and go. */
  public boolean isOpen() {
    return this == ESTABLISHED;
  }

  /** There is an association and it is on its way out. */
  public boolean isShuttingDown() {
    return this == SHUTDOWN_PENDING || this == SHUTDOWN_SENT || this == SHUTDOWN_RECEIVED || this == SHUTDOWN_ACK_SENT;
  }

  /** The name as it stands in log and dump. */
  public String label() {
    return label;
  }
}
