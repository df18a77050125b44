package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * FORWARD-TSN (RFC 3758 §3.2) or I-FORWARD-TSN (RFC 8260 §2.3.1): the sender has given up everything up to a TSN, and in
 * these streams the messages up to these numbers. A view.
 */
public final class ForwardTsnChunk {
  /** Chunk header and the new cumulative TSN. */
  public static final int FIXED_BYTES = 8;
  private static final int SKIPPED_BYTES = 4;
  private static final int I_SKIPPED_BYTES = 8;

  private byte[] bytes;
  private int value;
  private boolean interleaved;
  private int skipped;

  /** @param packet a reader that stands on one of the two types */
  public Malformed parse(PacketReader packet) {
    bytes = packet.bytes();
    value = packet.valueOffset();
    interleaved = packet.chunkType() == ChunkType.I_FORWARD_TSN;
    int rest = packet.chunkLength() - FIXED_BYTES;
    if (rest < 0) {
      return Malformed.TOO_SHORT;
    }
    skipped = rest / skippedBytes(interleaved);
    return rest % skippedBytes(interleaved) != 0 ? Malformed.WRONG_LENGTH : null;
  }

  public static int skippedBytes(boolean interleaved) {
    return interleaved ? I_SKIPPED_BYTES : SKIPPED_BYTES;
  }

  public boolean interleaved() {
    return interleaved;
  }

  public int newCumulativeTsn() {
    return Bytes.i32(bytes, value);
  }

  /** How many streams are named. */
  public int skippedStreams() {
    return skipped;
  }

  public int streamId(int index) {
    return Bytes.u16(bytes, at(index));
  }

  /** I-FORWARD-TSN: the number counts the stream's unordered messages. FORWARD-TSN names ordered ones only. */
  public boolean unordered(int index) {
    return interleaved && (bytes[at(index) + 3] & 1) != 0;
  }

  /** The stream sequence number or the message identifier up to which is given up. */
  public int messageNumber(int index) {
    return interleaved ? Bytes.i32(bytes, at(index) + 4) : Bytes.u16(bytes, at(index) + 2);
  }

  private int at(int index) {
    return value + 4 + index * skippedBytes(interleaved);
  }

  /** Begins a chunk that {@link #writeSkipped} continues and {@link PacketWriter#endChunk} ends. */
  public static void writeBegin(PacketWriter out, boolean interleaved, int newCumulativeTsn) {
    out.beginChunk(interleaved ? ChunkType.I_FORWARD_TSN : ChunkType.FORWARD_TSN, 0);
    out.put32(newCumulativeTsn);
  }

  public static void writeSkipped(PacketWriter out, boolean interleaved, int streamId, boolean unordered, int number) {
    out.put16(streamId);
    if (interleaved) {
      out.put16(unordered ? 1 : 0);
      out.put32(number);
    } else {
      out.put16(number);
    }
  }
}
