package io.plenum.protocol.rtp;

/**
 * Turns 32-bit RTP timestamps into 64-bit ones that do not wrap, as {@link SequenceUnwrapper} does for sequence
 * numbers: two of them compare rightly however much later the second one came. The low 32 bits of a result are always the
 * timestamp on the wire. One object per stream.
 */
public final class TimestampUnwrapper {
  /** The first timestamp lands in the second cycle, so that those which it overtook are not negative. */
  private static final long FIRST_CYCLE = 1L << 32;

  /**
   * A timestamp further back is no packet that comes late: ten seconds of a video clock, more than any history keeps. Either
   * the source was silent for more than half a cycle (6.6 hours at 90 kHz), or its clock leapt (RFC 3550 §5.1): time goes on.
   */
  public static final int MAX_LATE_TICKS = 10 * 90_000;

  private long highest = -1;

  /** {@code timestamp}, of which the lowest 32 bits count, unwrapped, in clock-rate units; remembers the highest. */
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
    int step = (int) (timestamp - highest);
    return highest + (step < -MAX_LATE_TICKS ? Integer.toUnsignedLong(step) : step);
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
