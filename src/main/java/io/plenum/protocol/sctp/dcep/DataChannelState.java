package io.plenum.protocol.sctp.dcep;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** A channel's states, with W3C's names. */
public enum DataChannelState {
  /** The peer has not acknowledged the opening, or there is no association yet. Messages may be queued. */
  CONNECTING,
  OPEN,
  /** One side has reset its stream, or is about to; the other has not. */
  CLOSING,
  CLOSED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** What may follow. */
  public Set<DataChannelState> next() {
    return switch (this) {
      case CONNECTING -> EnumSet.of(OPEN, CLOSING, CLOSED);
      case OPEN -> EnumSet.of(CLOSING, CLOSED);
      case CLOSING -> EnumSet.of(CLOSED);
      case CLOSED -> EnumSet.noneOf(DataChannelState.class);
    };
  }

  /** The name as W3C writes it. */
  public String label() {
    return label;
  }
}
