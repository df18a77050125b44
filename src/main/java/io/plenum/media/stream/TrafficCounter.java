package io.plenum.media.stream;

/**
 * Packets and bytes since the beginning, and about how many bytes were counted in the last second. Each transport and
 * each consumer has some, and they are touched for each packet: so this is one small object, where {@link RateCounter}
 * keeps many slots. It takes the bytes of the second before the current one to have been spread evenly: what is steady
 * is measured exactly, and a burst is forgotten after two seconds at the latest.
 */
public final class TrafficCounter {
  /** What mediasoup's figures are averaged over. */
  public static final long WINDOW_NS = 1_000_000_000;
  private static final long NOT_STARTED = Long.MIN_VALUE;

  private long packets;
  private long bytes;
  /** When the current window ends. */
  private long endNs = NOT_STARTED;
  /** {@link #bytes} when the current window began. */
  private long bytesAtStart;
  /** In the window before. */
  private long bytesBefore;

  public void add(int length, long nowNs) {
    if (nowNs >= endNs) {
      turn(nowNs);
    }
    packets++;
    bytes += length;
  }

  private void turn(long nowNs) {
    if (endNs == NOT_STARTED || nowNs - endNs >= WINDOW_NS) {
      bytesBefore = 0;
      endNs = nowNs + WINDOW_NS;
    } else {
      bytesBefore = bytes - bytesAtStart;
      endNs += WINDOW_NS;
    }
    bytesAtStart = bytes;
  }

  public long packets() {
    return packets;
  }

  public long bytes() {
    return bytes;
  }

  public long bytesInWindow(long nowNs) {
    if (nowNs >= endNs) {
      if (endNs == NOT_STARTED) {
        return 0;
      }
      turn(nowNs);
    }
    // Of the window before, as much as the sliding second still reaches into.
    return bytes - bytesAtStart + (long) ((double) bytesBefore * (endNs - nowNs) / WINDOW_NS);
  }

  public long bitsPerSecond(long nowNs) {
    return bytesInWindow(nowNs) * 8 * 1_000_000_000 / WINDOW_NS;
  }
}
