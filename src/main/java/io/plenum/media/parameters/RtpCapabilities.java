package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;

/** Everything that a router or an endpoint could send or receive. */
public record RtpCapabilities(List<RtpCodecCapability> codecs, List<RtpHeaderExtension> headerExtensions) {
  public RtpCapabilities {
    codecs = List.copyOf(codecs);
    headerExtensions = List.copyOf(headerExtensions);
  }

  /**
   * Reads an endpoint's capabilities. Codecs and header extensions that we have never heard of are kept: browsers list many.
   *
   * @throws IllegalParameters with {@link IllegalParameters#INVALID_RTP_CAPABILITIES}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static RtpCapabilities fromJson(Object json) {
    JsonFields fields = JsonFields.of(json, IllegalParameters.INVALID_RTP_CAPABILITIES, "rtpCapabilities");
    return new RtpCapabilities(
        fields.list("codecs", ParameterLimits.MAX_CODECS, RtpCodecCapability::read),
        fields.list("headerExtensions", ParameterLimits.MAX_HEADER_EXTENSIONS, RtpHeaderExtension::read));
  }

  /** The RTX codec that repairs the codec with this payload type, or null. */
  public RtpCodecCapability rtxOf(int payloadType) {
    for (RtpCodecCapability codec : codecs) {
      if (codec.isRtx() && codec.associatedPayloadType() == payloadType) {
        return codec;
      }
    }
    return null;
  }
}
