package io.plenum.media.stream;

import io.plenum.protocol.rtcp.ReportBlock;

/** What the receiver of one outgoing SSRC says about it: loss, jitter, round trip, and the score we make of that. */
public final class ReceiverReports {
  private final SenderReports senderReports;
  private final StreamScore score = new StreamScore(StreamScore.BEST);
  private boolean reported;
  private int packetsLost;
  private int fractionLost;
  private long jitter;
  private long rttNs = -1;
  private long sentPrior;
  private long repairedPrior;
  private long resentPrior;

  public ReceiverReports(SenderReports senderReports) {
    this.senderReports = senderReports;
  }

  /** A block about our SSRC came. The counts are those of the stream since its beginning. */
  public void onReportBlock(ReportBlock block, long packetsSent, long packetsRepaired, long packetsResent, long nowNs) {
    int lost = Math.max(0, block.cumulativeLost);
    score.onInterval(packetsSent - sentPrior, lost - packetsLost, packetsRepaired - repairedPrior,
        packetsResent - resentPrior);
    sentPrior = packetsSent;
    repairedPrior = packetsRepaired;
    resentPrior = packetsResent;
    reported = true;
    packetsLost = lost;
    fractionLost = block.fractionLost;
    jitter = block.jitter;
    long measuredNs = senderReports.rttNs(block.lastSenderReport, block.delaySinceLastSenderReport, nowNs);
    if (measuredNs >= 0) {
      rttNs = measuredNs;
    }
  }

  /** -1 as long as it is not known. */
  public long rttNs() {
    return rttNs;
  }

  public boolean reported() {
    return reported;
  }

  public int packetsLost() {
    return packetsLost;
  }

  /** 0…255 */
  public int fractionLost() {
    return fractionLost;
  }

  /** In units of the stream's clock. */
  public long jitter() {
    return jitter;
  }

  public int score() {
    return score.score();
  }
}
