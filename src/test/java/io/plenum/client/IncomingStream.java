package io.plenum.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.protocol.rtp.RtpPacket;
import java.util.BitSet;

/** What a synthetic client receives of one consumer: when packets came, and which are missing. On the clients' loop. */
public final class IncomingStream {
  /** The youngest packets may still be on their way, or asked for again. */
  private static final int UNSETTLED_PACKETS = 25;

  public final String consumerId;
  public final String producerId;
  public final String peerId;
  public final String kind;
  final int ssrc;
  private final BitSet received = new BitSet();
  private int first = -1;
  private int newest;
  private long packets;
  private long lastArrivalNs;
  private long longestGapNs;
  private boolean closed;
  private boolean producerPaused;

  IncomingStream(JsonNode consumer) {
    consumerId = consumer.path("consumerId").asText();
    producerId = consumer.path("producerId").asText();
    peerId = consumer.path("peerId").asText();
    kind = consumer.path("kind").asText();
    ssrc = (int) consumer.path("rtpParameters").path("encodings").path(0).path("ssrc").asLong();
    producerPaused = consumer.path("producerPaused").asBoolean();
  }

  void onRtp(RtpPacket packet, long nowNs) {
    if (packets > 0) {
      longestGapNs = Math.max(longestGapNs, nowNs - lastArrivalNs);
    }
    lastArrivalNs = nowNs;
    packets++;
    int number = packet.sequenceNumber();
    if (first < 0) {
      first = number;
      newest = number;
    }
    int sequence = newest + (short) (number - newest);
    newest = Math.max(newest, sequence);
    if (sequence >= first) {
      received.set(sequence - first);
    }
  }

  void onClosed() {
    closed = true;
  }

  void onProducerPaused(boolean paused) {
    producerPaused = paused;
  }

  /** From now on. */
  void startMeasuring(long nowNs) {
    longestGapNs = 0;
    lastArrivalNs = Math.max(lastArrivalNs, nowNs);
  }

  /** The longest time without a packet, the one that runs now included. */
  long longestGapMs(long nowNs) {
    return Math.max(longestGapNs, nowNs - lastArrivalNs) / 1_000_000;
  }

  public long packets() {
    return packets;
  }

  boolean closed() {
    return closed;
  }

  public boolean producerPaused() {
    return producerPaused;
  }

  /** Of the packets before the youngest, how many there should be. */
  int expected() {
    return Math.max(0, newest - first + 1 - UNSETTLED_PACKETS);
  }

  int missing() {
    return expected() - received.get(0, expected()).cardinality();
  }

  @Override
  public String toString() {
    return kind + " of " + peerId + " packets=" + packets + (closed ? " closed" : "");
  }
}
