package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/** Goes through type-length-value entries: a chunk's parameters (RFC 9260 §3.2.1), or error causes (§3.3.10). A view. */
public final class ParameterReader {
  public static final int HEADER_BYTES = 4;

  private byte[] bytes;
  private int end;
  private int next;
  private int at;

  /** @return what is wrong with the lengths, or null; then {@link #next()} cannot go astray */
  public Malformed parse(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.next = offset;
    this.end = offset + length;
    for (int i = offset; i < end; ) {
      if (end - i < HEADER_BYTES) {
        return Malformed.WRONG_LENGTH;
      }
      int entry = Bytes.u16(bytes, i + 2);
      if (entry < HEADER_BYTES || entry > end - i) {
        return Malformed.WRONG_LENGTH;
      }
      i += ChunkType.padded(entry);
    }
    return null;
  }

  public boolean next() {
    if (next >= end) {
      return false;
    }
    at = next;
    next += ChunkType.padded(length());
    return true;
  }

  public int type() {
    return Bytes.u16(bytes, at);
  }

  /** Where the entry's header begins. */
  public int offset() {
    return at;
  }

  /** Header and value, without padding. */
  public int length() {
    return Bytes.u16(bytes, at + 2);
  }

  public int valueOffset() {
    return at + HEADER_BYTES;
  }

  public int valueLength() {
    return length() - HEADER_BYTES;
  }
}
