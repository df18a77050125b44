package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.TearDown;
import io.plenum.media.parameters.Cname;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.parameters.SsrcSource;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerLink;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.ConsumerPlan;
import io.plenum.media.router.OutgoingStream;
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.PipeStream;
import io.plenum.media.router.HeaderExtensionIds;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.ProducerPlan;
import io.plenum.media.router.ProducerStream;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.Transport;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.media.stream.SentForm;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.RtpPadding;
import io.plenum.protocol.rtp.Rtx;
import io.plenum.protocol.rtp.SsrcTable;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

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
  private final Map<String, PipeConsumer> pipeConsumers = new LinkedHashMap<>();
  private final SsrcTable<OutgoingStream> outgoing = new SsrcTable<>();
  private final MediaPolicer policer;
  private final RtpListener listener;
  private final RtcpOutput output;
  private final RtcpReports reports;
  private final Uplink uplink;
  private final Downlink downlink;
  private final Probation probation;
  private final RtcpInput input;
  private final RtcpReader reader = new RtcpReader();
  private final SendExtensions extensions = new SendExtensions();
  private final RtpPacket packet = new RtpPacket();
  private final CRC32C checksum = new CRC32C();
  private final SsrcSource ssrcs;
  private final TransportCounters counters;
  private final String cname;
  /** What we call ourselves in RTCP where we only receive. */
  private final long ownSsrc;
  private int nextMid;
  private long nextWakeNs = Long.MAX_VALUE;
  private boolean connected;

  /** With an RTCP sender SSRC of its own choice, and with somebody whom we trust. */
  public RtpSession(Transport transport, Router router, RtpLink link) {
    this(transport, router, link, MediaPolicer.trusting());
  }

  /** @param policer asked about sound and RTCP; of other RTP its link has asked it already */
  public RtpSession(Transport transport, Router router, RtpLink link, MediaPolicer policer) {
    this(transport, router, link, (int) new SsrcSource(router.environment().random()).next(1), policer);
  }

  /** @param rtcpSsrc the sender of our RTCP where it is about nothing that we send */
  public RtpSession(Transport transport, Router router, RtpLink link, int rtcpSsrc) {
    this(transport, router, link, rtcpSsrc, MediaPolicer.trusting());
  }

  private RtpSession(Transport transport, Router router, RtpLink link, int rtcpSsrc, MediaPolicer policer) {
    this.transport = transport;
    this.router = router;
    this.link = link;
    this.environment = router.environment();
    this.counters = new TransportCounters(environment.drops());
    this.policer = policer;
    this.listener = new RtpListener(policer);
    this.input = new RtcpInput(this, policer);
    this.ssrcs = new SsrcSource(environment.random(), this::isTaken);
    this.cname = Cname.random(environment.random());
    this.ownSsrc = Integer.toUnsignedLong(rtcpSsrc);
    this.output = new RtcpOutput(link, environment, rtcpSsrc);
    this.reports = new RtcpReports(output, environment.report, environment.random(), cname);
    this.uplink = new Uplink(output, producers.values());
    this.downlink = new Downlink(consumers.values(), new DownlinkEffects());
    this.probation = new Probation(environment.random());
  }

  private boolean isTaken(long ssrc) {
    return ssrc == ownSsrc || listener.known((int) ssrc) != null || outgoing.get((int) ssrc) != null
        || consumers.values().stream().anyMatch(consumer -> has(consumer, (int) ssrc));
  }

  private static boolean has(Consumer consumer, int ssrc) {
    return consumer.ssrc() == ssrc || consumer.rtxSsrc().isPresent() && consumer.rtxSsrc().getAsInt() == ssrc;
  }

  RtpListener listener() {
    return listener;
  }

  /** The SSRC is some producer's. */
  boolean isReceived(int ssrc) {
    return listener.known(ssrc) != null;
  }

  RtcpReports reports() {
    return reports;
  }

  Downlink downlink() {
    return downlink;
  }

  /** What we send under this media SSRC, or null. */
  OutgoingStream outgoing(int ssrc) {
    return outgoing.get(ssrc);
  }

  /** Null if there is none of that id. */
  Producer producer(String producerId) {
    return producers.get(producerId);
  }

  Collection<Producer> producers() {
    return producers.values();
  }

  Collection<Consumer> consumers() {
    return consumers.values();
  }

  /** Pipe consumers by id; only a pipe's session has any. */
  public Map<String, PipeConsumer> pipeConsumers() {
    return pipeConsumers;
  }

  /**
   * Sends a producer of the router to the router at the other end.
   *
   * @throws PlenumException {@code producer-not-found}
   */
  public PipeConsumer consumePiped(
      String id, String producerId, boolean enableRtx, PipeConsumer.PipeConsumerListener piped) {
    PipeConsumer consumer = new PipeConsumer(id, router.producer(producerId), router, transport, this, enableRtx,
        environment.pipedSsrcSource(), environment.random(), piped);
    pipeConsumers.put(id, consumer);
    for (PipeStream stream : consumer.streams()) {
      outgoing.put(stream.ssrc(), stream);
      environment.onPipedSsrc(stream.ssrc());
      stream.rtxSsrc().ifPresent(environment::onPipedSsrc);
    }
    return consumer;
  }

  public void remove(PipeConsumer consumer) {
    pipeConsumers.remove(consumer.id());
    for (PipeStream stream : consumer.streams()) {
      outgoing.remove(stream.ssrc());
      environment.onPipedSsrcGone(stream.ssrc());
      stream.rtxSsrc().ifPresent(environment::onPipedSsrcGone);
    }
  }

  public TransportCounters counters() {
    return counters;
  }

  public Producer produce(ProducerOptions options, long nowNs) {
    router.requireFreeProducerId(options.id());
    RtpParameters parameters = options.rtpParameters();
    if (parameters.rtcp().cname() == null || parameters.rtcp().cname().isEmpty()) {
      parameters = parameters.withCname(cnameOfProducers());
    }
    ProducerOptions named =
        new ProducerOptions(options.id(), options.kind(), parameters, options.paused(), options.appData());
    Producer producer =
        new Producer(named, ProducerPlan.of(named, router.rtpCapabilities(), ssrcs), router, transport, output,
            policer.history());
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
    router.requireFreeConsumerId(options.id());
    Producer producer = router.producer(options.producerId());
    ConsumerPlan plan = ConsumerPlan.of(options, producer, Integer.toString(nextMid), ssrcs, environment.random());
    nextMid++;
    Consumer consumer = new Consumer(options, plan, producer, router, transport, this);
    consumers.put(consumer.id(), consumer);
    outgoing.put(consumer.ssrc(), consumer);
    router.add(consumer);
    downlink.onConsumer(consumer, nowNs);
    extensions.number(downlink.numbersPackets());
    consumer.requestKeyFrame(nowNs);
    transport.onDeadlineChanged();
    return consumer;
  }

  public void remove(Producer producer) {
    producers.remove(producer.id());
    listener.remove(producer);
  }

  public void remove(Consumer consumer) {
    consumers.remove(consumer.id());
    outgoing.remove(consumer.ssrc());
  }

  /** Packets can be sent from now on. */
  public void onConnected(long nowNs) {
    connected = true;
    output.now(nowNs);
    reports.start(nowNs);
    wakeBy(reports.nextDeadlineNs());
    // A copy: whoever is asked for a key frame now may fail, and take its producers and our consumers of them with it.
    for (Consumer consumer : List.copyOf(consumers.values())) {
      consumer.onTransportConnected(nowNs);
    }
    for (PipeConsumer consumer : pipeConsumers.values()) {
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
    counters.onRtpReceived(length, nowNs);
    uplink.onPacket(packet, listener.ids(), nowNs);
    wakeBy(uplink.nextDeadlineNs());
    RtpListener.Route route = listener.find(packet);
    if (route == null) {
      counters.count(listener.drop());
      return;
    }
    if (route.audio != null && !route.audio.take(length, nowNs)) {
      counters.count(RtpDrop.AUDIO_OVER_RATE);
      return;
    }
    ProducerStream stream = route.stream;
    if (packet.payloadType() != (route.rtx ? stream.plan().rtxPayloadType() : stream.plan().payloadType())) {
      counters.count(RtpDrop.WRONG_PAYLOAD_TYPE);
      return;
    }
    if (route.rtx) {
      counters.onRtxReceived(length, nowNs);
      onRtx(stream, nowNs);
    } else {
      stream.onRtp(packet, nowNs);
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
    counters.onRtcpReceived(length);
    if (!input.begin(nowNs)) {
      counters.count(RtpDrop.RTCP_OVER_RATE);
      return;
    }
    output.now(nowNs);
    Malformed wrong = reader.read(bytes, offset, length, input);
    if (wrong != null) {
      counters.onRtcpMalformed();
    }
    downlink.onRtcpEnd(nowNs);
    wakeBy(deadlineOfParts());
  }

  @Override
  public boolean isConnected() {
    return connected && link.isConnected();
  }

  @Override
  public long send(Consumer consumer, RoutedPacket source, byte[] out, int length, int headerLength, long nowNs) {
    int number = extensions.fill(consumer, source, out, nowNs);
    boolean rtx = Bytes.i32(out, 8) != consumer.ssrc();
    int total = !rtx && consumer.kind() == MediaKind.VIDEO && link.sendsTogether()
        ? RtpPadding.equalise(out, 0, length) : length;
    long form = consumer.repairsAsSent() ? SentForm.of(number, out, 0, total, checksum) : SentForm.NONE;
    counters.onRtpSent(total, rtx, nowNs);
    link.sendRtp(out, 0, headerLength, total, nowNs);
    downlink.onPacketSent(number, total, 0, nowNs);
    if (downlink.nextDeadlineNs() < nextWakeNs) {
      transport.onDeadlineChanged();
    }
    return form;
  }

  @Override
  public boolean sendAgain(
      Consumer consumer, RoutedPacket source, byte[] out, int length, long form, long sentNs, long nowNs) {
    int number = SentForm.transportSequenceNumber(form);
    extensions.fillAgain(consumer, source, out, number, sentNs);
    int total = SentForm.length(form) > length ? RtpPadding.equalise(out, 0, length) : length;
    if (!sendIfSame(out, source.payloadOffset, total, form, nowNs)) {
      return false;
    }
    downlink.onPacketSentAgain(number, total, nowNs);
    return true;
  }

  /** The last gate before SRTP: under a number that has been used, nothing leaves but the packet that had it. */
  private boolean sendIfSame(byte[] out, int headerLength, int total, long form, long nowNs) {
    if (SentForm.of(SentForm.transportSequenceNumber(form), out, 0, total, checksum) != form) {
      counters.count(RtpDrop.REPAIR_DIFFERS);
      return false;
    }
    counters.onRtpSent(total, false, nowNs);
    link.sendRtp(out, 0, headerLength, total, nowNs);
    return true;
  }

  @Override
  public void onDemandChanged(long nowNs) {
    downlink.onDemandChanged(nowNs);
    transport.onDeadlineChanged();
  }

  @Override
  public void onSupplyChanged(long nowNs) {
    downlink.onSupplyChanged(nowNs);
    transport.onDeadlineChanged();
  }

  private final class DownlinkEffects implements Downlink.Sink {
    @Override
    public void sendProbation(int probeId, int packets, int packetBytes, HeaderExtensionIds ids, long nowNs) {
      for (int i = 0; i < packets && isConnected(); i++) {
        int length = probation.write(environment.out, packetBytes, ids, extensions, nowNs);
        counters.onProbationSent(length, nowNs);
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
  public long sendPiped(RoutedPacket source, byte[] out, int length, boolean repairsAsSent, long nowNs) {
    int headerLength = PipeHeader.insertDependencyDescriptor(source, out, length, environment.restored);
    int total = length + headerLength - source.payloadOffset;
    long form = repairsAsSent ? SentForm.of(-1, out, 0, total, checksum) : SentForm.NONE;
    counters.onRtpSent(total, false, nowNs);
    link.sendRtp(out, 0, headerLength, total, nowNs);
    return form;
  }

  @Override
  public boolean sendPipedAgain(RoutedPacket source, byte[] out, int length, long form, long nowNs) {
    int headerLength = PipeHeader.insertDependencyDescriptor(source, out, length, environment.restored);
    return sendIfSame(out, headerLength, length + headerLength - source.payloadOffset, form, nowNs);
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
      reports.onTimeout(producers.values(), outgoing, environment.ntpTime(nowNs), nowNs);
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
    TearDown.all(
        () -> TearDown.each(List.copyOf(producers.values()), producer -> producer.close(nowNs)),
        () -> TearDown.each(List.copyOf(consumers.values()), consumer -> consumer.onTransportClosed(nowNs)),
        () -> TearDown.each(List.copyOf(pipeConsumers.values()), consumer -> consumer.close(nowNs)),
        this::onDisconnected,
        () -> nextWakeNs = Long.MAX_VALUE);
  }

  /** What the session adds to its transport's stats. */
  public void addStats(Map<String, Object> stats, long nowNs) {
    counters.addStats(stats, nowNs);
    uplink.addStats(stats);
    downlink.addStats(stats);
  }

  public void dump(Dump out) {
    out.value("connected", connected)
        .list("producers", producers.values(), Producer::dump)
        .list("consumers", consumers.values(), Consumer::dump)
        .list("pipeConsumers", pipeConsumers.values(), PipeConsumer::dump)
        .part("downlink", downlink::dump)
        .part("counters", counters::dump);
  }
}
