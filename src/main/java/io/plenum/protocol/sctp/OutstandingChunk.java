package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.PacketWriter;

/** A piece of a message that has a TSN and is kept until the peer has acknowledged it or everything before it. */
final class OutstandingChunk {
  enum State {
    IN_FLIGHT,
    /** The peer has it, by a gap block. */
    ACKED,
    /** To be sent again. */
    LOST,
    /** Its message was given up. */
    ABANDONED
  }

  final OutgoingMessage message;
  final int offset;
  final int length;
  final int fragmentNumber;
  final boolean begin;
  final boolean end;
  State state = State.IN_FLIGHT;
  long sentAtNs;
  int missingReports;
  int retransmits;
  /** RFC 9260 §7.2.4 (5): not a second time, until T3-rtx. */
  boolean fastRetransmitted;

  OutstandingChunk(
      OutgoingMessage message, int offset, int length, int fragmentNumber, boolean begin, boolean end) {
    this.message = message;
    this.offset = offset;
    this.length = length;
    this.fragmentNumber = fragmentNumber;
    this.begin = begin;
    this.end = end;
  }

  /** Bytes in a packet: what congestion control counts. */
  int wireBytes(boolean interleaved) {
    return ChunkType.padded(DataChunk.headerBytes(interleaved) + length);
  }

  /** @param immediate asks for the SACK at once (RFC 7053) */
  void write(PacketWriter out, boolean interleaved, long tsn, boolean immediate) {
    int flags = (begin ? DataChunk.FLAG_BEGIN : 0) | (end ? DataChunk.FLAG_END : 0)
        | (message.unordered ? DataChunk.FLAG_UNORDERED : 0) | (immediate ? DataChunk.FLAG_IMMEDIATE : 0);
    DataChunk.write(out, interleaved, flags, (int) tsn, message.streamId, message.number, fragmentNumber,
        message.payloadProtocolId, message.payload, offset, length);
  }
}
