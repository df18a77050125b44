package io.plenum.media.stream;

/**
 * How much of an outgoing stream may be retransmissions. One NACK datagram can ask for thousands of packets; without a
 * limit a receiver could turn a few bytes of its into megabits of ours.
 */
public final class RetransmissionBudget {
  /** Of the media sent in the same second. Where more than a quarter is lost, resending makes it worse. */
  public static final int MAX_PERCENT_OF_MEDIA = 30;
  /** Each stream may resend as much in a second: ten full packets, or all of an audio stream. */
  public static final int MIN_BYTES_PER_SECOND = 12_000;

  private final TrafficCounter media;
  private final TrafficCounter resent;

  /** Both counters over one second, kept up to date by their owner. */
  public RetransmissionBudget(TrafficCounter media, TrafficCounter resent) {
    this.media = media;
    this.resent = resent;
  }

  /** True if that many bytes more may be resent now. */
  public boolean allows(int length, long nowNs) {
    long allowed = Math.max(MIN_BYTES_PER_SECOND, media.bytesInWindow(nowNs) * MAX_PERCENT_OF_MEDIA / 100);
    return resent.bytesInWindow(nowNs) + length <= allowed;
  }
}
