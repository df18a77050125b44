package io.plenum.media.transport;

import java.util.Locale;

/** Why an authenticated packet, RTP unless it says otherwise, was not used; counted as {@code rtp_dropped_total{reason="<label>"}}. */
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
  WRONG_PAYLOAD_TYPE,
  /** The peer sends more than {@link MediaPolicer} allows it, in bytes or packets. */
  OVER_RATE,
  /** The producer of sound sends more than any sound needs. */
  AUDIO_OVER_RATE,
  /** One datagram of RTCP too many, unread. */
  RTCP_OVER_RATE,
  /** The rest of a datagram of RTCP that asks for more work than the peer may cause. */
  RTCP_WORK_OVER_RATE,
  /**
   * A packet of ours that was to be sent again as it was, and would not have been the same: two texts under one nonce.
   */
  REPAIR_DIFFERS;

  private final String label = name().toLowerCase(Locale.ROOT);

  public String label() {
    return label;
  }
}
