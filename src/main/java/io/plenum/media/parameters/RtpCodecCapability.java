package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * A codec that a router or an endpoint has, or that a router is asked to have.
 *
 * @param preferredPayloadType 0 to 127; may be null in what an endpoint says or a router is asked for, never in what a
 *     router announces
 * @param channels null for video
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RtpCodecCapability(MediaKind kind, String mimeType, Integer preferredPayloadType, int clockRate,
    Integer channels, Map<String, Object> parameters, List<RtcpFeedback> rtcpFeedback) implements RtpCodec {
  public RtpCodecCapability {
    parameters = CodecFields.inOrder(parameters);
    rtcpFeedback = List.copyOf(rtcpFeedback);
  }

  /** An audio codec to ask a router for. */
  public static RtpCodecCapability audio(String mimeType, int clockRate, int channels) {
    return new RtpCodecCapability(MediaKind.AUDIO, mimeType, null, clockRate, channels, Map.of(), List.of());
  }

  /** A video codec to ask a router for. */
  public static RtpCodecCapability video(String mimeType, Map<String, Object> parameters) {
    return new RtpCodecCapability(MediaKind.VIDEO, mimeType, null, 90_000, null, parameters, List.of());
  }

  /**
   * Reads a codec that an operator or an application asks a router to have.
   *
   * @throws IllegalParameters with {@link IllegalParameters#INVALID_RTP_CAPABILITIES}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static RtpCodecCapability fromJson(Object json) {
    return read(JsonFields.of(json, IllegalParameters.INVALID_RTP_CAPABILITIES, "codec"));
  }

  static RtpCodecCapability read(JsonFields json) {
    String mimeType = json.text("mimeType", TextRule.MIME_TYPE);
    MediaKind kind = json.choice("kind", MediaKind.values(), MediaKind::label, MediaKind.ofMimeType(mimeType));
    if (kind != MediaKind.ofMimeType(mimeType)) {
      throw json.refuse("kind", "contradicts mimeType");
    }
    return new RtpCodecCapability(kind, mimeType,
        json.optionalInt("preferredPayloadType", 0, CodecFields.MAX_PAYLOAD_TYPE), CodecFields.clockRate(json),
        CodecFields.channels(json, mimeType), CodecFields.parameters(json, mimeType), CodecFields.rtcpFeedback(json));
  }
}
