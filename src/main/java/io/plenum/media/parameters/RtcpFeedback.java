package io.plenum.media.parameters;

/**
 * A kind of RTCP feedback that a codec's receiver may send (RFC 4585 §4.2).
 *
 * @param parameter empty when there is none
 */
public record RtcpFeedback(String type, String parameter) {
  public static final RtcpFeedback NACK = new RtcpFeedback("nack", "");
  public static final RtcpFeedback NACK_PLI = new RtcpFeedback("nack", "pli");
  public static final RtcpFeedback CCM_FIR = new RtcpFeedback("ccm", "fir");
  public static final RtcpFeedback GOOG_REMB = new RtcpFeedback("goog-remb", "");
  public static final RtcpFeedback TRANSPORT_CC = new RtcpFeedback("transport-cc", "");

  static RtcpFeedback read(JsonFields json) {
    return new RtcpFeedback(json.text("type", TextRule.FEEDBACK_TYPE),
        json.text("parameter", TextRule.FEEDBACK_PARAMETER, ""));
  }
}
