package io.plenum.protocol.srtp;

import java.util.Arrays;

/**
 * Which of the latest packets of one SSRC were accepted (RFC 3711 §3.3.2), and the highest index of all, whose upper
 * bits are the roll-over counter. Ask {@link #check} before authentication, {@link #accept} only after it.
 */
final class ReplayWindow {
  private final int size;
  /** Bit {@code index mod size} belongs to {@code index} as long as that is within the window. */
  private final long[] accepted;
  private long highest = -1;

  /** @param size in packets, a power of two, 64 or more */
  ReplayWindow(int size) {
    if (size < 64 || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("not a power of two of at least 64: " + size);
    }
    this.size = size;
    accepted = new long[size / 64];
  }

  /** The highest index accepted, -1 before the first. */
  long highest() {
    return highest;
  }

  /** Why this index must not be accepted, or null. */
  SrtpDrop check(long index) {
    if (index > highest) {
      return null;
    }
    if (index <= highest - size) {
      return SrtpDrop.TOO_OLD;
    }
    int bit = (int) (index & size - 1);
    return (accepted[bit >>> 6] & 1L << bit) == 0 ? null : SrtpDrop.REPLAYED;
  }

  /** Remembers an index for which {@link #check} had nothing to say. */
  void accept(long index) {
    if (index - highest >= size) {
      Arrays.fill(accepted, 0);
    } else {
      for (long skipped = highest + 1; skipped < index; skipped++) {
        int bit = (int) (skipped & size - 1);
        accepted[bit >>> 6] &= ~(1L << bit);
      }
    }
    highest = Math.max(highest, index);
    int bit = (int) (index & size - 1);
    accepted[bit >>> 6] |= 1L << bit;
  }
}
