package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.TearDown;
import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataLink;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.DeadlineQueue;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.Subchannels;
import io.plenum.media.router.Transport;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The application's own transport, as mediasoup's {@code DirectTransport}: what its data producers send comes by
 * {@link #send}, what its data consumers get goes to the {@link Listener}, and neither is ever on a network. RTP and
 * RTCP the same way: packets of its producers come by {@link #onRtp}, those of its consumers go to the listener. The
 * application is the endpoint there: it answers key frame requests and writes its own reports.
 */
public final class DirectTransport implements Transport, RtpLink {
  /**
   * The application, on the router's loop. Like every sink it keeps or enqueues what it gets and does not call back: who
   * answered from inside would be heard before what it answers to.
   */
  public interface Listener {
    /** The content is everybody's: it may be kept, not changed. */
    default void onMessage(DataConsumer consumer, DataMessage message) {}

    /** One RTP packet of a consumer; the bytes are the application's during the call only. */
    default void onRtp(Consumer consumer, byte[] packet, int offset, int length) {}

    /** RTCP, compound or not, about what the application sends and gets; the bytes as above. */
    default void onRtcp(byte[] packet, int offset, int length) {}
  }

  /** As on every data channel of the router: a longer one could not be handed on. */
  public static final int MAX_MESSAGE_BYTES = SctpOptions.MAX_MESSAGE_BYTES;

  private final String id;
  private final Router router;
  private final Listener listener;
  private final RtpSession session;
  private final Map<String, DataProducer> dataProducers = new LinkedHashMap<>();
  private final Map<String, DataConsumer> dataConsumers = new LinkedHashMap<>();
  private final DeadlineQueue.Wake wake;
  private boolean closed;

  public DirectTransport(String id, Router router, Listener listener, long nowNs) {
    this.id = id;
    this.router = router;
    this.listener = listener;
    this.session = new RtpSession(this, router, this);
    this.wake = router.add(this);
    session.onConnected(nowNs);
    wake.by(nextDeadlineNs());
  }

  @Override
  public String id() {
    return id;
  }

  public RtpSession session() {
    return session;
  }

  private void requireOpen() {
    if (closed) {
      throw new PlenumException("transport-closed", "the transport is closed");
    }
  }

  /** A data producer of the application; how it would use SCTP is of no matter. */
  @Override
  public DataProducer produceData(DataProducerOptions options, long nowNs) {
    requireOpen();
    router.requireFreeDataProducerId(options.id());
    DataProducer producer = new DataProducer(new DataProducerOptions(options.id(), null, options.label(),
        options.protocol(), options.paused(), options.appData()), router, this::remove);
    router.add(producer);
    dataProducers.put(producer.id(), producer);
    return producer;
  }

  /** A data consumer whose messages go to the listener; its wishes about order and repetition are of no matter. */
  @Override
  public DataConsumer consumeData(DataConsumerOptions options, long nowNs) {
    requireOpen();
    router.requireFreeDataConsumerId(options.id());
    DataProducer producer = router.dataProducer(options.dataProducerId());
    ListenerLink link = new ListenerLink();
    DataConsumer consumer = new DataConsumer(options, producer, null, router, this, this::remove, link);
    link.consumer = consumer;
    router.add(consumer);
    dataConsumers.put(consumer.id(), consumer);
    return consumer;
  }

  /**
   * Sends a message of one of this transport's data producers to all whom it is for.
   *
   * @throws PlenumException {@code data-producer-not-found} if it is not this transport's, {@code message-too-long}
   */
  public void send(String dataProducerId, DataMessage message, Subchannels audience, long nowNs) {
    requireOpen();
    DataProducer producer = dataProducers.get(dataProducerId);
    if (producer == null) {
      throw new PlenumException(
          "data-producer-not-found", "the transport has no data producer with the id " + dataProducerId);
    }
    if (message.content().length > MAX_MESSAGE_BYTES) {
      throw new PlenumException("message-too-long", "a message has at most " + MAX_MESSAGE_BYTES + " bytes");
    }
    producer.onMessage(message, audience, nowNs);
  }

  /** How a data consumer reaches the application: at once, so nothing ever waits. */
  private final class ListenerLink implements DataLink {
    private DataConsumer consumer;

    @Override
    public SendResult send(DataMessage message, long nowNs) {
      listener.onMessage(consumer, message);
      return SendResult.QUEUED;
    }

    @Override
    public long bufferedAmount() {
      return 0;
    }

    @Override
    public void setBufferedAmountLowThreshold(long bytes) {
      // It is never above any.
    }

    @Override
    public void close(long nowNs) {
      // There is nothing below.
    }
  }

  /**
   * One RTP packet of one of the application's producers, found by what the producer's parameters say.
   *
   * @param packet may be changed during the call
   * @throws PlenumException {@code packet-too-long}
   */
  public void onRtp(byte[] packet, int offset, int length, long nowNs) {
    enter(packet, offset, length, session::onRtp, nowNs);
  }

  /** RTCP of the application, compound or not: sender reports of its producers, feedback of its consumers. */
  public void onRtcp(byte[] packet, int offset, int length, long nowNs) {
    enter(packet, offset, length, session::onRtcp, nowNs);
  }

  private interface Entrance {
    void take(byte[] packet, int offset, int length, long nowNs);
  }

  private void enter(byte[] packet, int offset, int length, Entrance entrance, long nowNs) {
    requireOpen();
    if (length > RouterEnvironment.MAX_DATAGRAM_BYTES) {
      throw new PlenumException(
          "packet-too-long", "a packet has at most " + RouterEnvironment.MAX_DATAGRAM_BYTES + " bytes");
    }
    session.counters().onDatagramReceived(length, nowNs);
    try {
      entrance.take(packet, offset, length, nowNs);
      wake.by(nextDeadlineNs());
    } catch (RuntimeException fault) {
      router.onFault(this, fault, nowNs);
    }
  }

  @Override
  public boolean isConnected() {
    return !closed;
  }

  @Override
  public void sendRtp(byte[] packet, int offset, int headerLength, int length, long nowNs) {
    Consumer consumer = consumerOf(Bytes.i32(packet, offset + 8));
    if (consumer != null) {
      session.counters().onDatagramSent(length, nowNs);
      listener.onRtp(consumer, packet, offset, length);
    }
  }

  /** Null for probation, which nobody here needs. */
  private Consumer consumerOf(int ssrc) {
    if (session.outgoing(ssrc) instanceof Consumer consumer) {
      return consumer;
    }
    for (Consumer consumer : session.consumers()) {
      if (consumer.rtxSsrc().isPresent() && consumer.rtxSsrc().getAsInt() == ssrc) {
        return consumer;
      }
    }
    return null;
  }

  @Override
  public void sendRtcp(byte[] packet, int offset, int length, long nowNs) {
    session.counters().onDatagramSent(length, nowNs);
    listener.onRtcp(packet, offset, length);
  }

  @Override
  public Producer produce(ProducerOptions options, long nowNs) {
    requireOpen();
    return session.produce(options, nowNs);
  }

  @Override
  public Consumer consume(ConsumerOptions options, long nowNs) {
    requireOpen();
    return session.consume(new ConsumerOptions(options.id(), options.producerId(),
        withoutCongestionControl(options.rtpCapabilities()), options.paused(), options.enableRtx(),
        options.appData()), nowNs);
  }

  /** There is no path that could be congested: nothing is estimated or probed, and every consumer gets what it prefers. */
  private static RtpCapabilities withoutCongestionControl(RtpCapabilities capabilities) {
    return new RtpCapabilities(capabilities.codecs(), capabilities.headerExtensions().stream()
        .filter(extension -> !extension.uri().equals(KnownHeaderExtension.TRANSPORT_WIDE_CC.uri())
            && !extension.uri().equals(KnownHeaderExtension.ABS_SEND_TIME.uri()))
        .toList());
  }

  @Override
  public void remove(Producer producer) {
    session.remove(producer);
  }

  @Override
  public void remove(Consumer consumer) {
    session.remove(consumer);
  }

  private void remove(DataProducer producer, long nowNs) {
    dataProducers.remove(producer.id());
  }

  private void remove(DataConsumer consumer, long nowNs) {
    dataConsumers.remove(consumer.id());
  }

  @Override
  public void onDeadlineChanged() {
    session.onDeadlineChanged();
    wake.by(nextDeadlineNs());
  }

  @Override
  public long nextDeadlineNs() {
    return session.nextDeadlineNs();
  }

  @Override
  public void onTimeout(long nowNs) {
    session.onTimeout(nowNs);
  }

  @Override
  public void close(long nowNs) {
    if (closed) {
      return;
    }
    closed = true;
    TearDown.all(
        () -> session.close(nowNs),
        () -> TearDown.each(List.copyOf(dataProducers.values()), producer -> producer.close(nowNs)),
        () -> TearDown.each(List.copyOf(dataConsumers.values()), consumer -> consumer.close(nowNs)),
        () -> router.remove(this));
  }

  /** mediasoup's {@code direct-transport}. */
  @Override
  public List<Map<String, Object>> stats(long nowNs, long unixMs) {
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("type", "direct-transport");
    stats.put("transportId", id);
    stats.put("timestamp", unixMs);
    session.addStats(stats, nowNs);
    return List.of(stats);
  }

  @Override
  public void dump(Dump out) {
    out.value("id", id).value("direct", true)
        .list("dataProducers", dataProducers.values(), DataProducer::dump)
        .list("dataConsumers", dataConsumers.values(), DataConsumer::dump)
        .part("session", session::dump);
  }
}
