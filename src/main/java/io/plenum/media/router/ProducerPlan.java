package io.plenum.media.router;

import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.ProducerParameters;
import io.plenum.media.parameters.ProducerType;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.parameters.RtpCodecParameters;
import io.plenum.media.parameters.RtpEncodingParameters;
import io.plenum.media.parameters.RtpMapping;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.parameters.ScalabilityMode;
import io.plenum.media.parameters.SsrcSource;
import io.plenum.media.stream.KeyFrameRequester;
import io.plenum.protocol.rtp.codec.PayloadParser;
import io.plenum.protocol.rtp.codec.PayloadParsers;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything about a producer that follows from what the client asked for and what the router can do, worked out before
 * anything is made.
 */
public record ProducerPlan(
    ProducerType type, RtpParameters rtpParameters, RtpParameters consumableRtpParameters, List<StreamPlan> streams) {

  /** @throws io.plenum.media.PlenumException if the router cannot take such a producer */
  public static ProducerPlan of(ProducerOptions options, RtpCapabilities router, SsrcSource ssrcs) {
    RtpParameters parameters = options.rtpParameters();
    MediaKind kind = options.kind();
    RtpMapping mapping = ProducerParameters.mapping(kind, parameters, router, ssrcs);
    RtpParameters consumable = ProducerParameters.consumable(kind, parameters, router, mapping);
    RtpCodecParameters codec = parameters.mediaCodec();
    RtpCodecParameters rtx = parameters.rtxOf(codec.payloadType());
    boolean video = kind == MediaKind.VIDEO;
    List<StreamPlan> streams = new ArrayList<>();
    for (RtpEncodingParameters encoding : parameters.encodings()) {
      ScalabilityMode layers = ScalabilityMode.parse(encoding.scalabilityMode());
      streams.add(new StreamPlan(
          encoding.ssrc() == null ? null : encoding.ssrc().intValue(),
          encoding.rtx() == null ? null : (int) encoding.rtx().ssrc(),
          encoding.rid(),
          codec.payloadType(),
          rtx == null ? -1 : rtx.payloadType(),
          codec.clockRate(),
          video,
          // With RTX or without: then the publisher sends the same packet again, which it knows to do safely.
          codec.rtcpFeedback().contains(RtcpFeedback.NACK),
          codec.rtcpFeedback().contains(RtcpFeedback.NACK_PLI),
          parameters.encodings().size() > 1,
          Boolean.TRUE.equals(encoding.dtx()),
          layers.spatialLayers(),
          layers.temporalLayers(),
          layers.ksvc(),
          video ? KeyFrameRequester.DEFAULT_MIN_INTERVAL_NS : 0));
    }
    return new ProducerPlan(ProducerType.of(kind, parameters), parameters, consumable, List.copyOf(streams));
  }

  /** A new one for each stream: some descriptors refer to earlier packets. */
  PayloadParser payloadParser(HeaderExtensionIds publisher) {
    return PayloadParsers.forMimeType(rtpParameters.mediaCodec().mimeType(), publisher.dependencyDescriptor);
  }
}
