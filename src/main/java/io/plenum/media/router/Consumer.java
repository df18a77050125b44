package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.congestion.BitrateAllocator.Demand;
import io.plenum.media.parameters.ConsumerType;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.parameters.ScalabilityMode;
import io.plenum.media.stream.Retransmitter;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.media.stream.SendSource;
import io.plenum.media.stream.SendStream;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Media of one producer on its way to one endpoint. {@link SendStream} chooses, numbers and repairs the packets; this
 * decides when they flow: the endpoint is ready, neither it nor the producer is paused, and the transport is connected.
 */
public final class Consumer implements ProducerListener, OutgoingStream, Retransmitter.Sink {
  private final String id;
  private final Producer producer;
  private final ConsumerType type;
  private final RtpParameters rtpParameters;
  private final Map<String, Object> appData;
  private final Router router;
  private final Transport transport;
  private final ConsumerLink link;
  private final SendStream send;
  private final PreferredLayers layers;
  private final AllocatedLayers allocated;
  private final HeaderExtensionIds extensionIds;
  private final long midWord;
  private final int midLength;
  private final byte[] cname;
  private long nowNs;
  private boolean paused;
  private int priority = 1;
  private boolean closed;
  private int toldSpatialLayer = -1;
  private int toldTemporalLayer = -1;
  private final PacedNotice scoreNotice;

  public Consumer(
      ConsumerOptions options, ConsumerPlan plan, Producer producer, Router router, Transport transport, ConsumerLink link) {
    this.id = options.id();
    this.producer = producer;
    this.type = plan.type();
    this.rtpParameters = plan.rtpParameters();
    this.appData = options.appData() == null ? Map.of() : options.appData();
    this.router = router;
    this.transport = transport;
    this.link = link;
    this.paused = options.paused();
    this.send = new SendStream(plan.sendStream(), plan.selector(producer),
        producer.streams().stream().map(ProducerStream::source).toArray(SendSource[]::new));
    this.layers = new PreferredLayers(producer, ScalabilityMode.parse(rtpParameters.encodings().get(0).scalabilityMode()));
    this.allocated = new AllocatedLayers(producer, layers);
    this.extensionIds = new HeaderExtensionIds(rtpParameters.headerExtensions());
    byte[] mid = rtpParameters.mid().getBytes(StandardCharsets.US_ASCII);
    this.midWord = RoutedPacketWriter.midWord(mid);
    this.midLength = mid.length;
    this.cname = rtpParameters.rtcp().cname().getBytes(StandardCharsets.UTF_8);
    this.scoreNotice = new PacedNotice(router, transport, () -> router.events().onConsumerScore(id, score()));
    producer.addConsumer(this);
    aim();
  }

  public String id() {
    return id;
  }

  public String producerId() {
    return producer.id();
  }

  @Override
  public MediaKind kind() {
    return producer.kind();
  }

  public ConsumerType type() {
    return type;
  }

  /** What the endpoint receives. */
  public RtpParameters rtpParameters() {
    return rtpParameters;
  }

  /** The header extensions that the endpoint understands. */
  public HeaderExtensionIds extensionIds() {
    return extensionIds;
  }

  public Map<String, Object> appData() {
    return appData;
  }

  public boolean paused() {
    return paused;
  }

  public boolean producerPaused() {
    return producer.paused();
  }

  public boolean closed() {
    return closed;
  }

  @Override
  public int ssrc() {
    return send.ssrc();
  }

  /** The RTX SSRC, if there is one. */
  public OptionalInt rtxSsrc() {
    return send.rtxSsrc();
  }

  @Override
  public byte[] cname() {
    return cname;
  }

  @Override
  public void onPacket(ProducerStream stream, RoutedPacket packet, long nowNs) {
    if (paused && !send.awaits(packet, stream.index()) || !link.isConnected()) {
      return;
    }
    byte[] out = link.outBuffer();
    int length = send.write(packet, stream.index(), out, 0, nowNs);
    if (length == 0) {
      if (!paused && send.needsKeyFrame(stream.index())) {
        producer.requestKeyFrame(stream, nowNs);
      }
      return;
    }
    while (length > 0) {
      send.onSent(link.send(this, send.written(), out, length, send.written().payloadOffset, nowNs));
      length = send.writeHeld(out, 0, nowNs);
    }
    tellLayers();
  }

  private void tellLayers() {
    int spatialLayer = send.currentSpatialLayer();
    int temporalLayer = send.currentTemporalLayer();
    if (spatialLayer != toldSpatialLayer || temporalLayer != toldTemporalLayer) {
      toldSpatialLayer = spatialLayer;
      toldTemporalLayer = temporalLayer;
      if (type != ConsumerType.SIMPLE) {
        router.events().onConsumerLayersChanged(id, spatialLayer, temporalLayer);
      }
    }
  }

  /** Puts our mid where the source left room for it. */
  public void patchMid(byte[] packet, int midOffset) {
    RoutedPacketWriter.patchMid(packet, midOffset, midWord, midLength);
  }

  @Override
  public void onFault(RuntimeException fault, long nowNs) {
    router.onFault(transport, fault, nowNs);
  }

  @Override
  public void onNackBegin() {
    send.onNackBegin();
  }

  @Override
  public void onNack(int pid, int blp, long nowNs) {
    this.nowNs = nowNs;
    send.onNack(pid, blp, link.outBuffer(), 0, nowNs, this);
  }

  @Override
  public void sendRetransmission(RoutedPacket packet, byte[] bytes, int offset, int length) {
    // Also while paused: what was sent before is waited for, and goes on with a hole for ever if it does not come.
    if (link.isConnected()) {
      link.send(this, packet, bytes, length, packet.payloadOffset, nowNs);
    }
  }

  @Override
  public boolean sendAsSent(RoutedPacket packet, byte[] bytes, int offset, int length, long form, long sentNs) {
    return link.isConnected() && link.sendAgain(this, packet, bytes, length, form, sentNs, nowNs);
  }

  /** Lost packets are sent again as they were; the link says of each in what form it left. */
  public boolean repairsAsSent() {
    return send.repairsAsSent();
  }

  @Override
  public void onKeyFrameRequest(boolean pli, long nowNs) {
    if (pli) {
      send.onPli();
    } else {
      send.onFir();
    }
    requestKeyFrame(nowNs);
  }

  /** Asks for a key frame of what is forwarded, or of what is to be. */
  public void requestKeyFrame(long nowNs) {
    if (paused || producer.kind() != MediaKind.VIDEO) {
      return;
    }
    int current = send.currentStream();
    if (current >= 0 && !send.needsKeyFrame(current)) {
      producer.requestKeyFrame(producer.streams().get(current), nowNs);
    }
    requestNeededKeyFrames(nowNs);
  }

  private void requestNeededKeyFrames(long nowNs) {
    if (paused || producer.paused() || !link.isConnected()) {
      return;
    }
    for (ProducerStream stream : producer.streams()) {
      if (send.needsKeyFrame(stream.index())) {
        producer.requestKeyFrame(stream, nowNs);
      }
    }
  }

  @Override
  public void onReportBlock(ReportBlock block, long nowNs) {
    int before = send.score();
    send.onReportBlock(block, nowNs);
    if (send.score() != before) {
      scoreNotice.onChange(nowNs);
    }
  }

  @Override
  public boolean fillSenderInfo(SenderInfo info, long nowNs) {
    return !paused && !producer.paused()
        && send.fillSenderInfo(info, nowNs, router.environment().ntpTime(nowNs));
  }

  public void pause() {
    paused = true;
  }

  public void resume(long nowNs) {
    if (closed || !paused) {
      return;
    }
    paused = false;
    begin(nowNs);
  }

  /** What is sent from now on must begin with a key frame. */
  private void begin(long nowNs) {
    send.restart();
    allocated.onBegin(nowNs);
    link.onDemandChanged(nowNs);
    aim();
    requestNeededKeyFrames(nowNs);
  }

  /**
   * The highest layers the endpoint wants.
   *
   * @param temporalLayer -1 for the highest there is
   */
  public void setPreferredLayers(int spatialLayer, int temporalLayer, long nowNs) {
    layers.prefer(spatialLayer, temporalLayer);
    link.onDemandChanged(nowNs);
    aim();
    requestNeededKeyFrames(nowNs);
  }

  /** Which consumers come first when the path to the endpoint is too narrow for all, 1…255. */
  public void setPriority(int priority) {
    if (priority < 1 || priority > 255) {
      throw new PlenumException("invalid-priority", "priority must be from 1 to 255");
    }
    this.priority = priority;
  }

  public int priority() {
    return priority;
  }

  /** It takes part in the sharing of the path: video that may flow. */
  public boolean takesBitrate() {
    return producer.kind() == MediaKind.VIDEO && !paused && !producer.paused();
  }

  /** Another has left it room on the path. */
  public void mayClimb() {
    allocated.mayClimb();
  }

  /** What it would take of a path that carries all. */
  public Demand desiredLayers(long nowNs) {
    return type == ConsumerType.SIMPLE
        ? Demand.ofFixed(priority, producer.streams().get(0).bitsPerSecond(nowNs))
        : allocated.desired(priority, nowNs);
  }

  /**
   * What of that it may be given now, so that layers do not go up and down all the time.
   *
   * @param marginPercent what must stay free of the bitrate of a layer above the current one
   */
  public Demand allowedLayers(Demand desired, int marginPercent, long nowNs) {
    return type == ConsumerType.SIMPLE ? desired : allocated.allowed(desired, marginPercent, nowNs);
  }

  /**
   * The path has room for so much. Without such calls it has room for all.
   *
   * @param layer index in {@link #desiredLayers}, or {@link io.plenum.media.congestion.BitrateAllocator#NO_LAYER}
   * @return 1 for a climb, -1 for a fall from a layer that could have been kept, else 0
   */
  public int allocateLayer(int layer, Demand desired, long nowNs) {
    if (type == ConsumerType.SIMPLE) {
      return 0;
    }
    int spatialLayer = allocated.targetSpatialLayer();
    int temporalLayer = allocated.targetTemporalLayer();
    int direction = allocated.allocate(layer, desired, nowNs);
    if (allocated.targetSpatialLayer() != spatialLayer || allocated.targetTemporalLayer() != temporalLayer) {
      aim();
      if (allocated.targetSpatialLayer() < 0) {
        tellLayers();
      }
      requestNeededKeyFrames(nowNs);
    }
    return direction;
  }

  private void aim() {
    send.setTarget(allocated.targetSpatialLayer(), allocated.targetTemporalLayer());
  }

  public void onTransportConnected(long nowNs) {
    if (!paused) {
      begin(nowNs);
    }
  }

  @Override
  public void onProducerPaused(boolean producerPaused, long nowNs) {
    if (!producerPaused && !paused) {
      begin(nowNs);
    }
    router.events().onConsumerProducerPaused(id, producerPaused);
  }

  @Override
  public void onProducerScore(long nowNs) {
    scoreNotice.onChange(nowNs);
  }

  @Override
  public void onProducerStreamActive(ProducerStream stream, long nowNs) {
    link.onSupplyChanged(nowNs);
    aim();
    if (!stream.active()) {
      // One that begins shows with its next packet whether that is a key frame already: onPacket asks if it is none.
      requestNeededKeyFrames(nowNs);
    }
  }

  @Override
  public void onProducerClosed(long nowNs) {
    end();
    router.events().onConsumerClosed(id);
  }

  public void onTransportClosed(long nowNs) {
    if (!closed) {
      producer.removeConsumer(this);
      end();
    }
  }

  /** Asked for by its user: nobody is told. */
  public void close(long nowNs) {
    if (!closed) {
      producer.removeConsumer(this);
      end();
    }
  }

  private void end() {
    closed = true;
    paused = true;
    scoreNotice.cancel();
    router.remove(this);
    transport.remove(this);
  }

  /** mediasoup's form. */
  public Map<String, Object> score() {
    Map<String, Object> score = new LinkedHashMap<>();
    List<Integer> producerScores = new ArrayList<>();
    for (ProducerStream stream : producer.streams()) {
      producerScores.add(stream.score());
    }
    int current = Math.max(0, send.currentStream());
    score.put("score", send.score());
    score.put("producerScore", producerScores.get(current));
    score.put("producerScores", producerScores);
    return score;
  }

  /** {@code outbound-rtp} of this, and {@code inbound-rtp} of the stream that is forwarded. */
  public List<Map<String, Object>> stats(long nowNs, long unixMs) {
    List<Map<String, Object>> stats = new ArrayList<>();
    stats.add(RtpStats.outbound(this, send.stats(nowNs), unixMs));
    ProducerStream current = producer.streams().get(Math.max(0, send.currentStream()));
    if (current.started()) {
      stats.add(RtpStats.inbound(producer, current, nowNs, unixMs));
    }
    return stats;
  }

  public void dump(Dump out) {
    out.value("id", id)
        .value("producerId", producer.id())
        .value("kind", producer.kind())
        .value("type", type)
        .value("ssrc", Integer.toUnsignedLong(ssrc()))
        .value("paused", paused)
        .value("producerPaused", producer.paused())
        .value("priority", priority)
        .value("targetSpatialLayer", allocated.targetSpatialLayer())
        .value("targetTemporalLayer", Math.min(allocated.targetTemporalLayer(), layers.temporalLayer()))
        .part("send", send::dump);
  }
}
