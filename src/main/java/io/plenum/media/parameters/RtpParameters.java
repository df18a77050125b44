package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What one producer or consumer sends.
 *
 * @param mid null where streams are found by SSRC or rid alone
 * @param msid null, or stream and track as in SDP
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RtpParameters(String mid, List<RtpCodecParameters> codecs,
    List<RtpHeaderExtensionParameters> headerExtensions, List<RtpEncodingParameters> encodings, RtcpParameters rtcp,
    String msid) {
  public RtpParameters {
    codecs = List.copyOf(codecs);
    headerExtensions = List.copyOf(headerExtensions);
    encodings = List.copyOf(encodings);
  }

  /**
   * Reads what a publisher signals. What comes back has at least one media codec, at least one encoding that can be
   * found by SSRC, rid or mid, no payload type, extension id, URI, rid or SSRC twice, and each RTX codec belongs to a
   * media codec.
   *
   * @throws IllegalParameters with {@link IllegalParameters#INVALID_RTP_PARAMETERS}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static RtpParameters fromJson(Object json) {
    JsonFields fields = JsonFields.of(json, IllegalParameters.INVALID_RTP_PARAMETERS, "rtpParameters");
    JsonFields rtcp = fields.optionalObject("rtcp");
    RtpParameters parameters = new RtpParameters(fields.optionalText("mid", TextRule.MID),
        fields.list("codecs", ParameterLimits.MAX_CODECS, RtpCodecParameters::read),
        RtpHeaderExtensionParameters.usable(
            fields.list("headerExtensions", ParameterLimits.MAX_HEADER_EXTENSIONS, RtpHeaderExtensionParameters::read)),
        fields.list("encodings", ParameterLimits.MAX_ENCODINGS, RtpEncodingParameters::read),
        rtcp == null ? RtcpParameters.UNSAID : RtcpParameters.read(rtcp), fields.optionalText("msid", TextRule.MSID));
    RtpParametersRules.check(parameters);
    return parameters;
  }

  /** The same with this mid; consumers of one transport need different ones. */
  public RtpParameters withMid(String newMid) {
    return new RtpParameters(newMid, codecs, headerExtensions, encodings, rtcp, msid);
  }

  /** The same with this cname. All producers of one transport share one, so that receivers can keep lips in sync. */
  public RtpParameters withCname(String cname) {
    return new RtpParameters(mid, codecs, headerExtensions, encodings,
        new RtcpParameters(cname, rtcp.reducedSize(), rtcp.mux()), msid);
  }

  /** The codec that carries the media: the first, as RTX follows what it repairs. */
  public RtpCodecParameters mediaCodec() {
    for (RtpCodecParameters codec : codecs) {
      if (!codec.isRtx()) {
        return codec;
      }
    }
    throw new IllegalStateException("no media codec in " + codecs);
  }

  /** The RTX codec that repairs the codec with this payload type, or null. */
  public RtpCodecParameters rtxOf(int payloadType) {
    for (RtpCodecParameters codec : codecs) {
      if (codec.isRtx() && codec.associatedPayloadType() == payloadType) {
        return codec;
      }
    }
    return null;
  }

  /** The id under which packets carry the extension, or 0 when they do not. */
  public int headerExtensionId(KnownHeaderExtension extension) {
    for (RtpHeaderExtensionParameters candidate : headerExtensions) {
      if (candidate.uri().equals(extension.uri())) {
        return candidate.id();
      }
    }
    return 0;
  }
}
