package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.protocol.sctp.SendResult;

/**
 * A data producer on its way to another router: every message, with what it says of subchannels, because only the far
 * router knows whose consumers have which.
 */
public final class PipeDataConsumer implements DataProducerListener {
  /** Hears what the far end must learn. Called on the router's loop. */
  public interface Listener {
    void onProducerPaused(PipeDataConsumer consumer, boolean paused);

    void onProducerClosed(PipeDataConsumer consumer);

    /** The far end has closed its producer, or the two cannot reach each other any more: it can be made anew. */
    void onLinkClosed(PipeDataConsumer consumer);

    /** The first of its messages for which there was no room, and again after there has been some. */
    default void onMessageRefused(PipeDataConsumer consumer) {}
  }

  /** The way to the far end. */
  public interface Link {
    SendResult send(DataMessage message, Subchannels audience, long nowNs);

    /**
     * Whether a message of so many bytes must not be lost and finds no room now, here or there. The link then says when there
     * may be some: {@link PipeDataConsumer#onRoom}.
     */
    boolean mustWait(int bytes);

    /** Everything that it took has gone, and the far end has handed it on. */
    boolean isDrained();

    /** Bytes that wait to be sent. */
    long bufferedAmount();

    /** The consumer is gone. */
    void close(PipeDataConsumer consumer, long nowNs);
  }

  private final String id;
  private final DataProducer producer;
  private final SctpStreamParameters sctpStreamParameters;
  private final Router router;
  private final Transport transport;
  private final Link link;
  private final Listener listener;
  /** The loop's, by {@link SendResult}. */
  private final long[] refusals;
  private boolean paused;
  private boolean closed;
  /** Refuses, and has said so. */
  private boolean full;
  private long messagesSent;
  private long bytesSent;
  private long messagesRefused;

  /** @param sctpStreamParameters what the far end's producer is made from */
  public PipeDataConsumer(String id, DataProducer producer, SctpStreamParameters sctpStreamParameters, Router router,
      Transport transport, Link link, Listener listener) {
    this.id = id;
    this.producer = producer;
    this.sctpStreamParameters = sctpStreamParameters;
    this.router = router;
    this.transport = transport;
    this.link = link;
    this.listener = listener;
    this.refusals = router.environment().drops().of(SendResult.class);
    producer.add(this);
  }

  public String id() {
    return id;
  }

  public DataProducer producer() {
    return producer;
  }

  public SctpStreamParameters sctpStreamParameters() {
    return sctpStreamParameters;
  }

  /** The far end wants nothing for now. */
  public void pause() {
    paused = true;
  }

  public void resume() {
    paused = false;
  }

  public boolean paused() {
    return paused;
  }

  /** Messages that there was no room for. */
  public long messagesRefused() {
    return messagesRefused;
  }

  @Override
  public boolean holds(DataMessage message, Subchannels audience) {
    return !closed && !paused && link.mustWait(message.content().length);
  }

  @Override
  public boolean isDrained() {
    return closed || link.isDrained();
  }

  /** Its link may have room for what it had none for. */
  public void onRoom(long nowNs) {
    producer.onRoom(nowNs);
  }

  @Override
  public void onMessage(DataMessage message, Subchannels audience, long nowNs) {
    if (closed || paused) {
      return;
    }
    SendResult result = link.send(message, audience, nowNs);
    if (result == SendResult.QUEUED) {
      full = false;
      messagesSent++;
      bytesSent += message.content().length;
    } else {
      messagesRefused++;
      refusals[result.ordinal()]++;
      if (!full) {
        full = true;
        listener.onMessageRefused(this);
      }
    }
  }

  @Override
  public void onProducerPaused(boolean producerPaused, long nowNs) {
    listener.onProducerPaused(this, producerPaused);
  }

  @Override
  public void onProducerClosed(long nowNs) {
    if (leave(nowNs)) {
      listener.onProducerClosed(this);
    }
  }

  @Override
  public void onFault(RuntimeException fault, long nowNs) {
    router.onFault(transport, fault, nowNs);
  }

  /** The channel has ended. */
  public void onLinkClosed(long nowNs) {
    if (leave(nowNs)) {
      listener.onLinkClosed(this);
    }
  }

  /** Asked for by the far end, or by the transport that closes: nobody is told. */
  public void close(long nowNs) {
    leave(nowNs);
  }

  private boolean leave(long nowNs) {
    if (closed) {
      return false;
    }
    closed = true;
    producer.remove(this);
    link.close(this, nowNs);
    return true;
  }

  public void dump(Dump out) {
    out.value("id", id).value("dataProducerId", producer.id()).value("streamId", sctpStreamParameters.streamId())
        .value("paused", paused).value("producerPaused", producer.paused())
        .value("messagesSent", messagesSent).value("bytesSent", bytesSent).value("messagesRefused", messagesRefused)
        .value("bufferedAmount", link.bufferedAmount());
  }
}
