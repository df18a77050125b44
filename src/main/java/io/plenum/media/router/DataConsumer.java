package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.protocol.sctp.SendResult;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A data producer's messages on their way to one endpoint: those of its subchannels, while nobody has paused them. */
public final class DataConsumer implements DataProducerListener {
  /** Whose it is. */
  public interface Owner {
    /** It has closed. */
    void remove(DataConsumer consumer, long nowNs);
  }

  /** mediasoup's range. */
  private static final int MAX_SUBCHANNEL = 65_535;

  private final DataConsumerOptions options;
  private final DataProducer producer;
  private final SctpStreamParameters sctpStreamParameters;
  private final Router router;
  private final Transport transport;
  private final Owner owner;
  private final DataLink link;
  private final Set<Integer> subchannels = new LinkedHashSet<>();
  private boolean paused;
  private boolean closed;
  /** Refuses, and has said so. */
  private boolean full;
  private long messagesSent;
  private long bytesSent;
  private long messagesRefused;
  /** Of the whole loop. */
  private final long[] refusals;

  /**
   * @param sctpStreamParameters what its endpoint is told; null if it is not over SCTP
   * @param transport whose fault it is when sending fails
   * @throws PlenumException {@code invalid-parameters} if there are too many subchannels or one out of range
   */
  public DataConsumer(DataConsumerOptions options, DataProducer producer, SctpStreamParameters sctpStreamParameters,
      Router router, Transport transport, Owner owner, DataLink link) {
    this.options = options;
    this.producer = producer;
    this.sctpStreamParameters = sctpStreamParameters;
    this.router = router;
    this.transport = transport;
    this.owner = owner;
    this.link = link;
    this.paused = options.paused();
    this.refusals = router.environment().drops().of(SendResult.class);
    setSubchannels(options.subchannels());
    producer.add(this);
  }

  public String id() {
    return options.id();
  }

  public String dataProducerId() {
    return producer.id();
  }

  /** mediasoup's {@code sctp} or {@code direct}. */
  public String type() {
    return sctpStreamParameters == null ? "direct" : "sctp";
  }

  /** Null if it is not over SCTP. */
  public SctpStreamParameters sctpStreamParameters() {
    return sctpStreamParameters;
  }

  public String label() {
    return producer.label();
  }

  public String protocol() {
    return producer.protocol();
  }

  public Map<String, Object> appData() {
    return options.appData();
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

  public Set<Integer> subchannels() {
    return Set.copyOf(subchannels);
  }

  /** @throws PlenumException {@code invalid-parameters} if there are too many or one is out of range */
  public void setSubchannels(Set<Integer> wanted) {
    if (wanted.size() > Subchannels.MAX_SUBCHANNELS || wanted.stream().anyMatch(n -> n < 0 || n > MAX_SUBCHANNEL)) {
      throw new PlenumException("invalid-parameters",
          "at most " + Subchannels.MAX_SUBCHANNELS + " subchannels from 0 to " + MAX_SUBCHANNEL);
    }
    subchannels.clear();
    subchannels.addAll(wanted);
  }

  public void pause() {
    paused = true;
  }

  public void resume() {
    paused = false;
  }

  @Override
  public void onFault(RuntimeException fault, long nowNs) {
    router.onFault(transport, fault, nowNs);
  }

  @Override
  public boolean holds(DataMessage message, Subchannels audience) {
    return !closed && !paused && audience.admit(subchannels) && link.mustWait(message.content().length);
  }

  @Override
  public boolean isDrained() {
    return bufferedAmount() == 0;
  }

  /** Its link may have room for what it had none for. */
  public void onRoom(long nowNs) {
    producer.onRoom(nowNs);
  }

  @Override
  public void onMessage(DataMessage message, Subchannels audience, long nowNs) {
    if (!closed && !paused && audience.admit(subchannels)) {
      send(message, nowNs);
    }
  }

  /**
   * A message to this endpoint alone, whatever its subchannels.
   *
   * @return what became of it; {@link RouterListener#onDataConsumerSendBufferFull} is told of the first for which there was
   *     no room, and then not before there has been room again
   */
  public SendResult send(DataMessage message, long nowNs) {
    if (closed) {
      return SendResult.NOT_OPEN;
    }
    SendResult result = link.send(message, nowNs);
    if (result == SendResult.QUEUED) {
      full = false;
      messagesSent++;
      bytesSent += message.content().length;
    } else {
      messagesRefused++;
      refusals[result.ordinal()]++;
      if (!full && (result == SendResult.BUFFER_FULL || result == SendResult.STREAM_BUFFER_FULL)) {
        full = true;
        router.events().onDataConsumerSendBufferFull(id());
      }
    }
    return result;
  }

  /** Bytes that wait to be sent. */
  public long bufferedAmount() {
    return closed ? 0 : link.bufferedAmount();
  }

  /** Below that many bytes {@link RouterListener#onDataConsumerBufferedAmountLow} is told. */
  public void setBufferedAmountLowThreshold(long bytes) {
    link.setBufferedAmountLowThreshold(bytes);
  }

  @Override
  public void onProducerPaused(boolean producerPaused, long nowNs) {
    router.events().onDataConsumerProducerPaused(id(), producerPaused);
  }

  /** Its producer is gone. */
  @Override
  public void onProducerClosed(long nowNs) {
    leave(nowNs);
    router.events().onDataConsumerClosed(id());
  }

  /** Asked for: nobody is told. */
  public void close(long nowNs) {
    leave(nowNs);
  }

  /** Its endpoint has closed the channel, or cannot be reached any more. */
  public void onLinkClosed(long nowNs) {
    if (!closed) {
      leave(nowNs);
      router.events().onDataConsumerClosed(id());
    }
  }

  private void leave(long nowNs) {
    if (!closed) {
      closed = true;
      producer.remove(this);
      router.remove(this);
      owner.remove(this, nowNs);
      link.close(nowNs);
    }
  }

  /** mediasoup's {@code data-consumer}. */
  public List<Map<String, Object>> stats(long unixMs) {
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("type", "data-consumer");
    stats.put("timestamp", unixMs);
    stats.put("label", label());
    stats.put("protocol", protocol());
    stats.put("messagesSent", messagesSent);
    stats.put("bytesSent", bytesSent);
    stats.put("bufferedAmount", bufferedAmount());
    return List.of(stats);
  }

  public void dump(Dump out) {
    out.value("id", id()).value("dataProducerId", dataProducerId()).value("type", type())
        .value("streamId", sctpStreamParameters == null ? null : sctpStreamParameters.streamId())
        .value("paused", paused).value("producerPaused", producerPaused()).value("subchannels", subchannels)
        .value("messagesSent", messagesSent).value("bytesSent", bytesSent).value("messagesRefused", messagesRefused)
        .value("bufferedAmount", bufferedAmount());
  }
}
