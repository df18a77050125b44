package io.plenum.bench;

import io.plenum.protocol.wire.Bytes;

/**
 * What each payload of the bench carries: its number within its stream, and when it was sent. Behind everything that a
 * server reads or writes in a payload, so that it arrives as it was sent.
 */
final class Stamp {
  /** Behind VP8's payload descriptor (6 bytes here) and the frame header of a key frame (10). */
  static final int OFFSET = 16;
  static final int BYTES = 16;

  private Stamp() {}

  static void put(byte[] packet, int payload, long number, long nowNs) {
    Bytes.put32(packet, payload + OFFSET, (int) (number >>> 32));
    Bytes.put32(packet, payload + OFFSET + 4, (int) number);
    Bytes.put32(packet, payload + OFFSET + 8, (int) (nowNs >>> 32));
    Bytes.put32(packet, payload + OFFSET + 12, (int) nowNs);
  }

  static long number(byte[] packet, int payload) {
    return Bytes.i64(packet, payload + OFFSET);
  }

  static long sentNs(byte[] packet, int payload) {
    return Bytes.i64(packet, payload + OFFSET + 8);
  }
}
