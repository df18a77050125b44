package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * A codec as it is used in one producer or consumer.
 *
 * @param channels null for video
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RtpCodecParameters(String mimeType, int payloadType, int clockRate, Integer channels,
    Map<String, Object> parameters, List<RtcpFeedback> rtcpFeedback) implements RtpCodec {
  public RtpCodecParameters {
    parameters = CodecFields.inOrder(parameters);
    rtcpFeedback = List.copyOf(rtcpFeedback);
  }

  static RtpCodecParameters read(JsonFields json) {
    String mimeType = json.text("mimeType", TextRule.MIME_TYPE);
    int payloadType = (int) json.integer("payloadType", 0, CodecFields.MAX_PAYLOAD_TYPE);
    if (payloadType >= 64 && payloadType <= 95) {
      throw json.refuse("payloadType", "must not be from 64 to 95, where RTCP cannot be told from RTP (RFC 5761)");
    }
    return new RtpCodecParameters(mimeType, payloadType, CodecFields.clockRate(json),
        CodecFields.channels(json, mimeType), CodecFields.parameters(json, mimeType), CodecFields.rtcpFeedback(json));
  }

  RtpCodecParameters withRtcpFeedback(List<RtcpFeedback> feedback) {
    return new RtpCodecParameters(mimeType, payloadType, clockRate, channels, parameters, feedback);
  }
}
