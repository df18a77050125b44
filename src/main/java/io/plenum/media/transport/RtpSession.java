package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.Cname;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.parameters.SsrcSource;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerLink;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.ConsumerPlan;
import io.plenum.media.router.HeaderExtensionIds;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.ProducerPlan;
import io.plenum.media.router.ProducerStream;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.Transport;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.Rtx;
import io.plenum.protocol.rtp.SsrcTable;
import io.plenum.protocol.wire.Malformed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The RTP session of one transport (RFC 3550 §3): producers that it receives, consumers that it sends, and the RTCP about
 * both. A table of contents: {@link RtpListener} finds the stream of a packet, {@link RtcpInput} leads reports and wishes
 * to whom they concern, {@link RtcpOutput} and {@link RtcpReports} write ours, {@link Uplink} and {@link Downlink} watch
 * the path, {@link SendExtensions} completes what leaves.
 */
public final class RtpSession implements ConsumerLink {
  private final Transport transport;
  private final Router router;
  private final RtpLink link;
  private final RouterEnvironment environment;
  private final Map<String, Producer> producers = new LinkedHashMap<>();
  private final Map<String, Consumer> consumers = new LinkedHashMap<>();
  private final SsrcTable<Consumer> consumersBySsrc = new SsrcTable<>();
  private final RtpListener listener = new RtpListener();
  private final RtcpOutput output;
  private final RtcpReports reports;
  private final Uplink uplink;
  private final Downlink downlink;
  private final Probation probation;
  private final RtcpInput input = new RtcpInput(this);
  private final RtcpReader reader = new RtcpReader();
  private final SendExtensions extensions = new SendExtensions();
  private final RtpPacket packet = new RtpPacket();
  private final SsrcSource ssrcs;
  private final TransportCounters counters = new TransportCounters();
  private final String cname;
  private int nextMid;
  private long nextWakeNs = Long.MAX_VALUE;
  private boolean connected;

  public RtpSession(Transport transport, Router router, RtpLink link) {
    this.transport = transport;
    this.router = router;
    this.link = link;
    this.environment = router.environment();
    this.ssrcs = new SsrcSource(environment.random(), this::isTaken);
    this.cname = Cname.random(environment.random());
    this.output = new RtcpOutput(link, environment, (int) ssrcs.next(1));
    this.reports = new RtcpReports(output, environment.random(), cname);
    this.uplink = new Uplink(output, producers.values());
    this.downlink = new Downlink(consumers.values(), new DownlinkEffects());
    this.probation = new Probation(environment.random());
  }

  private boolean isTaken(long ssrc) {
    return consumersBySsrc.get((int) ssrc) != null || listener.known((int) ssrc) != null;
  }

  RtpListener listener() {
    return listener;
  }

  Downlink downlink() {
    return downlink;
  }

  /** The consumer that sends this media SSRC, or null. */
  Consumer consumer(int ssrc) {
    return consumersBySsrc.get(ssrc);
  }

  Collection<Producer> producers() {
    return producers.values();
  }

  Collection<Consumer> consumers() {
    return consumers.values();
  }

  public TransportCounters counters() {
    return counters;
  }

  public Producer produce(ProducerOptions options, long nowNs) {
    if (router.hasProducer(options.id())) {
      throw new PlenumException("already-exists", "there is a producer with the id " + options.id());
    }
    RtpParameters parameters = options.rtpParameters();
    if (parameters.rtcp().cname() == null || parameters.rtcp().cname().isEmpty()) {
      parameters = parameters.withCname(cnameOfProducers());
    }
    ProducerOptions named =
        new ProducerOptions(options.id(), options.kind(), parameters, options.paused(), options.appData());
    Producer producer =
        new Producer(named, ProducerPlan.of(named, router.rtpCapabilities(), ssrcs), router, transport, output);
    listener.add(producer);
    producers.put(producer.id(), producer);
    router.add(producer);
    uplink.onProducer(producer);
    return producer;
  }

  /** All producers of a transport share one CNAME, or receivers could not keep lips in sync. */
  private String cnameOfProducers() {
    return producers.values().stream().map(p -> p.rtpParameters().rtcp().cname()).findFirst().orElse(cname);
  }

  public Consumer consume(ConsumerOptions options, long nowNs) {
    Producer producer = router.producer(options.producerId());
    ConsumerPlan plan = ConsumerPlan.of(options, producer, Integer.toString(nextMid), ssrcs, environment.random());
    nextMid++;
    Consumer consumer = new Consumer(options, plan, producer, router, transport, this);
    consumers.put(consumer.id(), consumer);
    consumersBySsrc.put(consumer.ssrc(), consumer);
    router.add(consumer);
    downlink.onConsumer(consumer, nowNs);
    extensions.number(downlink.numbersPackets());
    transport.onDeadlineChanged();
    return consumer;
  }

  public void remove(Producer producer) {
    producers.remove(producer.id());
    listener.remove(producer);
  }

  public void remove(Consumer consumer) {
    consumers.remove(consumer.id());
    consumersBySsrc.remove(consumer.ssrc());
  }

  /** Packets can be sent from now on. */
  public void onConnected(long nowNs) {
    connected = true;
    output.now(nowNs);
    reports.start(nowNs);
    wakeBy(reports.nextDeadlineNs());
    for (Consumer consumer : consumers.values()) {
      consumer.onTransportConnected(nowNs);
    }
  }

  /** Nothing can be sent for now. */
  public void onDisconnected() {
    connected = false;
    reports.stop();
  }

  /** One authenticated RTP packet. The bytes are the caller's again when the call returns; they may be changed. */
  public void onRtp(byte[] bytes, int offset, int length, long nowNs) {
    output.now(nowNs);
    Malformed wrong = packet.parse(bytes, offset, length);
    if (wrong != null) {
      counters.count(RtpDrop.MALFORMED);
      return;
    }
    counters.onRtpReceived(length);
    uplink.onPacket(packet, listener.ids(), nowNs);
    wakeBy(uplink.nextDeadlineNs());
    RtpListener.Route route = listener.find(packet);
    if (route == null) {
      counters.count(listener.drop());
      return;
    }
    ProducerStream stream = route.stream;
    if (route.rtx) {
      onRtx(stream, nowNs);
    } else if (packet.payloadType() == stream.plan().payloadType()) {
      stream.onRtp(packet, nowNs);
    } else {
      counters.count(RtpDrop.WRONG_PAYLOAD_TYPE);
      return;
    }
    wakeBy(stream.nextDeadlineNs());
  }

  private void onRtx(ProducerStream stream, long nowNs) {
    if (!stream.started()) {
      counters.count(RtpDrop.RTX_WITHOUT_MEDIA);
      return;
    }
    switch (Rtx.restore(packet, stream.ssrc(), stream.plan().payloadType())) {
      case ORIGINAL -> stream.onRtx(packet, nowNs);
      case PADDING_PROBE -> stream.onRtxPadding();
      case TOO_SHORT -> counters.count(RtpDrop.RTX_TOO_SHORT);
    }
  }

  /** One authenticated RTCP packet, compound or not. */
  public void onRtcp(byte[] bytes, int offset, int length, long nowNs) {
    output.now(nowNs);
    input.now(nowNs);
    Malformed wrong = reader.read(bytes, offset, length, input);
    if (wrong != null) {
      counters.onRtcpMalformed();
    }
    counters.onRtcpReceived(length);
    downlink.onRtcpEnd(nowNs);
    wakeBy(deadlineOfParts());
  }

  @Override
  public boolean isConnected() {
    return connected && link.isConnected();
  }

  @Override
  public void send(Consumer consumer, RoutedPacket source, byte[] out, int length, int headerLength, long nowNs) {
    int number = extensions.fill(consumer, source, out, nowNs);
    counters.onRtpSent(length);
    link.sendRtp(out, 0, headerLength, length, nowNs);
    downlink.onPacketSent(number, length, 0, nowNs);
    if (downlink.nextDeadlineNs() < nextWakeNs) {
      transport.onDeadlineChanged();
    }
  }

  @Override
  public void onDemandChanged(long nowNs) {
    downlink.onDemandChanged(nowNs);
    transport.onDeadlineChanged();
  }

  private final class DownlinkEffects implements Downlink.Sink {
    @Override
    public void sendProbation(int probeId, int packets, int packetBytes, HeaderExtensionIds ids, long nowNs) {
      for (int i = 0; i < packets && isConnected(); i++) {
        int length = probation.write(environment.out, packetBytes, ids, extensions, nowNs);
        counters.onProbationSent(length);
        link.sendRtp(environment.out, 0, probation.headerLength(), length, nowNs);
        if (probation.number() >= 0) {
          downlink.onPacketSent(probation.number(), length, probeId, nowNs);
        }
      }
    }

    @Override
    public void onEstimate(long desiredBps, long effectiveDesiredBps, long availableBps) {
      router.events().onDownlinkEstimate(transport.id(), desiredBps, effectiveDesiredBps, availableBps);
    }
  }

  @Override
  public byte[] outBuffer() {
    return environment.out;
  }

  /** A part wants to be woken by then. */
  private void wakeBy(long deadlineNs) {
    if (deadlineNs < nextWakeNs) {
      nextWakeNs = deadlineNs;
    }
  }

  /** A producer's streams were asked for something from outside a packet of theirs. */
  public void onDeadlineChanged() {
    wakeBy(deadlineOfParts());
  }

  public long nextDeadlineNs() {
    return nextWakeNs;
  }

  public void onTimeout(long nowNs) {
    output.now(nowNs);
    if (reports.nextDeadlineNs() <= nowNs) {
      reports.onTimeout(producers.values(), consumers.values(), nowNs);
    }
    if (uplink.nextDeadlineNs() <= nowNs) {
      uplink.onTimeout(nowNs);
    }
    if (downlink.nextDeadlineNs() <= nowNs) {
      downlink.onTimeout(nowNs);
    }
    for (Producer producer : producers.values()) {
      for (ProducerStream stream : producer.streams()) {
        if (stream.nextDeadlineNs() <= nowNs) {
          stream.onTimeout(nowNs);
        }
      }
    }
    nextWakeNs = deadlineOfParts();
  }

  private long deadlineOfParts() {
    long deadlineNs =
        Math.min(reports.nextDeadlineNs(), Math.min(uplink.nextDeadlineNs(), downlink.nextDeadlineNs()));
    for (Producer producer : producers.values()) {
      for (ProducerStream stream : producer.streams()) {
        deadlineNs = Math.min(deadlineNs, stream.nextDeadlineNs());
      }
    }
    return deadlineNs;
  }

  /** Producers first, then consumers, each in the order in which they were made. */
  public void close(long nowNs) {
    for (Producer producer : new ArrayList<>(producers.values())) {
      producer.close(nowNs);
    }
    for (Consumer consumer : new ArrayList<>(consumers.values())) {
      consumer.onTransportClosed(nowNs);
    }
    onDisconnected();
    nextWakeNs = Long.MAX_VALUE;
  }

  /** What the session adds to its transport's stats. */
  public void addStats(Map<String, Object> stats, long nowNs) {
    counters.addStats(stats);
    List<Long> rates = new ArrayList<>();
    producers.values().forEach(p -> p.streams().forEach(s -> rates.add(s.bitsPerSecond(nowNs))));
    stats.put("rtpRecvBitrate", rates.stream().mapToLong(Long::longValue).sum());
    if (downlink.kind() != Downlink.Kind.NONE) {
      stats.put("availableOutgoingBitrate", downlink.availableBps());
    }
  }

  public void dump(Dump out) {
    out.value("connected", connected)
        .list("producers", producers.values(), Producer::dump)
        .list("consumers", consumers.values(), Consumer::dump)
        .part("downlink", downlink::dump)
        .part("counters", counters::dump);
  }
}
