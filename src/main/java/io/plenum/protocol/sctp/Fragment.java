package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.DataChunk;

/** A piece of a message that waits for the others. */
record Fragment(byte[] payload, boolean begin, boolean end, int payloadProtocolId) {
  /**
   * What a waiting fragment costs beside its payload: the objects and tree entries around it in the worst case, a run
   * of one byte in a message of its own. Counted, so that a flood of tiny fragments is bounded by the same window.
   */
  static final int OVERHEAD_BYTES = 384;

  static Fragment of(DataChunk chunk) {
    return new Fragment(chunk.copyPayload(), chunk.begin(), chunk.end(), chunk.payloadProtocolId());
  }

  /** What it takes of the receive buffer. */
  int cost() {
    return payload.length + OVERHEAD_BYTES;
  }
}
