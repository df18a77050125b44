package io.plenum.media.stream;

import io.plenum.protocol.rtcp.SenderInfo;

/**
 * Writes the sender reports of one outgoing SSRC, and knows from a report block that answers one how long the way there
 * and back is.
 *
 * <p>The report carries the <em>producer's</em> wall clock, moved on by the time since its report came: the receiver
 * then joins audio and video exactly as the producer would have it, through any number of switches and hops, and no
 * estimate of ours can disturb that. The round trip does not need the wall clock: we remember when each report went.
 *
 * <p>Before the producer's first report nothing is sent: a report in our own clock would make the receiver align, and
 * jump when the producer's came. Only if none comes for long (some senders have no RTCP) we use our clock and the
 * arrival of packets, so that the receiver has something to answer. After a switch to a source that has not reported yet,
 * the former one's line is carried on: both have the same wall clock, and {@link TimestampAligner} has joined their
 * timestamps as well as can be known.
 */
public final class SenderReports {
  /** Browsers send their first report within a second or two. Who has not by now will not. */
  public static final long ARRIVAL_FALLBACK_NS = 5_000_000_000L;

  private final int clockRate;
  private final RoundTrips roundTrips = new RoundTrips();
  private boolean begun;
  /** Since when we wait for a report of the source. */
  private long waitingSinceNs;
  private boolean byArrival;
  private long lastPacketNs;
  private int lastTimestamp;
  /** What a source said at {@link #knownNs}: that outgoing timestamp belongs to that wall clock. */
  private boolean known;
  private long knownNtpTime;
  private long knownTimestamp;
  private long knownNs;

  public SenderReports(int clockRate) {
    this.clockRate = clockRate;
  }

  /** A packet goes out; {@code timestamp} as it is on the wire. */
  public void onPacket(int timestamp, long nowNs) {
    if (!begun) {
      begun = true;
      waitingSinceNs = nowNs;
    }
    lastPacketNs = nowNs;
    lastTimestamp = timestamp;
  }

  /**
   * Another source's packets follow.
   *
   * @param clock of the source that was forwarded until now
   * @param timestampOffset what was added to its timestamps
   */
  public void onSwitch(SenderClock clock, int timestampOffset, long nowNs) {
    if (clock.known()) {
      learn(clock, timestampOffset, nowNs);
    }
    waitingSinceNs = nowNs;
  }

  private void learn(SenderClock clock, int timestampOffset, long nowNs) {
    known = true;
    knownNtpTime = clock.ntpTimeAt(nowNs);
    knownTimestamp = clock.timestampAt(nowNs) + timestampOffset;
    knownNs = nowNs;
  }

  /**
   * Fills the times of a report that is sent now.
   *
   * @param clock of the producer's stream that is forwarded now
   * @param timestampOffset what is added to that stream's timestamps
   * @param nowNtp our own wall clock, used only for producers that never report
   * @return false if there is nothing to report yet
   */
  public boolean fill(SenderInfo info, SenderClock clock, int timestampOffset, long nowNs, long nowNtp) {
    if (!begun) {
      return false;
    }
    if (clock.known()) {
      learn(clock, timestampOffset, nowNs);
    }
    if (known) {
      info.ntpTime = knownNtpTime + NtpTime.fromNs(nowNs - knownNs);
      info.rtpTimestamp = knownTimestamp + NtpTime.toClock(nowNs - knownNs, clockRate) & 0xffff_ffffL;
    } else if (byArrival || nowNs - waitingSinceNs >= ARRIVAL_FALLBACK_NS) {
      byArrival = true;
      info.ntpTime = nowNtp;
      info.rtpTimestamp = lastTimestamp + NtpTime.toClock(nowNs - lastPacketNs, clockRate) & 0xffff_ffffL;
    } else {
      return false;
    }
    roundTrips.onReportSent(info.ntpTime, nowNs);
    return true;
  }

  /** There and back, or -1 if the block answers no report of ours. */
  public long rttNs(long lastSenderReport, long delaySinceLastSenderReport, long nowNs) {
    return roundTrips.rttNs(lastSenderReport, delaySinceLastSenderReport, nowNs);
  }
}
