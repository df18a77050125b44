package io.plenum.media.stream;

import java.util.Arrays;

/** Bytes per time over a sliding window, and packets and bytes since the beginning. */
public final class RateCounter {
  /** What mediasoup's figures are averaged over. */
  public static final long DEFAULT_WINDOW_NS = 1_000_000_000;
  static final int DEFAULT_SLOTS = 100;

  private final long slotNs;
  private final int[] slots;
  private long newestSlot;
  /** In {@link #slots}. */
  private int newestIndex;
  /** Until then the newest slot is the newest: what is added touches no more than this object. */
  private long newestEndNs = Long.MIN_VALUE;
  /** Of the newest slot, not in {@link #slots} yet. */
  private int newestBytes;
  private long windowBytes;
  private long packets;
  private long bytes;

  public RateCounter() {
    this(DEFAULT_WINDOW_NS, DEFAULT_SLOTS);
  }

  public RateCounter(long windowNs, int slotCount) {
    slotNs = windowNs / slotCount;
    slots = new int[slotCount];
  }

  public void add(int length, long nowNs) {
    if (nowNs >= newestEndNs) {
      advance(nowNs);
    }
    newestBytes += length;
    windowBytes += length;
    packets++;
    bytes += length;
  }

  public long bitsPerSecond(long nowNs) {
    return bytesInWindow(nowNs) * 8 * 1_000_000_000 / (slotNs * slots.length);
  }

  public long bytesInWindow(long nowNs) {
    if (nowNs >= newestEndNs) {
      advance(nowNs);
    }
    return windowBytes;
  }

  public long packets() {
    return packets;
  }

  public long bytes() {
    return bytes;
  }

  private void advance(long nowNs) {
    long slot = Math.floorDiv(nowNs, slotNs);
    boolean started = newestEndNs != Long.MIN_VALUE;
    if (started && slot - newestSlot >= slots.length) {
      Arrays.fill(slots, 0);
      windowBytes = 0;
    } else if (started) {
      slots[newestIndex] = newestBytes;
      for (long each = newestSlot + 1; each <= slot; each++) {
        newestIndex = newestIndex + 1 == slots.length ? 0 : newestIndex + 1;
        windowBytes -= slots[newestIndex];
        slots[newestIndex] = 0;
      }
    }
    newestSlot = slot;
    newestBytes = 0;
    newestEndNs = (slot + 1) * slotNs;
  }
}
