package io.plenum.media.router;

import io.plenum.media.parameters.ConsumerParameters;
import io.plenum.media.parameters.ConsumerType;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.parameters.RtpCodecParameters;
import io.plenum.media.parameters.RtpEncodingParameters;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.parameters.SsrcSource;
import io.plenum.media.stream.BaseLayerSelector;
import io.plenum.media.stream.SendStreamOptions;
import io.plenum.media.stream.SendStreamOptions.Repair;
import io.plenum.media.stream.SimulcastSelector;
import io.plenum.media.stream.SingleStreamSelector;
import io.plenum.media.stream.StreamSelector;
import io.plenum.media.stream.SvcSelector;
import java.util.random.RandomGenerator;

/** Everything about a consumer that follows from its producer and what the endpoint can, worked out before it is made. */
public record ConsumerPlan(ConsumerType type, RtpParameters rtpParameters, SendStreamOptions sendStream) {
  /** RFC 3711 §3.3.1: begin in the lower half, so that the first losses cannot look like a roll-over. */
  private static final int MAX_INITIAL_SEQUENCE_NUMBER = 1 << 15;

  /** @throws io.plenum.media.PlenumException {@code cannot-consume} */
  public static ConsumerPlan of(
      ConsumerOptions options, Producer producer, String mid, SsrcSource ssrcs, RandomGenerator random) {
    RtpParameters parameters = ConsumerParameters.forEndpoint(
        producer.consumableRtpParameters(), options.rtpCapabilities(), mid,
        options.enableRtx(), ssrcs);
    RtpCodecParameters codec = parameters.mediaCodec();
    RtpEncodingParameters encoding = parameters.encodings().get(0);
    RtpCodecParameters rtx = parameters.rtxOf(codec.payloadType());
    boolean hasRtx = rtx != null && encoding.rtx() != null;
    Repair repair = Repair.of(hasRtx, codec.rtcpFeedback().contains(RtcpFeedback.NACK));
    SendStreamOptions stream = new SendStreamOptions(
        encoding.ssrc().intValue(),
        codec.payloadType(),
        codec.clockRate(),
        random.nextInt(MAX_INITIAL_SEQUENCE_NUMBER),
        repair,
        hasRtx ? (int) encoding.rtx().ssrc() : 0,
        hasRtx ? rtx.payloadType() : 0,
        random.nextInt(MAX_INITIAL_SEQUENCE_NUMBER),
        producer.kind() == MediaKind.VIDEO
            ? SendStreamOptions.VIDEO_MAX_RESEND_AGE_NS
            : SendStreamOptions.AUDIO_MAX_RESEND_AGE_NS,
        codec.hasMimeType("video/VP8"));
    return new ConsumerPlan(ConsumerType.of(producer.type()), parameters, stream);
  }

  /** Chooses what of the producer's streams becomes the one that is sent. */
  StreamSelector selector(Producer producer) {
    StreamPlan first = producer.streams().get(0).plan();
    if (!rtpParameters.mediaCodec().hasMimeType("video/AV1")) {
      return selector(producer, first);
    }
    StreamSelector ofStreams = type == ConsumerType.SIMULCAST ? selector(producer, first) : SingleStreamSelector.video();
    return new BaseLayerSelector(ofStreams, first.spatialLayers() > 1);
  }

  private StreamSelector selector(Producer producer, StreamPlan first) {
    return switch (type) {
      case SIMPLE -> producer.kind() == MediaKind.AUDIO
          ? SingleStreamSelector.audio(false)
          : SingleStreamSelector.video();
      case SIMULCAST -> new SimulcastSelector(producer.streams().size());
      case SVC -> first.spatialLayers() > 1
          ? new SvcSelector(first.spatialLayers(), first.keyFrameDependent())
          : SingleStreamSelector.video();
      case PIPE -> throw new IllegalStateException("a pipe has no selector");
    };
  }
}
