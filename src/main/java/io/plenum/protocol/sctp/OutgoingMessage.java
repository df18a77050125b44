package io.plenum.protocol.sctp;

/** A message on its way out: what it is, and how far it has got. The payload is not copied and must not change. */
final class OutgoingMessage {
  /** No fragment has a TSN. */
  private static final long UNASSIGNED = -1;

  final int streamId;
  final int payloadProtocolId;
  final byte[] payload;
  final boolean unordered;
  /** {@code Long.MAX_VALUE}: it does not expire. */
  final long expiresAtNs;
  final int maxRetransmits;
  /** Stream sequence number or message identifier; given when the first fragment goes. */
  int number;
  /** Payload that has been cut into chunks. */
  int cut;
  int fragments;
  long firstTsn = UNASSIGNED;
  long lastTsn = UNASSIGNED;
  /** Given up: nothing of it is sent any more (RFC 3758). */
  boolean abandoned;

  OutgoingMessage(int streamId, int payloadProtocolId, byte[] payload, SendOptions options, long nowNs) {
    this.streamId = streamId;
    this.payloadProtocolId = payloadProtocolId;
    this.payload = payload;
    this.unordered = options.unordered();
    this.expiresAtNs = options.lifetimeNs() == SendOptions.UNLIMITED ? Long.MAX_VALUE : nowNs + options.lifetimeNs();
    this.maxRetransmits = options.maxRetransmits();
  }

  boolean isBegun() {
    return cut > 0;
  }

  int rest() {
    return payload.length - cut;
  }

  boolean isExpired(long nowNs) {
    return expiresAtNs <= nowNs;
  }
}
