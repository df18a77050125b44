package io.plenum.media.congestion;

/**
 * From packets' send and arrival times to {@link BandwidthUsage}: groups, trend line, threshold. The two clocks need not
 * agree.
 */
final class DelayDetector {
  /** After such a silence the old delays say nothing. */
  private static final long STREAM_TIMEOUT_NS = 2_000_000_000L;

  private PacketGroups groups = new PacketGroups();
  private final TrendlineFilter trendline = new TrendlineFilter();
  private OveruseDetector detector = new OveruseDetector();
  private boolean started;
  private long lastPacketNs;

  void onPacket(long sendNs, long arrivalNs, long nowNs) {
    if (started && nowNs - lastPacketNs > STREAM_TIMEOUT_NS) {
      groups = new PacketGroups();
      detector = new OveruseDetector();
      trendline.reset();
    }
    started = true;
    lastPacketNs = nowNs;
    if (groups.add(sendNs, arrivalNs)) {
      trendline.add(groups.sendDeltaNs(), groups.arrivalDeltaNs(), groups.arrivalNs());
      detector.onSlope(trendline.slope(), trendline.count(), groups.sendDeltaNs(), groups.arrivalNs());
    }
  }

  BandwidthUsage usage() {
    return detector.usage();
  }
}
