package io.plenum.protocol.sctp.dcep;

import java.util.Locale;

/** Why a message that SCTP brought did nothing; counted as {@code datachannel_dropped_total{reason="<label>"}}. */
public enum DataChannelDrop {
  /** An opening or acknowledgement that makes no sense. */
  MALFORMED_DCEP,
  /** An opening of a channel that is there, or one with a number that is ours to give (RFC 8832 §6). */
  CONFLICTING_OPEN,
  /** One opening too many ({@link DataChannels#MAX_CHANNELS_OF_PEER}). */
  TOO_MANY_CHANNELS,
  /** No channel has this stream. */
  UNKNOWN_CHANNEL,
  /** Neither string nor binary. */
  UNKNOWN_PAYLOAD_PROTOCOL;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }
}
