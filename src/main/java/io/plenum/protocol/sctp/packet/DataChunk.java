package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * DATA (RFC 9260 §3.3.1) or I-DATA (RFC 8260 §2.1): a piece of a message. A view. What numbers the message is the
 * stream sequence number in the one and the message identifier in the other: {@link #messageNumber()}.
 */
public final class DataChunk {
  /** Chunk header, TSN, stream, stream sequence number, payload protocol identifier. */
  public static final int DATA_HEADER_BYTES = 16;
  /** The same with the message identifier, and the fragment's number in place of the payload protocol identifier. */
  public static final int I_DATA_HEADER_BYTES = 20;
  public static final int FLAG_END = 0x01;
  public static final int FLAG_BEGIN = 0x02;
  public static final int FLAG_UNORDERED = 0x04;
  /** RFC 7053: the sender would have the SACK at once. */
  public static final int FLAG_IMMEDIATE = 0x08;

  private byte[] bytes;
  private int value;
  private int flags;
  private boolean interleaved;
  private int payloadLength;

  /** @param packet a reader that stands on a chunk of type DATA or I-DATA */
  public Malformed parse(PacketReader packet) {
    bytes = packet.bytes();
    value = packet.valueOffset();
    flags = packet.chunkFlags();
    interleaved = packet.chunkType() == ChunkType.I_DATA;
    payloadLength = packet.chunkLength() - headerBytes(interleaved);
    if (payloadLength < 0) {
      return Malformed.TOO_SHORT;
    }
    // RFC 9260 §6.2: a chunk without user data is an error.
    return payloadLength == 0 ? Malformed.MISSING_FIELD : null;
  }

  public static int headerBytes(boolean interleaved) {
    return interleaved ? I_DATA_HEADER_BYTES : DATA_HEADER_BYTES;
  }

  public boolean interleaved() {
    return interleaved;
  }

  public boolean begin() {
    return (flags & FLAG_BEGIN) != 0;
  }

  public boolean end() {
    return (flags & FLAG_END) != 0;
  }

  public boolean unordered() {
    return (flags & FLAG_UNORDERED) != 0;
  }

  public boolean immediate() {
    return (flags & FLAG_IMMEDIATE) != 0;
  }

  public int tsn() {
    return Bytes.i32(bytes, value);
  }

  public int streamId() {
    return Bytes.u16(bytes, value + 4);
  }

  /** DATA: the 16 bits of the stream sequence number; I-DATA: the 32 bits of the message identifier. */
  public int messageNumber() {
    return interleaved ? Bytes.i32(bytes, value + 8) : Bytes.u16(bytes, value + 6);
  }

  /** I-DATA: the fragment's place in its message, from 0. The first carries the protocol identifier there. */
  public int fragmentNumber() {
    return begin() || !interleaved ? 0 : Bytes.i32(bytes, value + 12);
  }

  /** Of an I-DATA only in its first fragment. */
  public int payloadProtocolId() {
    return interleaved ? (begin() ? Bytes.i32(bytes, value + 12) : 0) : Bytes.i32(bytes, value + 8);
  }

  public int payloadLength() {
    return payloadLength;
  }

  /** The payload in an array of its own. */
  public byte[] copyPayload() {
    int from = value - ChunkType.HEADER_BYTES + headerBytes(interleaved);
    byte[] payload = new byte[payloadLength];
    System.arraycopy(bytes, from, payload, 0, payloadLength);
    return payload;
  }

  /**
   * Writes one chunk.
   *
   * @param flags of this class
   * @param messageNumber as {@link #messageNumber()}
   * @param fragmentNumber I-DATA only; what is written is the payload protocol identifier if the fragment is the first
   */
  public static void write(PacketWriter out, boolean interleaved, int flags, int tsn, int streamId, int messageNumber,
      int fragmentNumber, int payloadProtocolId, byte[] payload, int offset, int length) {
    out.beginChunk(interleaved ? ChunkType.I_DATA : ChunkType.DATA, flags);
    out.put32(tsn);
    out.put16(streamId);
    if (interleaved) {
      out.put16(0);
      out.put32(messageNumber);
      out.put32((flags & FLAG_BEGIN) != 0 ? payloadProtocolId : fragmentNumber);
    } else {
      out.put16(messageNumber);
      out.put32(payloadProtocolId);
    }
    out.put(payload, offset, length);
    out.endChunk();
  }
}
