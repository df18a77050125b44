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
import io.plenum.protocol.wire.Malformed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The data half of a pipe's end, beside its {@link RtpSession}: one SCTP association with the router at the other end.
 * Each data producer that crosses has a stream. The consuming end chooses its number, one end even ones and the other odd
 * ones, so that both may do so at once. An association that has ended is thrown away with all that was on it.
 */
final class PipeData implements DataChannels.Sink, DataProducer.Owner {
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
  private final PipedMessage message = new PipedMessage();
  private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>();
  private final Map<Integer, Incoming> incoming = new LinkedHashMap<>();
  private final long[] malformed = new long[Malformed.values().length];
  private int nextStream;
  private SctpLinkState state = SctpLinkState.NEW;
  private long unheardMessages;
  private long nowNs;
  private long heardNs;
  private long keepAliveNs = Long.MAX_VALUE;
  private boolean closing;

  /** A data producer of the other end. */
  private record Incoming(DataProducer producer, Runnable onGone) {}

  /** @param evenStreams whether the numbers of our streams are even; the other end's are not */
  PipeData(PipeTransport transport, Router router, SctpOptions options, boolean evenStreams, SctpLink.Lower lower) {
    this.transport = transport;
    this.router = router;
    this.lower = lower;
    this.nextStream = evenStreams ? 0 : 1;
    this.channels = new DataChannels(
        sink -> new SctpAssociation(options, router.environment().random(), sink), this);
    channels.setDtlsClient(evenStreams);
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
      channels.association().onPacket(bytes, offset, length, nowNs);
    }
  }

  long nextDeadlineNs() {
    return Math.min(keepAliveNs, channels.association().nextDeadlineNs());
  }

  void onTimeout(long nowNs) {
    this.nowNs = nowNs;
    channels.association().onTimeout(nowNs);
    if (keepAliveNs <= nowNs) {
      sendPacket(NOTHING, 0, 0);
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
    private PipeDataConsumer consumer;
    private int position;

    Outgoing(DataChannel channel) {
      this.channel = channel;
    }

    @Override
    public SendResult send(DataMessage message, Subchannels audience, long nowNs) {
      PipeData.this.nowNs = nowNs;
      int next = position + message.content().length;
      SendResult result = channels.send(
          channel, message.text(), PipedMessage.write(audience, next, message.content()), nowNs);
      if (result == SendResult.QUEUED) {
        position = next;
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
    open(stream, options.label(), options.protocol());
    DataProducer producer = new DataProducer(options, router, this);
    router.add(producer);
    incoming.put(stream.streamId(), new Incoming(producer, onGone));
    return producer;
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
    Incoming from = incoming.get(channel.streamId());
    if (from == null) {
      unheardMessages++;
      return;
    }
    Malformed wrong = message.parse(payload);
    if (wrong != null) {
      malformed[wrong.ordinal()]++;
      return;
    }
    from.producer.relay(new DataMessage(text, message.content()), message.audience(), nowNs);
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
