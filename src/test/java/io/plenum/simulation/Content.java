package io.plenum.simulation;

import io.plenum.protocol.wire.Bytes;

/**
 * What stands in a made-up packet behind the codec's own bytes: where it came from, and a pattern that follows from
 * that, so that a receiver can tell each byte that was changed on the way.
 */
record Content(int layer, int frame, int index, int count, long captureNs) {
  static final int HEADER_BYTES = 17;

  void writeTo(byte[] bytes, int offset, int length) {
    Bytes.put8(bytes, offset, layer);
    Bytes.put32(bytes, offset + 1, frame);
    Bytes.put16(bytes, offset + 5, index);
    Bytes.put16(bytes, offset + 7, count);
    Bytes.put64(bytes, offset + 9, captureNs);
    for (int i = HEADER_BYTES; i < length; i++) {
      bytes[offset + i] = pattern(i);
    }
  }

  /** Null if the bytes are not as they were written. */
  static Content read(byte[] bytes, int offset, int length) {
    if (length < HEADER_BYTES) {
      return null;
    }
    Content content = new Content(Bytes.u8(bytes, offset), Bytes.i32(bytes, offset + 1), Bytes.u16(bytes, offset + 5),
        Bytes.u16(bytes, offset + 7), Bytes.i64(bytes, offset + 9));
    for (int i = HEADER_BYTES; i < length; i++) {
      if (bytes[offset + i] != content.pattern(i)) {
        return null;
      }
    }
    return content;
  }

  private byte pattern(int position) {
    return (byte) (31 * frame + 7 * index + 3 * layer + position);
  }
}
