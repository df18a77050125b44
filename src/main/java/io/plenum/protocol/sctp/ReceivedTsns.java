package io.plenum.protocol.sctp;

/**
 * Which TSNs have come: all up to the cumulative one, and beyond it a window of bits. What the peer can make us remember
 * is that window and nothing more.
 */
final class ReceivedTsns {
  /**
   * TSNs ahead of the first missing one that are accepted: 4 KiB of bits. Twice what our own sender has on its way at
   * most, and 32 MB of full packets.
   */
  static final int WINDOW = 32_768;

  private static final int MASK = WINDOW - 1;

  /** Bit {@code tsn & MASK}; only those in (cumulative, highest] are ever set. Made at the first gap. */
  private long[] bits;
  private long cumulative;
  private long highest;

  /** @param initialTsn the first that the peer sends, unwrapped */
  ReceivedTsns(long initialTsn) {
    cumulative = initialTsn - 1;
    highest = cumulative;
  }

  long unwrap(int tsn) {
    return SerialNumber.unwrap32(tsn, cumulative);
  }

  /** Everything up to here has come or was given up. */
  long cumulative() {
    return cumulative;
  }

  boolean hasGaps() {
    return highest != cumulative;
  }

  boolean isInWindow(long tsn) {
    return tsn - cumulative <= WINDOW;
  }

  boolean contains(long tsn) {
    return tsn <= cumulative || tsn <= highest && isSet(tsn);
  }

  /** This one would move {@link #cumulative}. */
  boolean isNext(long tsn) {
    return tsn == cumulative + 1;
  }

  /** @param tsn in the window, and not there yet */
  void add(long tsn) {
    if (tsn == cumulative + 1 && highest == cumulative) {
      cumulative = tsn;
      highest = tsn;
      return;
    }
    if (bits == null) {
      bits = new long[WINDOW / Long.SIZE];
    }
    set(tsn);
    highest = Math.max(highest, tsn);
    advance();
  }

  /** The peer has given up what is missing up to here (RFC 3758 §3.6). */
  void forwardTo(long tsn) {
    if (tsn <= cumulative) {
      return;
    }
    if (tsn >= highest) {
      for (long gone = cumulative + 1; gone <= highest; gone++) {
        clear(gone);
      }
      cumulative = tsn;
      highest = tsn;
      return;
    }
    for (long gone = cumulative + 1; gone <= tsn; gone++) {
      clear(gone);
    }
    cumulative = tsn;
    advance();
  }

  private void advance() {
    while (cumulative < highest && isSet(cumulative + 1)) {
      cumulative++;
      clear(cumulative);
    }
  }

  /**
   * The blocks that have come beyond the cumulative TSN, lowest first.
   *
   * @param startsAndEnds takes first and last TSN of each in turn, counted from the cumulative TSN
   * @return how many; at most what fits
   */
  int gapBlocks(int[] startsAndEnds) {
    int blocks = 0;
    long tsn = cumulative + 1;
    while (blocks < startsAndEnds.length / 2 && (tsn = next(tsn, true)) <= highest) {
      long after = next(tsn, false);
      startsAndEnds[2 * blocks] = (int) (tsn - cumulative);
      startsAndEnds[2 * blocks + 1] = (int) (after - 1 - cumulative);
      blocks++;
      tsn = after;
    }
    return blocks;
  }

  /** The first from there on that is (not) set; {@code highest + 1} if there is none. */
  private long next(long from, boolean wanted) {
    long tsn = from;
    while (tsn <= highest) {
      int index = (int) tsn & MASK;
      long word = bits[index / Long.SIZE] >>> index;
      int skip = Long.numberOfTrailingZeros(wanted ? word : ~word);
      int inWord = Long.SIZE - index % Long.SIZE;
      if (skip < inWord) {
        return Math.min(tsn + skip, highest + 1);
      }
      tsn += inWord;
    }
    return highest + 1;
  }

  private boolean isSet(long tsn) {
    int index = (int) tsn & MASK;
    return (bits[index / Long.SIZE] >>> index & 1) != 0;
  }

  private void set(long tsn) {
    int index = (int) tsn & MASK;
    bits[index / Long.SIZE] |= 1L << index;
  }

  private void clear(long tsn) {
    int index = (int) tsn & MASK;
    bits[index / Long.SIZE] &= ~(1L << index);
  }
}
