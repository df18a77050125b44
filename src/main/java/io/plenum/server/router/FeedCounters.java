package io.plenum.server.router;

/**
 * What one media loop has sent to routers on other loops of its node. Written by the loop alone, read by metrics from
 * elsewhere: a number that is a moment old does no harm, so they are plain longs.
 */
public final class FeedCounters {
  private long packets;
  private long bytes;
  private long dropped;
  private long ends;

  public void onSent(int length) {
    packets++;
    bytes += length;
  }

  /** The other loop has not taken what came before: its queue is full. */
  public void onDropped() {
    dropped++;
  }

  public void onEnds(int change) {
    ends += change;
  }

  public long packets() {
    return packets;
  }

  public long bytes() {
    return bytes;
  }

  public long dropped() {
    return dropped;
  }

  /** Ends of in-process pipes on this loop. */
  public long ends() {
    return ends;
  }
}
