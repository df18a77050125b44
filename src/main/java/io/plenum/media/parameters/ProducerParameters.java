package io.plenum.media.parameters;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Fits what a publisher sends into a router: first the mapping, then what consumers may consume. */
public final class ProducerParameters {
  private ProducerParameters() {}

  /**
   * How the publisher's payload types and streams are called in the router. Every encoding gets an SSRC of the router's, in
   * one consecutive run.
   *
   * @throws IllegalParameters when a codec is of the wrong kind, or the router does not have it
   */
  public static RtpMapping mapping(MediaKind kind, RtpParameters parameters, RtpCapabilities router, SsrcSource ssrcs) {
    List<RtpMapping.Codec> codecs = new ArrayList<>();
    for (int i = 0; i < parameters.codecs().size(); i++) {
      RtpCodecParameters codec = parameters.codecs().get(i);
      if (MediaKind.ofMimeType(codec.mimeType()) != kind) {
        throw new IllegalParameters(IllegalParameters.INVALID_RTP_PARAMETERS,
            "rtpParameters.codecs[" + i + "].mimeType is not of kind " + kind.label());
      }
      codecs.add(new RtpMapping.Codec(codec.payloadType(), routerPayloadType(parameters, codec, router)));
    }
    List<RtpMapping.Encoding> encodings = new ArrayList<>();
    long mappedSsrc = ssrcs.next(parameters.encodings().size());
    for (RtpEncodingParameters encoding : parameters.encodings()) {
      encodings.add(new RtpMapping.Encoding(encoding.ssrc(), encoding.rid(), encoding.scalabilityMode(), mappedSsrc++));
    }
    return new RtpMapping(codecs, encodings);
  }

  /**
   * What the producer looks like from inside the router: the router's payload types, header extension ids and SSRCs, with
   * the publisher's codec parameters. It carries no mid, no rids, and all header extensions that the router sends on.
   */
  public static RtpParameters consumable(MediaKind kind, RtpParameters parameters, RtpCapabilities router,
      RtpMapping mapping) {
    // The first encoding of two codecs that the router takes for one wins.
    Set<Integer> done = new LinkedHashSet<>();
    List<RtpCodecParameters> codecs = new ArrayList<>();
    for (RtpCodecParameters codec : parameters.codecs()) {
      int payloadType = mapping.mappedPayloadType(codec.payloadType());
      if (codec.isRtx() || !done.add(payloadType)) {
        continue;
      }
      RtpCodecCapability capability = capability(router, payloadType);
      codecs.add(used(capability, agreedParameters(codec, capability)));
      RtpCodecCapability rtx = router.rtxOf(payloadType);
      if (rtx != null) {
        codecs.add(used(rtx, rtx.parameters()));
      }
    }
    List<RtpEncodingParameters> encodings = new ArrayList<>();
    for (int i = 0; i < parameters.encodings().size(); i++) {
      encodings.add(parameters.encodings().get(i).movedTo(mapping.encodings().get(i).mappedSsrc(), null));
    }
    return new RtpParameters(null, codecs, sentExtensions(kind, parameters, router), encodings,
        new RtcpParameters(parameters.rtcp().cname(), true, null), parameters.msid());
  }

  private static int routerPayloadType(RtpParameters parameters, RtpCodecParameters codec, RtpCapabilities router) {
    RtpCodecParameters media = codec;
    if (codec.isRtx()) {
      media = codecOf(parameters, codec.associatedPayloadType());
    }
    for (RtpCodecCapability capability : router.codecs()) {
      if (capability.isRtx() || !CodecMatch.matches(media, capability)) {
        continue;
      }
      RtpCodecCapability found = codec.isRtx() ? router.rtxOf(capability.preferredPayloadType()) : capability;
      if (found != null) {
        return found.preferredPayloadType();
      }
    }
    throw new IllegalParameters(IllegalParameters.UNSUPPORTED_CODEC, "the router does not have " + codec.mimeType()
        + " with the parameters of payload type " + codec.payloadType());
  }

  private static RtpCodecParameters codecOf(RtpParameters parameters, int payloadType) {
    return parameters.codecs().stream().filter(codec -> codec.payloadType() == payloadType).findFirst().orElseThrow();
  }

  private static RtpCodecCapability capability(RtpCapabilities router, int payloadType) {
    return router.codecs().stream().filter(codec -> codec.preferredPayloadType() == payloadType).findFirst()
        .orElseThrow(() -> new IllegalStateException("the mapping is not of this router"));
  }

  /** The publisher's own, with the level of H264 on which it and the router agree. */
  private static Map<String, Object> agreedParameters(RtpCodecParameters codec, RtpCodecCapability capability) {
    String ours = codec.textParameter("profile-level-id");
    String routers = capability.textParameter("profile-level-id");
    if (!codec.hasMimeType("video/H264") || ours == null && routers == null) {
      return codec.parameters();
    }
    H264ProfileLevelId agreed = H264ProfileLevelId.answer(
        ours, codec.integerParameter("level-asymmetry-allowed", 0) == 1,
        routers, capability.integerParameter("level-asymmetry-allowed", 0) == 1);
    Map<String, Object> parameters = new LinkedHashMap<>(codec.parameters());
    parameters.put("profile-level-id", agreed.toString());
    return parameters;
  }

  private static RtpCodecParameters used(RtpCodecCapability capability, Map<String, Object> parameters) {
    return new RtpCodecParameters(capability.mimeType(), capability.preferredPayloadType(), capability.clockRate(),
        capability.channels(), parameters, capability.rtcpFeedback());
  }

  private static List<RtpHeaderExtensionParameters> sentExtensions(MediaKind kind, RtpParameters parameters,
      RtpCapabilities router) {
    boolean hasCaptureTime = parameters.headerExtensionId(KnownHeaderExtension.ABS_CAPTURE_TIME) != 0;
    return router.headerExtensions().stream()
        .filter(extension -> extension.kind() == kind && extension.direction().sends())
        .filter(extension -> hasCaptureTime || !extension.uri().equals(KnownHeaderExtension.ABS_CAPTURE_TIME.uri()))
        .map(extension -> new RtpHeaderExtensionParameters(extension.uri(), extension.preferredId(), false, Map.of()))
        .toList();
  }
}
