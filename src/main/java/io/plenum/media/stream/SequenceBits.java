package io.plenum.media.stream;

import java.util.Arrays;

/**
 * One bit for each of the last so many sequences, in a ring. Ranges are looked at and cleared by words, so that a step of
 * thousands, which a hostile sender can take with each packet, costs no more than some tens of machine instructions.
 */
final class SequenceBits {
  private final long[] words;
  private final int mask;

  /** @param size a power of two, 64 or more */
  SequenceBits(int size) {
    words = new long[size / Long.SIZE];
    mask = size - 1;
  }

  private SequenceBits(SequenceBits other) {
    words = other.words.clone();
    mask = other.mask;
  }

  /** Other bits of the same values. */
  SequenceBits copy() {
    return new SequenceBits(this);
  }

  boolean get(long sequence) {
    return (words[word(sequence)] & 1L << sequence) != 0;
  }

  void set(long sequence) {
    words[word(sequence)] |= 1L << sequence;
  }

  /** Clears {@code from} up to and including {@code to}. */
  void clear(long from, long to) {
    if (to - from >= mask) {
      Arrays.fill(words, 0);
      return;
    }
    for (long at = from; at <= to; at = nextWord(at)) {
      words[word(at)] &= ~range(at, to);
    }
  }

  /** Whether all from {@code from} up to and including {@code to} are set; they are not more than there are bits. */
  boolean areSet(long from, long to) {
    for (long at = from; at <= to; at = nextWord(at)) {
      long range = range(at, to);
      if ((words[word(at)] & range) != range) {
        return false;
      }
    }
    return true;
  }

  /** The first from {@code from} up to and including {@code to} that is set, or -1. */
  long firstSet(long from, long to) {
    for (long at = from; at <= to; at = nextWord(at)) {
      long found = words[word(at)] & range(at, to);
      if (found != 0) {
        return at - (at & Long.SIZE - 1) + Long.numberOfTrailingZeros(found);
      }
    }
    return -1;
  }

  private int word(long sequence) {
    return ((int) sequence & mask) >>> 6;
  }

  /** Where the word after that of {@code sequence} begins. */
  private static long nextWord(long sequence) {
    return (sequence | Long.SIZE - 1) + 1;
  }

  /** The bits of the word of {@code from} that lie from there up to and including {@code to}. */
  private static long range(long from, long to) {
    long bits = -1L << from;
    return nextWord(from) - 1 <= to ? bits : bits & -1L >>> -1 - to;
  }
}
