package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.ProducerType;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.stream.HistoryBudget;
import io.plenum.media.stream.KeyFrameBudget;
import io.plenum.media.stream.RoutedPacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Media that a peer sends into the router: one stream for each of its encodings, handed to every consumer of it. Belongs
 * to its router's event loop.
 */
public final class Producer implements ProducerStream.Owner {
  private static final ProducerListener[] NONE = {};

  private final String id;
  private final MediaKind kind;
  private final ProducerType type;
  private final RtpParameters rtpParameters;
  private final RtpParameters consumableRtpParameters;
  private final Map<String, Object> appData;
  private final Router router;
  private final Transport transport;
  private final List<ProducerStream> streams;
  private final HeaderExtensionIds extensionIds;
  final AudioLevels.Level audioLevel = new AudioLevels.Level();
  private final PacedNotice scoreNotice;
  private ProducerListener[] consumers = NONE;
  private boolean paused;
  private boolean closed;

  public Producer(
      ProducerOptions options,
      ProducerPlan plan,
      Router router,
      Transport transport,
      RtpFeedback feedback,
      HistoryBudget historyBudget) {
    this.id = options.id();
    this.kind = options.kind();
    this.appData = options.appData() == null ? Map.of() : options.appData();
    this.type = plan.type();
    this.rtpParameters = plan.rtpParameters();
    this.consumableRtpParameters = plan.consumableRtpParameters();
    this.router = router;
    this.transport = transport;
    this.paused = options.paused();
    this.extensionIds = new HeaderExtensionIds(plan.rtpParameters().headerExtensions());
    RoutedPacketWriter writer =
        new RoutedPacketWriter(extensionIds, new HeaderExtensionIds(consumableRtpParameters.headerExtensions()));
    KeyFrameBudget keyFrameBudget = kind == MediaKind.VIDEO && plan.streams().size() > 1
        ? new KeyFrameBudget(plan.streams().size()) : null;
    List<ProducerStream> made = new ArrayList<>();
    for (StreamPlan stream : plan.streams()) {
      made.add(new ProducerStream(made.size(), stream, this, feedback, plan.payloadParser(extensionIds), writer,
          historyBudget, keyFrameBudget));
    }
    this.streams = List.copyOf(made);
    this.scoreNotice = new PacedNotice(router, transport,
        () -> router.events().onProducerScore(id, encodingScores(), scores()));
    if (paused) {
      streams.forEach(ProducerStream::pause);
    }
  }

  public String id() {
    return id;
  }

  public MediaKind kind() {
    return kind;
  }

  public ProducerType type() {
    return type;
  }

  /** As the publisher sends. */
  public RtpParameters rtpParameters() {
    return rtpParameters;
  }

  /** As a consumer may receive, in the router's payload types and extension ids. */
  public RtpParameters consumableRtpParameters() {
    return consumableRtpParameters;
  }

  public Map<String, Object> appData() {
    return appData;
  }

  public boolean paused() {
    return paused;
  }

  public boolean closed() {
    return closed;
  }

  public List<ProducerStream> streams() {
    return streams;
  }

  /**
   * {@code wanted} if a stream up to that index arrives, or none at all; otherwise the lowest that arrives.
   *
   * @param wanted index of a stream, or above all
   */
  int lowestArriving(int wanted) {
    int lowest = 0;
    while (lowest < streams.size() && !streams.get(lowest).active()) {
      lowest++;
    }
    return lowest < streams.size() ? Math.max(wanted, lowest) : wanted;
  }

  /** The publisher's ids. */
  public HeaderExtensionIds extensionIds() {
    return extensionIds;
  }

  void addConsumer(ProducerListener consumer) {
    consumers = Arrays.copyOf(consumers, consumers.length + 1);
    consumers[consumers.length - 1] = consumer;
  }

  void removeConsumer(ProducerListener consumer) {
    List<ProducerListener> rest = new ArrayList<>(Arrays.asList(consumers));
    rest.remove(consumer);
    consumers = rest.toArray(NONE);
  }

  public int consumerCount() {
    return consumers.length;
  }

  @Override
  public void onRoutedPacket(ProducerStream stream, RoutedPacket packet, long nowNs) {
    if (kind == MediaKind.AUDIO) {
      router.audioLevels().onPacket(this, packet, nowNs);
    }
    ProducerListener[] all = consumers;
    for (ProducerListener consumer : all) {
      try {
        consumer.onPacket(stream, packet, nowNs);
      } catch (RuntimeException fault) {
        consumer.onFault(fault, nowNs);
      }
    }
  }

  @Override
  public void onStreamScore(ProducerStream stream, long nowNs) {
    scoreNotice.onChange(nowNs);
    tellConsumers(nowNs, consumer -> consumer.onProducerScore(nowNs));
  }

  @Override
  public void onStreamActive(ProducerStream stream, long nowNs) {
    tellConsumers(nowNs, consumer -> consumer.onProducerStreamActive(stream, nowNs));
  }

  private interface ConsumerCall {
    void to(ProducerListener consumer);
  }

  /** A fault in one consumer is its own transport's: neither ours nor the other consumers'. */
  private void tellConsumers(long nowNs, ConsumerCall call) {
    for (ProducerListener consumer : consumers) {
      try {
        call.to(consumer);
      } catch (RuntimeException fault) {
        consumer.onFault(fault, nowNs);
      }
    }
  }

  /**
   * For a producer that came over a pipe: what the origin's producer scores, one for each encoding. From now on these are
   * its scores; what the pipe itself loses is repaired there, and is no fault of the publisher's. More entries than
   * encodings are ignored.
   */
  public void mirrorScores(List<Integer> originScores, long nowNs) {
    for (ProducerStream stream : streams) {
      if (!closed && stream.index() < originScores.size()) {
        stream.mirrorScore(originScores.get(stream.index()), nowNs);
      }
    }
  }

  /** One for each encoding, in their order; 0 for one that has not begun. */
  public List<Integer> encodingScores() {
    return streams.stream().map(ProducerStream::score).toList();
  }

  /** mediasoup's form: one entry for each encoding that has begun. */
  public List<Map<String, Object>> scores() {
    List<Map<String, Object>> scores = new ArrayList<>();
    for (ProducerStream stream : streams) {
      if (stream.started()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("encodingIdx", stream.index());
        entry.put("ssrc", Integer.toUnsignedLong(stream.ssrc()));
        entry.put("rid", stream.plan().rid());
        entry.put("score", stream.score());
        scores.add(entry);
      }
    }
    return scores;
  }

  /** The router's wall clock. */
  long ntpTime(long atNs) {
    return router.environment().ntpTime(atNs);
  }

  /** A consumer needs a key frame of that stream; requests of all consumers are merged. */
  void requestKeyFrame(ProducerStream stream, long nowNs) {
    try {
      stream.onKeyFrameWanted(nowNs);
      transport.onDeadlineChanged();
    } catch (RuntimeException fault) {
      router.onFault(transport, fault, nowNs);
    }
  }

  public void pause(long nowNs) {
    if (closed || paused) {
      return;
    }
    paused = true;
    streams.forEach(ProducerStream::pause);
    tellConsumers(nowNs, consumer -> consumer.onProducerPaused(true, nowNs));
  }

  public void resume(long nowNs) {
    if (closed || !paused) {
      return;
    }
    paused = false;
    for (ProducerStream stream : streams) {
      stream.resume(nowNs);
    }
    tellConsumers(nowNs, consumer -> consumer.onProducerPaused(false, nowNs));
  }

  /** Closes its consumers first, then leaves the router and the transport. */
  public void close(long nowNs) {
    if (closed) {
      return;
    }
    closed = true;
    tellConsumers(nowNs, consumer -> consumer.onProducerClosed(nowNs));
    consumers = NONE;
    scoreNotice.cancel();
    streams.forEach(ProducerStream::close);
    router.remove(this);
    transport.remove(this);
  }

  /** One {@code inbound-rtp} for each stream that has begun. */
  public List<Map<String, Object>> stats(long nowNs, long unixMs) {
    List<Map<String, Object>> stats = new ArrayList<>();
    for (ProducerStream stream : streams) {
      if (stream.started()) {
        stats.add(RtpStats.inbound(this, stream, nowNs, unixMs));
      }
    }
    return stats;
  }

  public void dump(Dump out) {
    out.value("id", id)
        .value("kind", kind)
        .value("type", type)
        .value("paused", paused)
        .value("consumers", consumers.length)
        .list("streams", streams, ProducerStream::dump);
  }
}
