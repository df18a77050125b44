package io.plenum.protocol.rtp;

/**
 * The RTP header extensions (RFC 8285) that the router knows. {@link #defaultId} is the id under which the router
 * announces and writes one; what a producer calls it is negotiated.
 */
public enum HeaderExtensionUri {
  /** RFC 9143 §15.2: which m-section. */
  MID(1, "urn:ietf:params:rtp-hdrext:sdes:mid"),
  /** RFC 8852: which encoding of a simulcast. */
  RTP_STREAM_ID(2, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
  /** RFC 8852: which encoding an RTX packet repairs. */
  REPAIRED_RTP_STREAM_ID(3, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
  ABS_SEND_TIME(4, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
  TRANSPORT_CC(5, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
  /** RFC 6464 */
  AUDIO_LEVEL(6, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
  /** RTP payload format for AV1, appendix A */
  DEPENDENCY_DESCRIPTOR(7, "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"),
  /** 3GPP TS 26.114 §7.4.5 */
  VIDEO_ORIENTATION(8, "urn:3gpp:video-orientation"),
  /** RFC 5450: sent this much later than the timestamp says. */
  TRANSMISSION_TIME_OFFSET(9, "urn:ietf:params:rtp-hdrext:toffset"),
  ABS_CAPTURE_TIME(10, "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"),
  PLAYOUT_DELAY(11, "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"),
  /** mediasoup's number for following one packet from router to router. */
  PACKET_ID(12, "urn:mediasoup:params:rtp-hdrext:packet-id");

  private final int defaultId;
  private final String uri;

  HeaderExtensionUri(int defaultId, String uri) {
    this.defaultId = defaultId;
    this.uri = uri;
  }

  /** 1…14, so that all of them fit the one-byte form. */
  public int defaultId() {
    return defaultId;
  }

  public String uri() {
    return uri;
  }

  /** The extension with that URI, or null: most of what a browser offers is not for us. */
  public static HeaderExtensionUri fromUri(String uri) {
    for (HeaderExtensionUri extension : values()) {
      if (extension.uri.equals(uri)) {
        return extension;
      }
    }
    return null;
  }
}
