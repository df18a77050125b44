package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataLink;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataPolicer;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.Router;
import io.plenum.media.router.SctpLinkState;
import io.plenum.media.router.Subchannels;
import io.plenum.media.router.Transport;
import io.plenum.protocol.sctp.SctpAssociation;
import io.plenum.protocol.sctp.SctpCounters;
import io.plenum.protocol.sctp.SctpDrop;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.sctp.SctpState;
import io.plenum.protocol.sctp.SendOptions;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelDrop;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import io.plenum.protocol.sctp.dcep.DataChannelState;
import io.plenum.protocol.sctp.dcep.DataChannels;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The data half of a transport, beside its {@link RtpSession}: an SCTP association, and the data producers and
 * consumers that are its channels. A channel that the peer opens in band stays open and unheard until a data producer
 * is made of it.
 */
public final class SctpLink implements DataChannels.Sink, DataProducer.Owner, DataConsumer.Owner {
  /** What carries the packets: DTLS, or a pipe. */
  public interface Lower {
    /** One packet for the peer. The bytes belong to the callee during the call only. */
    void sendSctp(byte[] bytes, int offset, int length);
  }

  /** mediasoup's default; at 0 the room would hear of every message that has gone. */
  static final int DEFAULT_LOW_THRESHOLD_BYTES = 1_024;

  private final Transport transport;
  private final Router router;
  private final Lower lower;
  private final DataChannels channels;
  private final Departure departure;
  private final DataPolicer policer;
  private final StreamIdRotation streamIds = new StreamIdRotation();
  private final Map<Integer, DataProducer> producers = new LinkedHashMap<>();
  private final Map<Integer, DataConsumer> consumers = new LinkedHashMap<>();
  /** Of the producers, those that hold messages back. */
  private final Set<DataProducer> holding = new LinkedHashSet<>();
  /** Of the consumers, those for whom messages are held back. */
  private final Set<DataConsumer> waiting = new LinkedHashSet<>();
  private SctpLinkState state = SctpLinkState.NEW;
  private long unheardMessages;
  private long nowNs;
  private boolean closing;

  public SctpLink(Transport transport, Router router, SctpOptions options, Lower lower) {
    this.transport = transport;
    this.router = router;
    this.lower = lower;
    this.channels = new DataChannels(
        sink -> new SctpAssociation(options, router.environment().random(), sink), this);
    this.departure = new Departure(transport, router, channels.association());
    this.policer = new DataPolicer(router.environment().dataLimits(), router.environment().drops());
    router.environment().sctp().add(channels);
  }

  public SctpLinkState state() {
    return state;
  }

  public SctpCounters counters() {
    return channels.association().counters();
  }

  /** Messages on channels that no data producer listens to. */
  public long unheardMessages() {
    return unheardMessages;
  }

  /** What is below is ready. @param dtlsClient we are the client there */
  public void onLowerConnected(boolean dtlsClient) {
    channels.setDtlsClient(dtlsClient);
  }

  /** What is below is gone for good. */
  public void onLowerClosed(long nowNs) {
    this.nowNs = nowNs;
    channels.association().abort("nothing carries SCTP any more", nowNs);
  }

  /** Opens the association from our side; otherwise it waits for the peer. */
  public void connect(long nowNs) {
    this.nowNs = nowNs;
    channels.association().connect(nowNs);
  }

  /** One packet. The bytes are the caller's again when the call returns. */
  public void onPacket(byte[] bytes, int offset, int length, long nowNs) {
    this.nowNs = nowNs;
    departure.begin();
    try {
      channels.association().onPacket(bytes, offset, length, nowNs);
      tellWaiting(nowNs);
    } finally {
      departure.end(nowNs);
    }
  }

  public long nextDeadlineNs() {
    long next = channels.association().nextDeadlineNs();
    if (!holding.isEmpty()) {
      for (DataProducer producer : holding) {
        next = Math.min(next, producer.nextDeadlineNs());
      }
    }
    return next;
  }

  public void onTimeout(long nowNs) {
    this.nowNs = nowNs;
    departure.begin();
    try {
      channels.association().onTimeout(nowNs);
      wakeHolding(nowNs);
      tellWaiting(nowNs);
    } finally {
      departure.end(nowNs);
    }
  }

  /** The first may take all the credit that there is, so the next time another one is first. */
  private void wakeHolding(long nowNs) {
    if (holding.isEmpty()) {
      return;
    }
    List<DataProducer> all = List.copyOf(holding);
    holding.remove(all.get(0));
    holding.add(all.get(0));
    all.forEach(producer -> producer.onTimeout(nowNs));
  }

  /** Something may have gone: whoever still finds no room waits again. */
  private void tellWaiting(long nowNs) {
    if (!waiting.isEmpty()) {
      List<DataConsumer> all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(consumer -> consumer.onRoom(nowNs));
    }
  }

  @Override
  public boolean makesWait() {
    return true;
  }

  @Override
  public DataPolicer policer() {
    return policer;
  }

  @Override
  public void onHeld(DataProducer producer, int bytes) {
    holding.add(producer);
    channels.association().hold(bytes);
  }

  @Override
  public void onHandedOn(DataProducer producer, int bytes, boolean held, long nowNs) {
    if (held) {
      if (!producer.isHolding()) {
        holding.remove(producer);
      }
      channels.association().release(bytes, nowNs);
      transport.onDeadlineChanged();
    }
  }

  /**
   * Makes a data producer of the channel with the stream that the parameters name.
   *
   * @throws PlenumException {@code already-exists} if the id or the stream is taken, {@code invalid-parameters} if
   *     there is no such stream
   */
  public DataProducer produceData(DataProducerOptions options, long nowNs) {
    this.nowNs = nowNs;
    router.requireFreeDataProducerId(options.id());
    SctpStreamParameters stream = options.sctpStreamParameters();
    if (stream == null || stream.streamId() == null || stream.streamId() >= channels.association().outgoingStreams()) {
      throw new PlenumException("invalid-parameters", "a data producer over SCTP needs a stream id that is a stream");
    }
    int streamId = stream.streamId();
    if (producers.containsKey(streamId) || consumers.containsKey(streamId)) {
      throw new PlenumException("already-exists", "the transport uses the SCTP stream " + streamId + " already");
    }
    if (channels.channel(streamId) == null) {
      openNegotiated(streamId, channelParameters(stream, options.label(), options.protocol()));
    }
    DataProducer producer = new DataProducer(options, router, this);
    router.add(producer);
    producers.put(streamId, producer);
    return producer;
  }

  /**
   * Makes a data consumer on a free stream; its endpoint learns the number from its parameters.
   *
   * @throws PlenumException {@code data-producer-not-found}, {@code already-exists}, {@code invalid-parameters},
   *     {@code too-many} if all streams are taken
   */
  public DataConsumer consumeData(DataConsumerOptions options, long nowNs) {
    this.nowNs = nowNs;
    router.requireFreeDataConsumerId(options.id());
    DataProducer producer = router.dataProducer(options.dataProducerId());
    SctpStreamParameters stream = streamParameters(options, producer, freeStream());
    DataChannel channel =
        openNegotiated(stream.streamId(), channelParameters(stream, producer.label(), producer.protocol()));
    channels.setBufferedAmountLowThreshold(channel, DEFAULT_LOW_THRESHOLD_BYTES);
    ChannelLink link = new ChannelLink(channel);
    DataConsumer consumer =
        new DataConsumer(options, producer, stream, router, transport, this, link);
    link.consumer = consumer;
    router.add(consumer);
    consumers.put(stream.streamId(), consumer);
    return consumer;
  }

  private int freeStream() {
    int streamId =
        streamIds.take(id -> channels.channel(id) != null, channels.association().outgoingStreams());
    if (streamId < 0) {
      throw new PlenumException("too-many", "all SCTP streams of the transport are taken");
    }
    return streamId;
  }

  private DataChannel openNegotiated(int streamId, DataChannelParameters parameters) {
    DataChannel channel = channels.openNegotiated(streamId, parameters);
    if (channel == null) {
      throw new PlenumException("already-exists", "the transport uses the SCTP stream " + streamId + " already");
    }
    return channel;
  }

  /**
   * The consumer's wishes, and for what it leaves open the producer's promises; a producer without SCTP promises all.
   */
  private static SctpStreamParameters streamParameters(
      DataConsumerOptions options, DataProducer producer, int streamId) {
    SctpStreamParameters promised = producer.sctpStreamParameters();
    boolean own = options.ordered() != null || options.maxPacketLifeTime() != null || options.maxRetransmits() != null;
    if (own || promised == null) {
      boolean limited = options.maxPacketLifeTime() != null || options.maxRetransmits() != null;
      boolean ordered = options.ordered() == null ? !limited : options.ordered();
      if (options.maxPacketLifeTime() != null && options.maxRetransmits() != null) {
        throw new PlenumException("invalid-parameters", "maxPacketLifeTime and maxRetransmits exclude each other");
      }
      return new SctpStreamParameters(
          streamId, ordered, options.maxPacketLifeTime(), options.maxRetransmits());
    }
    return new SctpStreamParameters(
        streamId, promised.ordered(), promised.maxPacketLifeTime(), promised.maxRetransmits());
  }

  private static DataChannelParameters channelParameters(SctpStreamParameters stream, String label, String protocol) {
    return new DataChannelParameters(label, protocol, stream.ordered(),
        stream.maxPacketLifeTime() == null ? SendOptions.UNLIMITED : stream.maxPacketLifeTime(),
        stream.maxRetransmits() == null ? SendOptions.UNLIMITED : stream.maxRetransmits(),
        DataChannelParameters.NORMAL_PRIORITY);
  }

  /** How a data consumer sends on its channel. */
  private final class ChannelLink implements DataLink {
    private final DataChannel channel;
    private final boolean reliable;
    private DataConsumer consumer;

    ChannelLink(DataChannel channel) {
      this.channel = channel;
      this.reliable = channel.parameters().lifetimeMs() == SendOptions.UNLIMITED
          && channel.parameters().maxRetransmits() == SendOptions.UNLIMITED;
    }

    @Override
    public boolean mustWait(int bytes) {
      boolean full = reliable && !channels.association().hasRoom(channel.streamId(), bytes);
      if (full) {
        waiting.add(consumer);
      }
      return full;
    }

    @Override
    public SendResult send(DataMessage message, long nowNs) {
      SctpLink.this.nowNs = nowNs;
      departure.onSending();
      SendResult result = channels.send(channel, message.text(), message.content(), nowNs);
      transport.onDeadlineChanged();
      return result;
    }

    @Override
    public long bufferedAmount() {
      return channels.bufferedAmount(channel);
    }

    @Override
    public void setBufferedAmountLowThreshold(long bytes) {
      channels.setBufferedAmountLowThreshold(channel, bytes);
    }

    @Override
    public void close(long nowNs) {
      closeChannel(channel, nowNs);
    }
  }

  private void closeChannel(DataChannel channel, long nowNs) {
    this.nowNs = nowNs;
    // All channels end with the association when the transport closes.
    if (!closing && channel != null) {
      channels.close(channel, nowNs);
      transport.onDeadlineChanged();
    }
  }

  @Override
  public void remove(DataProducer producer, long nowNs) {
    int streamId = producer.sctpStreamParameters().streamId();
    producers.remove(streamId);
    holding.remove(producer);
    closeChannel(channels.channel(streamId), nowNs);
  }

  @Override
  public void remove(DataConsumer consumer, long nowNs) {
    consumers.remove(consumer.sctpStreamParameters().streamId());
    if (waiting.remove(consumer)) {
      consumer.onRoom(nowNs);
    }
  }

  @Override
  public void sendPacket(byte[] bytes, int offset, int length) {
    lower.sendSctp(bytes, offset, length);
  }

  @Override
  public void onSctpStateChanged(SctpState before, SctpState now, String reason) {
    SctpLinkState next = switch (now) {
      case CLOSED, COOKIE_WAIT, COOKIE_ECHOED -> SctpLinkState.CONNECTING;
      case ENDED -> closing ? SctpLinkState.CLOSED : SctpLinkState.FAILED;
      default -> SctpLinkState.CONNECTED;
    };
    if (next != state) {
      state = next;
      router.events().onSctpStateChanged(transport.id(), next, reason);
    }
  }

  /** A channel that ends takes with it who used it; both ends of a channel are its peer's to close. */
  @Override
  public void onChannelState(DataChannel channel, DataChannelState channelState) {
    if (channelState != DataChannelState.CLOSED) {
      return;
    }
    DataConsumer consumer = consumers.get(channel.streamId());
    if (consumer != null) {
      consumer.onLinkClosed(nowNs);
    }
    DataProducer producer = producers.get(channel.streamId());
    if (producer != null) {
      producer.close(nowNs);
      router.events().onDataProducerClosed(producer.id());
    }
  }

  @Override
  public void onMessage(DataChannel channel, boolean text, byte[] content) {
    DataProducer producer = producers.get(channel.streamId());
    if (producer == null) {
      unheardMessages++;
    } else {
      producer.onMessage(new DataMessage(text, content), Subchannels.EVERYBODY, nowNs);
    }
  }

  @Override
  public void onBufferedAmountLow(DataChannel channel) {
    DataConsumer consumer = consumers.get(channel.streamId());
    if (consumer != null) {
      router.events().onDataConsumerBufferedAmountLow(consumer.id(), consumer.bufferedAmount());
    }
  }

  /** Closes its data producers, its data consumers, and then the association; the peer is told. */
  public void close(long nowNs) {
    this.nowNs = nowNs;
    closing = true;
    List.copyOf(producers.values()).forEach(producer -> producer.close(nowNs));
    List.copyOf(consumers.values()).forEach(consumer -> consumer.close(nowNs));
    channels.association().abort("the transport is closed", nowNs);
    router.environment().sctp().remove(channels);
  }

  public void dump(Dump out) {
    out.value("state", state.label()).value("unheardMessages", unheardMessages)
        .value("deadlineNs", nextDeadlineNs())
        .value("totalBufferedAmount", channels.association().totalBufferedAmount())
        .value("transfer", channels.association().transfer())
        .part("drops", this::dumpDrops).part("policed", policer::dump)
        .list("channels", channels.channels(), (channel, part) -> part.value("streamId", channel.streamId())
            .value("label", channel.parameters().label()).value("state", channel.state().label())
            .value("bufferedAmount", channels.bufferedAmount(channel)));
  }

  private void dumpDrops(Dump part) {
    for (SctpDrop reason : SctpDrop.values()) {
      if (counters().drops(reason) > 0) {
        part.value(reason.label(), counters().drops(reason));
      }
    }
    for (DataChannelDrop reason : DataChannelDrop.values()) {
      if (channels.drops(reason) > 0) {
        part.value(reason.label(), channels.drops(reason));
      }
    }
  }
}
