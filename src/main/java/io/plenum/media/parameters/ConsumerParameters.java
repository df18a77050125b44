package io.plenum.media.parameters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Cuts from what a producer offers inside the router what one consumer gets. */
public final class ConsumerParameters {
  /** Towards another router there is no bandwidth estimation, and streams are found by SSRC. */
  private static final Set<String> NOT_ON_PIPES = Set.of(KnownHeaderExtension.MID.uri(),
      KnownHeaderExtension.ABS_SEND_TIME.uri(), KnownHeaderExtension.TRANSPORT_WIDE_CC.uri());

  private ConsumerParameters() {}

  /** Whether an endpoint with these capabilities can make anything of the producer. */
  public static boolean canConsume(RtpParameters consumable, RtpCapabilities capabilities) {
    return consumable.codecs().stream().anyMatch(codec -> !codec.isRtx()
        && capabilities.codecs().stream().anyMatch(theirs -> CodecMatch.matches(theirs, codec)));
  }

  /**
   * What an endpoint gets: the codecs, header extensions and feedback that it shares with the router, and one stream,
   * whatever the number of the producer's encodings. Its scalability mode tells the layers that can be chosen from:
   * three encodings of two temporal layers read {@code L3T2}.
   *
   * @param mid unique among the consumers of the transport, at most eight characters: a routed packet has room for that
   * @param enableRtx whether lost packets are sent again: as RTX if the endpoint has that too, else as they were. Only
   *     then is NACK agreed
   * @throws IllegalParameters with {@link IllegalParameters#CANNOT_CONSUME}
   */
  public static RtpParameters forEndpoint(RtpParameters consumable, RtpCapabilities capabilities, String mid,
      boolean enableRtx, SsrcSource ssrcs) {
    RtpParameters shared = shared(consumable, capabilities, enableRtx);
    boolean rtx = hasRtx(shared);
    long ssrc = ssrcs.next(rtx ? 2 : 1);
    Long maxBitrate = consumable.encodings().stream().map(RtpEncodingParameters::maxBitrate).filter(Objects::nonNull)
        .max(Comparator.naturalOrder()).orElse(null);
    RtpEncodingParameters encoding = new RtpEncodingParameters(ssrc, null, null,
        rtx ? new RtpEncodingParameters.RtxParameters(ssrc + 1) : null, null, scalabilityMode(consumable), maxBitrate,
        null);
    return new RtpParameters(mid, shared.codecs(), shared.headerExtensions(), List.of(encoding), shared.rtcp(),
        shared.msid());
  }

  /**
   * The same with every encoding of the producer on a stream of its own and without a mid: for an endpoint that is an
   * SFU itself, or a recorder that wants all.
   *
   * @throws IllegalParameters with {@link IllegalParameters#CANNOT_CONSUME}
   */
  public static RtpParameters forEndpointWithAllEncodings(RtpParameters consumable, RtpCapabilities capabilities,
      boolean enableRtx, SsrcSource ssrcs) {
    RtpParameters shared = shared(consumable, capabilities, enableRtx);
    return new RtpParameters(null, shared.codecs(), shared.headerExtensions(),
        allEncodings(consumable, hasRtx(shared), ssrcs), shared.rtcp(), shared.msid());
  }

  /**
   * What another router gets: every encoding, the codecs without congestion feedback, and the dependency descriptor,
   * which endpoints do not get. Nothing is negotiated: routers of one room have the same codecs.
   */
  public static RtpParameters forPipe(RtpParameters consumable, boolean enableRtx, SsrcSource ssrcs) {
    List<RtpCodecParameters> codecs = consumable.codecs().stream()
        .filter(codec -> enableRtx || !codec.isRtx())
        .map(codec -> codec.withRtcpFeedback(only(codec.rtcpFeedback(), feedback ->
            feedback.equals(RtcpFeedback.NACK_PLI) || feedback.equals(RtcpFeedback.CCM_FIR)
                || feedback.equals(RtcpFeedback.NACK) && enableRtx)))
        .toList();
    boolean video = MediaKind.ofMimeType(consumable.mediaCodec().mimeType()) == MediaKind.VIDEO;
    List<RtpHeaderExtensionParameters> extensions = Stream.concat(
            consumable.headerExtensions().stream().filter(extension -> !NOT_ON_PIPES.contains(extension.uri())),
            video ? Stream.of(KnownHeaderExtension.DEPENDENCY_DESCRIPTOR.parameters()) : Stream.empty())
        .sorted(Comparator.comparingInt(RtpHeaderExtensionParameters::id))
        .toList();
    boolean rtx = codecs.stream().anyMatch(RtpCodecParameters::isRtx);
    return new RtpParameters(null, codecs, extensions, allEncodings(consumable, rtx, ssrcs), consumable.rtcp(),
        consumable.msid());
  }

  /** Codecs, header extensions and feedback that both sides have; the encodings are still the producer's. */
  private static RtpParameters shared(RtpParameters consumable, RtpCapabilities capabilities, boolean enableRtx) {
    List<RtpHeaderExtensionParameters> extensions = consumable.headerExtensions().stream()
        .filter(extension -> capabilities.headerExtensions().stream().anyMatch(theirs ->
            theirs.preferredId() == extension.id() && theirs.uri().equals(extension.uri())))
        .toList();
    Predicate<RtcpFeedback> congestionFeedback = congestionFeedback(extensions);
    List<RtpCodecParameters> codecs = new ArrayList<>();
    for (RtpCodecParameters codec : consumable.codecs()) {
      List<RtpCodecCapability> theirs = codec.isRtx() ? List.of()
          : only(capabilities.codecs(), capability -> CodecMatch.matches(capability, codec));
      if (theirs.isEmpty()) {
        continue;
      }
      RtpCodecParameters rtx = consumable.rtxOf(codec.payloadType());
      boolean repaired = enableRtx && rtx != null && theirs.stream().anyMatch(media -> repairs(capabilities, media));
      codecs.add(codec.withRtcpFeedback(only(codec.rtcpFeedback(), feedback ->
          theirs.get(0).rtcpFeedback().contains(feedback) && congestionFeedback.test(feedback)
              && (enableRtx || !feedback.equals(RtcpFeedback.NACK)))));
      if (repaired) {
        codecs.add(rtx);
      }
    }
    if (codecs.isEmpty()) {
      throw new IllegalParameters(IllegalParameters.CANNOT_CONSUME,
          "rtpCapabilities.codecs have none of the producer's: " + mediaCodecNames(consumable));
    }
    return new RtpParameters(null, codecs, extensions, consumable.encodings(), consumable.rtcp(), consumable.msid());
  }

  private static String mediaCodecNames(RtpParameters parameters) {
    return parameters.codecs().stream().filter(codec -> !codec.isRtx()).map(RtpCodecParameters::mimeType).distinct()
        .collect(Collectors.joining(", "));
  }

  /** Both ways to estimate bandwidth would contradict each other: the better one, if its header extension is there. */
  private static Predicate<RtcpFeedback> congestionFeedback(List<RtpHeaderExtensionParameters> extensions) {
    boolean transportCc = has(extensions, KnownHeaderExtension.TRANSPORT_WIDE_CC);
    boolean remb = !transportCc && has(extensions, KnownHeaderExtension.ABS_SEND_TIME);
    return feedback -> (transportCc || !feedback.equals(RtcpFeedback.TRANSPORT_CC))
        && (remb || !feedback.equals(RtcpFeedback.GOOG_REMB));
  }

  private static boolean has(List<RtpHeaderExtensionParameters> extensions, KnownHeaderExtension wanted) {
    return extensions.stream().anyMatch(extension -> extension.uri().equals(wanted.uri()));
  }

  /** Whether the endpoint has RTX for a codec of its own; one without payload type cannot be named by any RTX. */
  private static boolean repairs(RtpCapabilities capabilities, RtpCodecCapability media) {
    return media.preferredPayloadType() == null
        ? capabilities.codecs().stream().anyMatch(codec -> codec.isRtx() && codec.kind() == media.kind())
        : capabilities.rtxOf(media.preferredPayloadType()) != null;
  }

  private static boolean hasRtx(RtpParameters parameters) {
    return parameters.codecs().stream().anyMatch(RtpCodecParameters::isRtx);
  }

  private static String scalabilityMode(RtpParameters consumable) {
    String mode = consumable.encodings().stream().map(RtpEncodingParameters::scalabilityMode).filter(Objects::nonNull)
        .findFirst().orElse(null);
    int encodings = consumable.encodings().size();
    ScalabilityMode layers = ScalabilityMode.parse(mode);
    // Without the dependency descriptor no endpoint can decode AV1's upper spatial layers, so it does not get them.
    boolean baseOnly = layers.spatialLayers() > 1 && consumable.mediaCodec().hasMimeType("video/AV1");
    return encodings == 1 && !baseOnly ? mode : "L" + encodings + "T" + layers.temporalLayers();
  }

  private static List<RtpEncodingParameters> allEncodings(RtpParameters consumable, boolean rtx, SsrcSource ssrcs) {
    int count = consumable.encodings().size();
    // First all media, then all RTX: two runs that cannot meet.
    long ssrc = ssrcs.next(rtx ? 2 * count : count);
    List<RtpEncodingParameters> encodings = new ArrayList<>();
    for (RtpEncodingParameters encoding : consumable.encodings()) {
      encodings.add(encoding.movedTo(ssrc, rtx ? new RtpEncodingParameters.RtxParameters(ssrc + count) : null));
      ssrc++;
    }
    return encodings;
  }

  private static <T> List<T> only(List<T> all, Predicate<T> wanted) {
    return all.stream().filter(wanted).toList();
  }
}
