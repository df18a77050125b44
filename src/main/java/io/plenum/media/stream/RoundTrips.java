package io.plenum.media.stream;

/**
 * How long the way to a peer and back is, from reports of ours that it answers with their time and how long it has held
 * the answer: report blocks for sender reports (RFC 3550 §6.4.1), DLRR for receiver reference times (RFC 3611 §4.5). Only
 * what we have sent lately counts as answered, so a peer can lie about its delay, but not about times of its own making.
 */
public final class RoundTrips {
  /** Reports whose answer may still come: about ten seconds' worth. */
  private static final int REMEMBERED = 8;
  /** No path is this long; a larger value is a mistake or a lie. */
  private static final long MAX_RTT_NS = 60_000_000_000L;

  private final long[] reports = new long[REMEMBERED];
  private final long[] sentNs = new long[REMEMBERED];
  private int count;

  /** A report with that NTP time goes out now. */
  public void onReportSent(long ntpTime, long nowNs) {
    reports[count % REMEMBERED] = NtpTime.middle(ntpTime);
    sentNs[count % REMEMBERED] = nowNs;
    count++;
  }

  /**
   * There and back in nanoseconds, or -1 if no report of ours is answered.
   *
   * @param lastReport middle 32 bits of the report's NTP time; 0 for none
   * @param delaySinceLastReport how long the peer had it, in 1/65536 s
   */
  public long rttNs(long lastReport, long delaySinceLastReport, long nowNs) {
    if (lastReport == 0) {
      return -1;
    }
    for (int i = 0; i < Math.min(count, REMEMBERED); i++) {
      if (reports[i] == lastReport) {
        long rttNs = nowNs - sentNs[i] - NtpTime.nsFromShort(delaySinceLastReport);
        // RFC 3550 §6.4.1: clocks drift, so a very short path may come out negative.
        return rttNs > MAX_RTT_NS ? -1 : Math.max(0, rttNs);
      }
    }
    return -1;
  }
}
