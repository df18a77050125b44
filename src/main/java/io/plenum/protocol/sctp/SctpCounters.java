package io.plenum.protocol.sctp;

/** What one association has done. Numbers only grow. */
public final class SctpCounters {
  private final long[] drops = new long[SctpDrop.values().length];
  long packetsSent;
  long packetsReceived;
  long messagesSent;
  long messagesReceived;
  long messageBytesSent;
  long messageBytesReceived;
  long messagesAbandoned;
  long chunksRetransmitted;
  long fastRetransmits;
  long retransmissionTimeouts;

  void drop(SctpDrop reason) {
    drops[reason.ordinal()]++;
  }

  public long drops(SctpDrop reason) {
    return drops[reason.ordinal()];
  }

  public long packetsSent() {
    return packetsSent;
  }

  public long packetsReceived() {
    return packetsReceived;
  }

  /** Messages whose last fragment has gone out. */
  public long messagesSent() {
    return messagesSent;
  }

  public long messagesReceived() {
    return messagesReceived;
  }

  /** Payload that has gone out for the first time. */
  public long messageBytesSent() {
    return messageBytesSent;
  }

  public long messageBytesReceived() {
    return messageBytesReceived;
  }

  /** Messages given up because their lifetime or their retransmissions were used up. */
  public long messagesAbandoned() {
    return messagesAbandoned;
  }

  public long chunksRetransmitted() {
    return chunksRetransmitted;
  }

  /** Times that fast recovery began. */
  public long fastRetransmits() {
    return fastRetransmits;
  }

  /** Times that T3-rtx ran out. */
  public long retransmissionTimeouts() {
    return retransmissionTimeouts;
  }
}
