package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.PipeDataConsumer;
import io.plenum.media.router.Router;
import io.plenum.media.router.SctpLinkState;
import io.plenum.media.router.Subchannels;
import io.plenum.protocol.sctp.SctpAssociation;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.sctp.SctpState;
import io.plenum.protocol.sctp.SendOptions;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import io.plenum.protocol.sctp.dcep.DataChannelState;
import io.plenum.protocol.sctp.dcep.DataChannels;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The SCTP association of a pipe's end with the router at the other. Each data producer that crosses has a stream. The
 * consuming end chooses its number, one end even ones and the other odd ones, so that both may do so at once. An association
 * that has ended is thrown away with all that was on it.
 */
final class PipeAssociation implements DataChannels.Sink, DataProducer.Owner {
  /**
   * A packet goes out at least so often, if need be an empty one: that a pipe is heard is a sign of its other end's life, also
   * when nobody says anything. As often as RTCP does it for media.
   */
  static final long KEEP_ALIVE_NS = 1_000_000_000L;
  /** Nothing came for so long: the path was cut. */
  private static final long SILENCE_NS = 3 * KEEP_ALIVE_NS;
  private static final byte[] NOTHING = {};

  private final PipeTransport transport;
  private final Router router;
  private final SctpLink.Lower lower;
  private final DataChannels channels;
  private final Departure departure;
  private final PipedMessage message = new PipedMessage();
  private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>();
  private final Map<Integer, Incoming> incoming = new LinkedHashMap<>();
  /** Of the producers, those that hold messages back. */
  private final Set<DataProducer> holding = new LinkedHashSet<>();
  /** Of the consumers, those for whom messages are held back. */
  private final Set<Outgoing> waiting = new LinkedHashSet<>();
  private final long[] malformed = new long[Malformed.values().length];
  private int nextStream;
  private SctpLinkState state = SctpLinkState.NEW;
  private long unheardMessages;
  private long nowNs;
  private long heardNs;
  private long keepAliveNs = Long.MAX_VALUE;
  private boolean closing;

  /** A data producer of the other end, and what we have told it of how far its messages have been handed on. */
  private static final class Incoming {
    final DataProducer producer;
    final Runnable onGone;
    final DataChannel channel;
    final boolean reliable;
    /** Of messages that have not been handed on. */
    final ArrayDeque<Integer> positions = new ArrayDeque<>();
    int told;

    Incoming(DataProducer producer, Runnable onGone, DataChannel channel) {
      this.producer = producer;
      this.onGone = onGone;
      this.channel = channel;
      this.reliable = isReliable(channel);
    }
  }

  private static boolean isReliable(DataChannel channel) {
    return channel.parameters().lifetimeMs() == SendOptions.UNLIMITED
        && channel.parameters().maxRetransmits() == SendOptions.UNLIMITED;
  }

  /** @param evenStreams whether the numbers of our streams are even; the other end's are not */
  PipeAssociation(PipeTransport transport, Router router, SctpOptions options, boolean evenStreams, SctpLink.Lower lower) {
    this.transport = transport;
    this.router = router;
    this.lower = lower;
    this.nextStream = evenStreams ? 0 : 1;
    this.channels = new DataChannels(
        sink -> new SctpAssociation(options, router.environment().random(), sink), this);
    this.departure = new Departure(transport, router, channels.association());
    channels.setDtlsClient(evenStreams);
    router.environment().sctp().add(channels);
  }

  SctpLinkState state() {
    return state;
  }

  /** Nothing comes of it any more. */
  boolean ended() {
    return state == SctpLinkState.FAILED || state == SctpLinkState.CLOSED;
  }

  SctpAssociation association() {
    return channels.association();
  }

  void connect(long nowNs) {
    this.nowNs = nowNs;
    channels.association().connect(nowNs);
  }

  /** @param length 0: the other end only says that it is there */
  void onPacket(byte[] bytes, int offset, int length, long nowNs) {
    this.nowNs = nowNs;
    if (nowNs - heardNs > SILENCE_NS) {
      channels.association().onPathAlive(nowNs);
    }
    heardNs = nowNs;
    if (length > 0) {
      departure.begin();
      try {
        channels.association().onPacket(bytes, offset, length, nowNs);
        tellWaiting(nowNs);
      } finally {
        departure.end(nowNs);
      }
    }
  }

  long nextDeadlineNs() {
    long next = Math.min(keepAliveNs, channels.association().nextDeadlineNs());
    if (!holding.isEmpty()) {
      for (DataProducer producer : holding) {
        next = Math.min(next, producer.nextDeadlineNs());
      }
    }
    return next;
  }

  void onTimeout(long nowNs) {
    this.nowNs = nowNs;
    departure.begin();
    try {
      channels.association().onTimeout(nowNs);
      if (keepAliveNs <= nowNs) {
        sendPacket(NOTHING, 0, 0);
      }
      List.copyOf(holding).forEach(producer -> producer.onTimeout(nowNs));
      tellWaiting(nowNs);
    } finally {
      departure.end(nowNs);
    }
  }

  /** Something may have gone, here or there: whoever still finds no room waits again. */
  private void tellWaiting(long nowNs) {
    if (!waiting.isEmpty()) {
      List<Outgoing> all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(each -> each.consumer.onRoom(nowNs));
    }
  }

  // ---- what goes to the other end ----

  /** @throws PlenumException {@code data-producer-not-found}, {@code too-many} if all streams are taken */
  PipeDataConsumer consume(String consumerId, String dataProducerId, PipeDataConsumer.Listener listener, long nowNs) {
    this.nowNs = nowNs;
    DataProducer producer = router.dataProducer(dataProducerId);
    int streamId = freeStream();
    SctpStreamParameters promised = producer.sctpStreamParameters();
    SctpStreamParameters stream = promised == null
        ? new SctpStreamParameters(streamId, true, null, null)
        : new SctpStreamParameters(
            streamId, promised.ordered(), promised.maxPacketLifeTime(), promised.maxRetransmits());
    Outgoing link = new Outgoing(open(stream, producer.label(), producer.protocol()));
    PipeDataConsumer consumer = new PipeDataConsumer(consumerId, producer, stream, router, transport, link, listener);
    link.consumer = consumer;
    outgoing.put(streamId, link);
    return consumer;
  }

  /** The next of ours in turn, so that a number is not used again before the other end has settled its reset. */
  private int freeStream() {
    int streams = channels.association().outgoingStreams();
    for (int tried = 0; tried < streams / 2; tried++) {
      int streamId = nextStream;
      nextStream = nextStream + 2 < streams ? nextStream + 2 : nextStream % 2;
      if (channels.channel(streamId) == null) {
        return streamId;
      }
    }
    throw new PlenumException("too-many", "all SCTP streams of the pipe are taken");
  }

  private DataChannel open(SctpStreamParameters stream, String label, String protocol) {
    DataChannel channel = channels.openNegotiated(stream.streamId(), new DataChannelParameters(label, protocol,
        stream.ordered(),
        stream.maxPacketLifeTime() == null ? SendOptions.UNLIMITED : stream.maxPacketLifeTime(),
        stream.maxRetransmits() == null ? SendOptions.UNLIMITED : stream.maxRetransmits(),
        DataChannelParameters.NORMAL_PRIORITY));
    if (channel == null) {
      throw new PlenumException("already-exists", "the pipe uses the SCTP stream " + stream.streamId() + " already");
    }
    return channel;
  }

  /** How a data producer of ours gets to the other end. */
  private final class Outgoing implements PipeDataConsumer.Link {
    private final DataChannel channel;
    private final boolean reliable;
    private final PipeStreamCredit credit = new PipeStreamCredit();
    private PipeDataConsumer consumer;

    Outgoing(DataChannel channel) {
      this.channel = channel;
      this.reliable = isReliable(channel);
    }

    @Override
    public boolean mustWait(int bytes) {
      boolean full = reliable && (!credit.admits(bytes)
          || !channels.association().hasRoom(channel.streamId(), bytes + PipedMessage.MAX_HEADER_BYTES));
      if (full) {
        waiting.add(this);
      }
      return full;
    }

    @Override
    public boolean isDrained() {
      return bufferedAmount() == 0 && (!reliable || credit.isDrained());
    }

    @Override
    public SendResult send(DataMessage message, Subchannels audience, long nowNs) {
      PipeAssociation.this.nowNs = nowNs;
      departure.onSending();
      int next = credit.after(message.content().length);
      SendResult result = channels.send(
          channel, message.text(), PipedMessage.write(audience, next, message.content()), nowNs);
      if (result == SendResult.QUEUED) {
        credit.onSent(next);
      }
      transport.onDeadlineChanged();
      return result;
    }

    @Override
    public long bufferedAmount() {
      return channels.bufferedAmount(channel);
    }

    @Override
    public void close(PipeDataConsumer consumer, long nowNs) {
      outgoing.remove(channel.streamId());
      closeChannel(channel, nowNs);
      if (waiting.remove(this)) {
        consumer.onRoom(nowNs);
      }
    }
  }

  // ---- what comes from the other end ----

  /**
   * @param onGone told when the other end has closed it, or cannot be reached any more
   * @throws PlenumException {@code already-exists} if the id or the stream is taken, {@code invalid-parameters} if
   *     there is no such stream
   */
  DataProducer produce(DataProducerOptions options, Runnable onGone, long nowNs) {
    this.nowNs = nowNs;
    router.requireFreeDataProducerId(options.id());
    SctpStreamParameters stream = options.sctpStreamParameters();
    if (stream == null || stream.streamId() == null || stream.streamId() >= channels.association().outgoingStreams()) {
      throw new PlenumException("invalid-parameters", "a data producer of a pipe needs a stream id that is a stream");
    }
    DataChannel channel = open(stream, options.label(), options.protocol());
    DataProducer producer = new DataProducer(options, router, this);
    router.add(producer);
    Incoming from = new Incoming(producer, onGone, channel);
    incoming.put(stream.streamId(), from);
    if (from.reliable) {
      channels.send(channel, false, NOTHING, nowNs);
    }
    return producer;
  }

  @Override
  public boolean makesWait() {
    return true;
  }

  @Override
  public void onHeld(DataProducer producer, int bytes) {
    holding.add(producer);
  }

  @Override
  public void onHandedOn(DataProducer producer, int bytes, boolean held, long nowNs) {
    if (held && !producer.isHolding()) {
      holding.remove(producer);
    }
    Incoming from = incoming.get(producer.sctpStreamParameters().streamId());
    if (from == null || !from.reliable || from.positions.isEmpty()) {
      return;
    }
    int position = from.positions.poll();
    // Unordered ones come in any order: only what is further counts.
    if (position - from.told >= PipeStreamCredit.STEP_BYTES) {
      byte[] answer = new byte[4];
      Bytes.put32(answer, 0, position);
      // If there is no room for it, the next one says more.
      if (channels.send(from.channel, false, answer, nowNs) == SendResult.QUEUED) {
        from.told = position;
      }
      transport.onDeadlineChanged();
    }
  }

  /** The producer that came over this pipe, or null. */
  DataProducer producer(String dataProducerId) {
    for (Incoming each : incoming.values()) {
      if (each.producer.id().equals(dataProducerId)) {
        return each.producer;
      }
    }
    return null;
  }

  /** The consumer that sends over this pipe, or null. */
  PipeDataConsumer consumer(String consumerId) {
    for (Outgoing each : outgoing.values()) {
      if (each.consumer.id().equals(consumerId)) {
        return each.consumer;
      }
    }
    return null;
  }

  @Override
  public void remove(DataProducer producer, long nowNs) {
    int streamId = producer.sctpStreamParameters().streamId();
    incoming.remove(streamId);
    holding.remove(producer);
    DataChannel channel = channels.channel(streamId);
    if (channel != null) {
      closeChannel(channel, nowNs);
    }
  }

  private void closeChannel(DataChannel channel, long nowNs) {
    this.nowNs = nowNs;
    // All channels end with the association when the transport closes.
    if (!closing) {
      channels.close(channel, nowNs);
      transport.onDeadlineChanged();
    }
  }

  // ---- what the association does ----

  @Override
  public void sendPacket(byte[] bytes, int offset, int length) {
    keepAliveNs = state == SctpLinkState.CONNECTED ? nowNs + KEEP_ALIVE_NS : Long.MAX_VALUE;
    lower.sendSctp(bytes, offset, length);
  }

  @Override
  public void onSctpStateChanged(SctpState before, SctpState now, String reason) {
    SctpLinkState next = switch (now) {
      case CLOSED, COOKIE_WAIT, COOKIE_ECHOED -> SctpLinkState.CONNECTING;
      case ENDED -> closing ? SctpLinkState.CLOSED : SctpLinkState.FAILED;
      default -> SctpLinkState.CONNECTED;
    };
    if (now == SctpState.ENDED) {
      router.environment().sctp().remove(channels);
    }
    if (next != state) {
      state = next;
      keepAliveNs = next == SctpLinkState.CONNECTED ? nowNs + KEEP_ALIVE_NS : Long.MAX_VALUE;
      router.events().onSctpStateChanged(transport.id(), next, reason);
    }
  }

  @Override
  public void onChannelState(DataChannel channel, DataChannelState channelState) {
    if (channelState != DataChannelState.CLOSING && channelState != DataChannelState.CLOSED) {
      return;
    }
    // What we close ourselves has been taken out before: this is the other end's doing, or the association's.
    Outgoing unheard = outgoing.get(channel.streamId());
    if (unheard != null) {
      unheard.consumer.onLinkClosed(nowNs);
    }
    Incoming gone = incoming.get(channel.streamId());
    if (gone != null) {
      gone.producer.close(nowNs);
      gone.onGone.run();
    }
  }

  @Override
  public void onMessage(DataChannel channel, boolean text, byte[] payload) {
    Outgoing answered = outgoing.get(channel.streamId());
    if (answered != null) {
      count(answered.credit.onAnswer(payload));
      return;
    }
    Incoming from = incoming.get(channel.streamId());
    if (from == null) {
      unheardMessages++;
      return;
    }
    Malformed wrong = message.parse(payload);
    if (wrong != null) {
      count(wrong);
      return;
    }
    if (from.reliable) {
      from.positions.add(message.position());
    }
    from.producer.relay(new DataMessage(text, message.content()), message.audience(), nowNs);
  }

  private void count(Malformed wrong) {
    if (wrong != null) {
      malformed[wrong.ordinal()]++;
    }
  }

  @Override
  public void onBufferedAmountLow(DataChannel channel) {
    // Nobody asked.
  }

  /** Closes all that is on it, and then the association; the other end is told. */
  void close(long nowNs) {
    this.nowNs = nowNs;
    closing = true;
    List.copyOf(incoming.values()).forEach(each -> each.producer.close(nowNs));
    List.copyOf(outgoing.values()).forEach(each -> each.consumer.close(nowNs));
    channels.association().abort("the transport is closed", nowNs);
  }

  void dump(Dump out) {
    out.value("state", state.label()).value("unheardMessages", unheardMessages)
        .value("deadlineNs", nextDeadlineNs())
        .value("totalBufferedAmount", channels.association().totalBufferedAmount())
        .value("transfer", channels.association().transfer())
        .list("consumers", outgoing.values(), (each, part) -> each.consumer.dump(part))
        .list("producers", incoming.values(), (each, part) -> each.producer.dump(part));
    for (Malformed reason : Malformed.values()) {
      if (malformed[reason.ordinal()] > 0) {
        out.value("malformed_" + reason.label(), malformed[reason.ordinal()]);
      }
    }
  }
}
