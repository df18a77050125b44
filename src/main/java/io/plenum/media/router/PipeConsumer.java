package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.parameters.ConsumerParameters;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.parameters.RtpCodecParameters;
import io.plenum.media.parameters.RtpEncodingParameters;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.parameters.SsrcSource;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.media.stream.SendStreamOptions;
import io.plenum.media.stream.SendStreamOptions.Repair;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A producer on its way to another router: each of its streams on an SSRC of its own, and of those only the encodings and
 * temporal layers that somebody at the far end wants. Key frames are asked for when the far end is ready for them.
 */
public final class PipeConsumer implements ProducerListener, PipeStream.Owner {
  private static final int MAX_INITIAL_SEQUENCE_NUMBER = 1 << 15;

  private final String id;
  private final Producer producer;
  private final RtpParameters rtpParameters;
  private final Router router;
  private final Transport transport;
  private final PipeConsumerListener listener;
  private final List<PipeStream> streams = new ArrayList<>();
  private final PacedNotice scoreNotice;
  private boolean paused;
  private boolean closed;
  private int wantedSpatialLayer = Integer.MAX_VALUE;
  private int wantedTemporalLayer = Integer.MAX_VALUE;

  /** Hears what the far end must learn. Called on the router's loop. */
  public interface PipeConsumerListener {
    void onProducerPaused(PipeConsumer consumer, boolean paused);

    /** @param scores as {@link Producer#encodingScores()} */
    void onProducerScore(PipeConsumer consumer, List<Integer> scores);

    void onProducerClosed(PipeConsumer consumer);
  }

  public PipeConsumer(
      String id,
      Producer producer,
      Router router,
      Transport transport,
      ConsumerLink link,
      boolean enableRtx,
      SsrcSource ssrcs,
      RandomGenerator random,
      PipeConsumerListener listener) {
    this.id = id;
    this.producer = producer;
    this.router = router;
    this.transport = transport;
    this.listener = listener;
    this.rtpParameters = ConsumerParameters.forPipe(
        producer.consumableRtpParameters(), enableRtx, ssrcs);
    RtpCodecParameters codec = rtpParameters.mediaCodec();
    RtpCodecParameters rtx = rtpParameters.rtxOf(codec.payloadType());
    byte[] cname = rtpParameters.rtcp().cname().getBytes(StandardCharsets.UTF_8);
    for (ProducerStream source : producer.streams()) {
      RtpEncodingParameters encoding = rtpParameters.encodings().get(source.index());
      boolean hasRtx = rtx != null && encoding.rtx() != null;
      Repair repair = Repair.of(hasRtx, codec.rtcpFeedback().contains(RtcpFeedback.NACK));
      SendStreamOptions options = new SendStreamOptions(
          encoding.ssrc().intValue(), codec.payloadType(), codec.clockRate(),
          random.nextInt(MAX_INITIAL_SEQUENCE_NUMBER),
          repair,
          hasRtx ? (int) encoding.rtx().ssrc() : 0,
          hasRtx ? rtx.payloadType() : 0,
          random.nextInt(MAX_INITIAL_SEQUENCE_NUMBER),
          producer.kind() == MediaKind.VIDEO
              ? SendStreamOptions.VIDEO_MAX_RESEND_AGE_NS
              : SendStreamOptions.AUDIO_MAX_RESEND_AGE_NS,
          codec.hasMimeType("video/VP8"));
      streams.add(new PipeStream(options, this, producer, source, link, cname));
    }
    this.scoreNotice = new PacedNotice(router, transport, () -> listener.onProducerScore(this, producer.encodingScores()));
    producer.addConsumer(this);
  }

  public String id() {
    return id;
  }

  public String producerId() {
    return producer.id();
  }

  public MediaKind kind() {
    return producer.kind();
  }

  /** What the far end's producer is made from. */
  public RtpParameters rtpParameters() {
    return rtpParameters;
  }

  /** What the far end's producer mirrors. */
  public List<Integer> producerScores() {
    return producer.encodingScores();
  }

  public boolean producerPaused() {
    return producer.paused();
  }

  /** For the session's RTCP, one for each encoding. */
  public List<PipeStream> streams() {
    return streams;
  }

  @Override
  public void onPacket(ProducerStream stream, RoutedPacket packet, long nowNs) {
    if (!paused) {
      streams.get(stream.index()).onPacket(packet, nowNs);
    }
  }

  /** The far end wants nothing for now. */
  public void pause() {
    paused = true;
    streams.forEach(stream -> stream.farEnd().onUnwanted());
  }

  public void resume(long nowNs) {
    if (paused && !closed) {
      paused = false;
      begin(nowNs);
    }
  }

  public boolean paused() {
    return paused;
  }

  /** The highest layers that somebody at the far end wants: encodings above are not sent. */
  public void want(int spatialLayer, int temporalLayer, long nowNs) {
    boolean watched = !paused && streams.stream().anyMatch(stream -> stream.farEnd().ready());
    wantedSpatialLayer = spatialLayer;
    wantedTemporalLayer = temporalLayer;
    aim();
    if (watched) {
      // It learns that there is a higher encoding from its first packet, so it cannot ask for that.
      readyForAllWanted();
    }
    requestDueKeyFrames(nowNs);
  }

  private void readyForAllWanted() {
    for (PipeStream stream : streams) {
      if (stream.wanted()) {
        stream.farEnd().onReady();
      }
    }
  }

  private void aim() {
    boolean simulcast = streams.size() > 1;
    // As at an endpoint: where none of the wanted encodings arrives, the lowest that does.
    int highest = producer.lowestArriving(wantedSpatialLayer);
    for (PipeStream stream : streams) {
      boolean wanted = !simulcast || stream.index() <= highest;
      stream.setTarget(wanted ? (simulcast ? 0 : wantedSpatialLayer) : -1, wantedTemporalLayer);
    }
  }

  private void begin(long nowNs) {
    for (PipeStream stream : streams) {
      stream.restart();
    }
    aim();
    requestDueKeyFrames(nowNs);
  }

  private void requestDueKeyFrames(long nowNs) {
    if (!paused && !producer.paused()) {
      for (PipeStream stream : streams) {
        stream.requestKeyFrameIfDue(nowNs);
      }
    }
  }

  /** A request may overtake the message by which the stream is wanted: then it is heard when that comes. */
  @Override
  public void onKeyFrameRequest(PipeStream stream, long nowNs) {
    stream.farEnd().onReady();
    if (paused || producer.paused() || !stream.wanted()) {
      return;
    }
    stream.requestKeyFrame(nowNs);
    if (!stream.arrives()) {
      // It waits for an encoding that the publisher does not send: what is sent shall do.
      readyForAllWanted();
      requestDueKeyFrames(nowNs);
    }
  }

  public void onTransportConnected(long nowNs) {
    begin(nowNs);
  }

  @Override
  public void onProducerPaused(boolean producerPaused, long nowNs) {
    if (!producerPaused && !paused) {
      begin(nowNs);
    }
    listener.onProducerPaused(this, producerPaused);
  }

  @Override
  public void onProducerScore(long nowNs) {
    scoreNotice.onChange(nowNs);
  }

  @Override
  public void onProducerStreamActive(ProducerStream stream, long nowNs) {
    // No key frame is asked for yet: each stream asks with its first packet.
    aim();
  }

  @Override
  public void onProducerClosed(long nowNs) {
    closed = true;
    scoreNotice.cancel();
    transport.remove(this);
    listener.onProducerClosed(this);
  }

  @Override
  public void onFault(RuntimeException fault, long nowNs) {
    router.onFault(transport, fault, nowNs);
  }

  /** Asked for by the far end, or by the transport that closes: nobody is told. */
  public void close(long nowNs) {
    if (!closed) {
      closed = true;
      scoreNotice.cancel();
      producer.removeConsumer(this);
      transport.remove(this);
    }
  }

  public void dump(Dump out) {
    out.value("id", id)
        .value("producerId", producer.id())
        .value("paused", paused)
        .value("producerPaused", producer.paused())
        .value("wantedSpatialLayer", wantedSpatialLayer)
        .value("wantedTemporalLayer", wantedTemporalLayer)
        .list("streams", streams, PipeStream::dump);
  }
}
