package io.plenum.protocol.ice;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * The states of one transport's ICE, with mediasoup's names. There is no "checking": a lite agent checks nothing, it
 * waits (NEW) until the peer's first valid check makes a path usable (CONNECTED) or the peer has chosen one
 * (COMPLETED).
 */
public enum IceState {
  NEW,
  CONNECTED,
  COMPLETED,
  /** Consent ran out on every path; a new check brings it back. */
  DISCONNECTED,
  CLOSED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** What may follow. */
  public Set<IceState> next() {
    return switch (this) {
      case NEW -> EnumSet.of(CONNECTED, COMPLETED, CLOSED);
      case CONNECTED -> EnumSet.of(COMPLETED, DISCONNECTED, CLOSED);
      case COMPLETED -> EnumSet.of(DISCONNECTED, CLOSED);
      case DISCONNECTED -> EnumSet.of(CONNECTED, COMPLETED, CLOSED);
      case CLOSED -> EnumSet.noneOf(IceState.class);
    };
  }

  /** Media may be sent to the selected tuple. */
  public boolean isUsable() {
    return this == CONNECTED || this == COMPLETED;
  }

  /** The name as it stands in signalling, log and metrics. */
  public String label() {
    return label;
  }
}
