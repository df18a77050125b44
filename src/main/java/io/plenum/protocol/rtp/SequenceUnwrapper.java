package io.plenum.protocol.rtp;

/**
 * Turns 16-bit RTP sequence numbers into 64-bit sequences that do not wrap (RFC 3550 §6.4.1 "extended"). A number is
 * taken to be the nearest one to the highest seen so far, so packets that were overtaken across the wrap keep their
 * place. The low 16 bits of a result are always the number on the wire. One object per stream.
 */
public final class SequenceUnwrapper {
  /** The first number lands in the second cycle, so that those which it overtook are not negative. */
  private static final long FIRST_CYCLE = 1L << 16;

  private long highest = -1;

  /** The sequence of {@code sequenceNumber}, whose lowest 16 bits count; remembers it if it is the highest. */
  public long unwrap(int sequenceNumber) {
    long sequence = peek(sequenceNumber);
    if (sequence > highest) {
      highest = sequence;
    }
    return sequence;
  }

  /** What {@link #unwrap} would answer, without remembering: for a packet that may yet be refused. */
  public long peek(int sequenceNumber) {
    if (highest < 0) {
      return FIRST_CYCLE + (sequenceNumber & 0xffff);
    }
    return highest + (short) (sequenceNumber - (int) highest);
  }

  /** The highest sequence so far, or -1 before the first. */
  public long highest() {
    return highest;
  }

  /** Forgets all: the sender began anew. */
  public void reset() {
    highest = -1;
  }
}
