package io.plenum.protocol.sctp;

import java.util.Locale;

/** What became of a message handed over for sending. */
public enum SendResult {
  QUEUED,
  /** The association is over or on its way out. */
  NOT_OPEN,
  /** SCTP has no empty messages; RFC 8831 §6.6 has payload protocol identifiers for them. */
  EMPTY,
  TOO_LONG,
  /** Not agreed on with the peer. */
  NO_SUCH_STREAM,
  /** The stream is being reset. */
  STREAM_CLOSING,
  /** What waits on the stream has reached its limit. */
  STREAM_BUFFER_FULL,
  /** What waits on all streams has reached its limit. */
  BUFFER_FULL;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }
}
