package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/** SACK (RFC 9260 §3.3.4): what has arrived and how much more may come. A view. */
public final class SackChunk {
  /** Chunk header, cumulative TSN, window, the two counts. */
  public static final int FIXED_BYTES = 16;
  /** A gap block, or the TSN of a duplicate. */
  public static final int ENTRY_BYTES = 4;

  private byte[] bytes;
  private int value;

  /** @param packet a reader that stands on a SACK */
  public Malformed parse(PacketReader packet) {
    bytes = packet.bytes();
    value = packet.valueOffset();
    int length = packet.chunkLength();
    if (length < FIXED_BYTES) {
      return Malformed.TOO_SHORT;
    }
    return length < FIXED_BYTES + ENTRY_BYTES * (gapBlocks() + duplicates()) ? Malformed.WRONG_LENGTH : null;
  }

  public int cumulativeTsn() {
    return Bytes.i32(bytes, value);
  }

  /** Bytes that the receiver has room for. */
  public long receiverWindow() {
    return Bytes.u32(bytes, value + 4);
  }

  public int gapBlocks() {
    return Bytes.u16(bytes, value + 8);
  }

  public int duplicates() {
    return Bytes.u16(bytes, value + 10);
  }

  /** First TSN of the block, counted from the cumulative TSN. */
  public int gapStart(int block) {
    return Bytes.u16(bytes, value + 12 + block * ENTRY_BYTES);
  }

  /** Last TSN of the block, counted from the cumulative TSN. */
  public int gapEnd(int block) {
    return Bytes.u16(bytes, value + 14 + block * ENTRY_BYTES);
  }

  public int duplicate(int index) {
    return Bytes.i32(bytes, value + 12 + (gapBlocks() + index) * ENTRY_BYTES);
  }

  /**
   * Writes a SACK.
   *
   * @param gaps starts and ends in turn, counted from the cumulative TSN
   */
  public static void write(PacketWriter out, int cumulativeTsn, long receiverWindow, int[] gaps, int gapBlocks,
      int[] duplicates, int duplicateCount) {
    out.beginChunk(ChunkType.SACK, 0);
    out.put32(cumulativeTsn);
    out.put32((int) receiverWindow);
    out.put16(gapBlocks);
    out.put16(duplicateCount);
    for (int i = 0; i < 2 * gapBlocks; i++) {
      out.put16(gaps[i]);
    }
    for (int i = 0; i < duplicateCount; i++) {
      out.put32(duplicates[i]);
    }
    out.endChunk();
  }
}
