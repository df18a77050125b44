package io.plenum.media.router;

import java.util.Locale;

/** A transport's SCTP, with mediasoup's names. */
public enum SctpLinkState {
  NEW,
  CONNECTING,
  CONNECTED,
  /** Given up, or aborted by the peer. */
  FAILED,
  CLOSED;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in signalling, log and dump. */
  public String label() {
    return label;
  }
}
