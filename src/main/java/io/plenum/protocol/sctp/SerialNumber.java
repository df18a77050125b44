package io.plenum.protocol.sctp;

/** Numbers that wrap on the wire (RFC 1982) as longs that only grow: what is nearest to a number we know. */
final class SerialNumber {
  /** Unwrapped numbers begin this high, so that none below the first is negative. */
  private static final long FIRST_CYCLE = 1L << 32;

  private SerialNumber() {}

  /** The first of a row. */
  static long first(int wire) {
    return FIRST_CYCLE + Integer.toUnsignedLong(wire);
  }

  static long unwrap32(int wire, long nearest) {
    return nearest + (wire - (int) nearest);
  }

  static long unwrap16(int wire, long nearest) {
    return nearest + (short) (wire - (int) nearest);
  }
}
