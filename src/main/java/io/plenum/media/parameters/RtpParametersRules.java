package io.plenum.media.parameters;

import java.util.HashSet;
import java.util.Set;

/** What must hold between the fields of a publisher's parameters, each of which is well formed. */
final class RtpParametersRules {
  private RtpParametersRules() {}

  static void check(RtpParameters parameters) {
    checkCodecs(parameters);
    checkEncodings(parameters);
  }

  private static void checkCodecs(RtpParameters parameters) {
    Set<Integer> mediaTypes = new HashSet<>();
    Set<Integer> allTypes = new HashSet<>();
    for (RtpCodecParameters codec : parameters.codecs()) {
      if (!allTypes.add(codec.payloadType())) {
        throw refuse("codecs use payloadType " + codec.payloadType() + " twice");
      }
      if (!codec.isRtx()) {
        mediaTypes.add(codec.payloadType());
      }
    }
    if (mediaTypes.isEmpty()) {
      throw refuse("codecs must have at least one codec that is not RTX");
    }
    Set<Integer> repairedTypes = new HashSet<>();
    for (int i = 0; i < parameters.codecs().size(); i++) {
      RtpCodecParameters codec = parameters.codecs().get(i);
      if (codec.isRtx() && !mediaTypes.contains(codec.associatedPayloadType())) {
        throw refuse("codecs[" + i + "].parameters.apt is not the payloadType of a media codec");
      }
      if (codec.isRtx() && !repairedTypes.add(codec.associatedPayloadType())) {
        throw refuse("codecs[" + i + "].parameters.apt already has an RTX codec");
      }
    }
    for (int i = 0; i < parameters.encodings().size(); i++) {
      Integer type = parameters.encodings().get(i).codecPayloadType();
      if (type != null && !mediaTypes.contains(type)) {
        throw refuse("encodings[" + i + "].codecPayloadType is not the payloadType of a media codec");
      }
    }
  }

  private static void checkEncodings(RtpParameters parameters) {
    if (parameters.encodings().isEmpty()) {
      throw refuse("encodings must have at least one entry");
    }
    Set<Long> ssrcs = new HashSet<>();
    Set<String> rids = new HashSet<>();
    boolean single = parameters.encodings().size() == 1;
    for (int i = 0; i < parameters.encodings().size(); i++) {
      RtpEncodingParameters encoding = parameters.encodings().get(i);
      if (encoding.ssrc() != null && !ssrcs.add(encoding.ssrc())) {
        throw refuse("encodings[" + i + "].ssrc is there twice");
      }
      if (encoding.rtx() != null && !ssrcs.add(encoding.rtx().ssrc())) {
        throw refuse("encodings[" + i + "].rtx.ssrc is there twice");
      }
      if (encoding.rid() != null && !rids.add(encoding.rid())) {
        throw refuse("encodings[" + i + "].rid is there twice");
      }
      if (encoding.ssrc() == null && encoding.rid() == null && !single) {
        throw refuse("encodings[" + i + "] needs an ssrc or a rid, because it is not the only one");
      }
      if (encoding.ssrc() == null && encoding.rid() == null && parameters.mid() == null) {
        throw refuse("encodings[" + i + "] needs an ssrc or a rid, because there is no mid");
      }
    }
  }

  private static IllegalParameters refuse(String complaint) {
    return new IllegalParameters(IllegalParameters.INVALID_RTP_PARAMETERS, "rtpParameters." + complaint);
  }
}
