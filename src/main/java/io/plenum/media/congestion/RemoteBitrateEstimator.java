package io.plenum.media.congestion;

/**
 * Estimates, where the packets come in, how much the path from a publisher carries (draft-ietf-rmcat-gcc-02, with
 * abs-send-time as the sender's clock), for publishers that negotiated goog-remb and no transport-cc. One for each
 * transport.
 */
public final class RemoteBitrateEstimator {
  public interface Sink {
    /** Tell the publisher, with the SSRCs of all its streams. */
    void sendRemb(long bitrateBps);
  }

  /** As for the sending side: below this no video makes sense. */
  static final long MIN_BITRATE_BPS = 30_000;
  /** A publisher begins below this by itself. */
  static final long START_BITRATE_BPS = 600_000;
  /** How often a publisher hears the estimate; it grows with each, so not too seldom. */
  static final long REMB_INTERVAL_NS = 200_000_000L;
  /** An estimate below this share of what was told last is told at once. */
  private static final double TELL_AT_ONCE = 0.97;
  private static final long THROUGHPUT_WINDOW_NS = 1_000_000_000L;
  /** The extension counts in 2^-18 s. */
  private static final int FRACTION_BITS = 18;

  private final Sink sink;
  private final DelayDetector detector = new DelayDetector();
  private final BitrateMeter throughput = new BitrateMeter(THROUGHPUT_WINDOW_NS);
  private final AimdRateController controller = new AimdRateController(START_BITRATE_BPS, MIN_BITRATE_BPS, true);
  private boolean started;
  /** In 2^-18 s, unwrapped. */
  private long lastSendTime;
  private boolean packetsSinceRemb;
  private long nextRembNs;
  private long lastToldBps;

  public RemoteBitrateEstimator(Sink sink) {
    this.sink = sink;
  }

  /**
   * A packet has come.
   *
   * @param absSendTime the 24 bits of the extension
   * @param sizeBytes the whole RTP packet
   */
  public void onPacket(int absSendTime, int sizeBytes, long nowNs) {
    if (!started) {
      started = true;
      lastSendTime = absSendTime;
      nextRembNs = nowNs + REMB_INTERVAL_NS;
    }
    // 24 bits wrap after 64 s.
    long sendTime = lastSendTime + ((absSendTime - (int) lastSendTime) << 8 >> 8);
    lastSendTime = sendTime;
    if (!packetsSinceRemb) {
      packetsSinceRemb = true;
      nextRembNs = Math.max(nextRembNs, nowNs);
    }
    throughput.add(sizeBytes, nowNs);
    detector.onPacket(nanoseconds(sendTime), nowNs, nowNs);
    if (detector.usage() == BandwidthUsage.OVERUSING) {
      long throughputBps = throughput.bitrateBps(nowNs);
      if (controller.mayDecrease(throughputBps, nowNs)) {
        controller.update(BandwidthUsage.OVERUSING, throughputBps, nowNs);
        if (controller.bitrateBps() < lastToldBps * TELL_AT_ONCE) {
          tell(nowNs);
        }
      }
    }
  }

  /** Whole seconds apart, or the product would overflow after nine hours. */
  private static long nanoseconds(long sendTime) {
    long fraction = sendTime & (1 << FRACTION_BITS) - 1;
    return (sendTime >> FRACTION_BITS) * 1_000_000_000L + (fraction * 1_000_000_000L >> FRACTION_BITS);
  }

  public void onTimeout(long nowNs) {
    if (nowNs < nextDeadlineNs()) {
      return;
    }
    if (detector.usage() != BandwidthUsage.OVERUSING) {
      controller.update(detector.usage(), throughput.bitrateBps(nowNs), nowNs);
    }
    tell(nowNs);
  }

  public long nextDeadlineNs() {
    return packetsSinceRemb ? nextRembNs : Long.MAX_VALUE;
  }

  /** What the path from the publisher carries, as far as we know. */
  public long bitrateBps() {
    return controller.bitrateBps();
  }

  private void tell(long nowNs) {
    packetsSinceRemb = false;
    nextRembNs = nowNs + REMB_INTERVAL_NS;
    lastToldBps = controller.bitrateBps();
    sink.sendRemb(lastToldBps);
  }
}
