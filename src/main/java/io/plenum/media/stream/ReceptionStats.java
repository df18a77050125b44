package io.plenum.media.stream;

import io.plenum.protocol.rtcp.ReportBlock;

/**
 * Loss and jitter of one received SSRC and the report block about it (RFC 3550 §6.4.1, §A.3, §A.8). Packets repaired
 * by a retransmission on another SSRC stay lost here: the report tells the sender about the path.
 */
public final class ReceptionStats {
  /** A step in transit time above this comes from a clock that was set, not from the path. */
  private static final long MAX_TRANSIT_STEP_SECONDS = 5;
  private static final int MAX_CUMULATIVE_LOST = 0x7f_ffff;
  private static final int MIN_CUMULATIVE_LOST = -0x80_0000;

  private final int clockRate;
  private long received;
  private long expectedPrior;
  private long receivedPrior;
  private int fractionLost;
  private long intervalExpected;
  private long intervalLost;

  private boolean hasTransit;
  private long lastArrivalNs;
  private long lastTimestamp;
  /** Times 16, as RFC 3550 §A.8 keeps it. */
  private long scaledJitter;

  private boolean hasSenderReport;
  private long lastSenderReport;
  private long senderReportArrivalNs;

  /** @param clockRate of the RTP timestamp, in Hz */
  public ReceptionStats(int clockRate) {
    this.clockRate = clockRate;
  }

  /**
   * A packet came on the media SSRC.
   *
   * @param newest true if no later packet came before it; only those measure jitter
   */
  public void onPacket(long timestamp, boolean newest, long nowNs) {
    received++;
    if (!newest || hasTransit && timestamp == lastTimestamp) {
      // The packets of one frame leave one after the other; their distance says nothing about the path.
      return;
    }
    if (hasTransit) {
      long arrivalStep = NtpTime.toClock(nowNs - lastArrivalNs, clockRate);
      long difference = Math.abs(arrivalStep - (int) (timestamp - lastTimestamp));
      if (difference <= MAX_TRANSIT_STEP_SECONDS * clockRate) {
        scaledJitter += difference - (scaledJitter + 8 >> 4);
      }
    }
    hasTransit = true;
    lastArrivalNs = nowNs;
    lastTimestamp = timestamp;
  }

  /** RFC 3550 §6.4.1: duplicates count as received, so the cumulative loss may become negative. */
  public void onDuplicate() {
    received++;
  }

  /** The sender counts from a new beginning, and so do we; the packet itself is told to {@link #onPacket}. */
  public void onRestart() {
    received = 0;
    expectedPrior = 0;
    receivedPrior = 0;
    hasTransit = false;
  }

  public void onSenderReport(long ntpTime, long nowNs) {
    hasSenderReport = true;
    lastSenderReport = ntpTime >>> 16 & 0xffff_ffffL;
    senderReportArrivalNs = nowNs;
  }

  /** Fills all but the SSRC, and begins the next interval. */
  public void fillReportBlock(ReportBlock block, SequenceTracker sequences, long nowNs) {
    long expected = sequences.expected();
    intervalExpected = expected - expectedPrior;
    intervalLost = intervalExpected - (received - receivedPrior);
    expectedPrior = expected;
    receivedPrior = received;
    fractionLost = intervalExpected <= 0 || intervalLost <= 0
        ? 0
        : (int) Math.min(255, (intervalLost << 8) / intervalExpected);

    block.fractionLost = fractionLost;
    block.cumulativeLost =
        (int) Math.max(MIN_CUMULATIVE_LOST, Math.min(MAX_CUMULATIVE_LOST, packetsLost(sequences)));
    block.extendedHighestSequence = sequences.extendedHighestSequence();
    block.jitter = jitter();
    block.lastSenderReport = hasSenderReport ? lastSenderReport : 0;
    block.delaySinceLastSenderReport =
        hasSenderReport ? NtpTime.shortFromNs(nowNs - senderReportArrivalNs) : 0;
  }

  public long packetsLost(SequenceTracker sequences) {
    return sequences.expected() - received;
  }

  /** In units of the stream's clock. */
  public long jitter() {
    return scaledJitter >> 4;
  }

  /** 0…255, of the last report. */
  public int fractionLost() {
    return fractionLost;
  }

  /** Packets expected in the interval that the last report closed. */
  public long intervalExpected() {
    return Math.max(0, intervalExpected);
  }

  /** Packets lost in the interval that the last report closed. */
  public long intervalLost() {
    return Math.max(0, intervalLost);
  }
}
