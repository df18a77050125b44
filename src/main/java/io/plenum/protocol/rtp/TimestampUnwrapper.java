package io.plenum.protocol.rtp;

/**
 * Turns 32-bit RTP timestamps into 64-bit ones that do not wrap, as {@link SequenceUnwrapper} does for sequence
 * numbers. The low 32 bits of a result are always the timestamp on the wire. One object per stream.
 */
public final class TimestampUnwrapper {
  /** The first timestamp lands in the second cycle, so that those which it overtook are not negative. */
  private static final long FIRST_CYCLE = 1L << 32;

  private long highest = -1;

  /** The unwrapped {@code timestamp}, whose lowest 32 bits count; remembers it if it is the highest. In clock-rate units. */
  public long unwrap(long timestamp) {
    long unwrapped = peek(timestamp);
    if (unwrapped > highest) {
      highest = unwrapped;
    }
    return unwrapped;
  }

  /** What {@link #unwrap} would answer, without remembering. */
  public long peek(long timestamp) {
    if (highest < 0) {
      return FIRST_CYCLE + (timestamp & 0xffff_ffffL);
    }
    return highest + (int) (timestamp - highest);
  }

  /** The highest so far, or -1 before the first. */
  public long highest() {
    return highest;
  }

  /** Forgets all: the sender began anew. */
  public void reset() {
    highest = -1;
  }
}
