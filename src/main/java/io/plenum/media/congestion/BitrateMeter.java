package io.plenum.media.congestion;

import java.util.Arrays;

/** The bitrate over the last moments: a ring of slots of 10 ms. */
final class BitrateMeter {
  static final long SLOT_NS = 10_000_000L;
  /** A rate over less is a guess. */
  private static final int MIN_SLOTS = 10;
  static final long UNKNOWN = -1;

  private final int[] bytesOfSlot;
  private boolean started;
  private long firstSlot;
  private long newestSlot;
  private long bytes;

  BitrateMeter(long windowNs) {
    bytesOfSlot = new int[(int) (windowNs / SLOT_NS)];
  }

  /** What comes with a slightly earlier time than something before is counted as if it came with that. */
  void add(int sizeBytes, long nowNs) {
    advance(nowNs);
    bytesOfSlot[index(newestSlot)] += sizeBytes;
    bytes += sizeBytes;
  }

  /** In bit/s, or {@link #UNKNOWN} for the first 100 ms and when nothing came within the window. */
  long bitrateBps(long nowNs) {
    if (!started) {
      return UNKNOWN;
    }
    advance(nowNs);
    long slots = Math.min(bytesOfSlot.length, newestSlot - firstSlot + 1);
    return bytes == 0 || slots < MIN_SLOTS ? UNKNOWN : bytes * 8 * 1_000_000_000L / (slots * SLOT_NS);
  }

  private void advance(long nowNs) {
    long slot = Math.floorDiv(nowNs, SLOT_NS);
    if (!started || Math.abs(slot - newestSlot) >= bytesOfSlot.length) {
      // After a silence the window begins with what comes now, or the rate would climb slowly from zero. A time from
      // before the window is a peer's clock that was set back.
      started = true;
      Arrays.fill(bytesOfSlot, 0);
      firstSlot = slot;
      newestSlot = slot;
      bytes = 0;
      return;
    }
    for (long i = newestSlot + 1; i <= slot; i++) {
      int index = index(i);
      bytes -= bytesOfSlot[index];
      bytesOfSlot[index] = 0;
    }
    newestSlot = Math.max(newestSlot, slot);
  }

  private int index(long slot) {
    return (int) Math.floorMod(slot, (long) bytesOfSlot.length);
  }
}
