package io.plenum.media.transport;

import java.util.Locale;

/** Why an authenticated packet was not used; counted as {@code rtp_dropped_total{reason="<label>"}}. */
public enum RtpDrop {
  /** It does not parse; what the peer encrypted was not RTP. */
  MALFORMED,
  /** Neither SSRC, mid nor rid belong to a producer of the transport. */
  UNKNOWN_STREAM,
  /** The SSRC would be one more than {@link RtpListener#MAX_LEARNT_SSRCS}. */
  TOO_MANY_SSRCS,
  /** RTX for a stream that has not begun. */
  RTX_WITHOUT_MEDIA,
  /** RTX whose payload cannot hold an original sequence number. */
  RTX_TOO_SHORT,
  /** The payload type is not the one that was agreed for the SSRC. */
  WRONG_PAYLOAD_TYPE;

  private final String label = name().toLowerCase(Locale.ROOT);

  public String label() {
    return label;
  }
}
