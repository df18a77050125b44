package io.plenum.media.stream;

/**
 * What the last sender report of one producer stream says: which instant of the sender's wall clock belongs to which
 * RTP timestamp (RFC 3550 §6.4.1). All streams of one sender share the wall clock, so it joins audio to video and one
 * simulcast stream to the next.
 */
public final class SenderClock {
  private static final long NS_PER_SECOND = 1_000_000_000L;

  private final int clockRate;
  private boolean known;
  private long ntpTime;
  private long timestamp;
  private long arrivalNs;

  /** @param clockRate of the RTP timestamp, in Hz */
  public SenderClock(int clockRate) {
    this.clockRate = clockRate;
  }

  public void onSenderReport(long ntpTime, long rtpTimestamp, long nowNs) {
    if (ntpTime == 0) {
      // RFC 3550 §6.4.1: a sender without a wall clock may say zero.
      return;
    }
    known = true;
    this.ntpTime = ntpTime;
    timestamp = rtpTimestamp;
    arrivalNs = nowNs;
  }

  public boolean known() {
    return known;
  }

  public int clockRate() {
    return clockRate;
  }

  /** The wall clock at {@code nowNs}, as far behind the sender's as its report took to come. */
  public long ntpTimeAt(long nowNs) {
    return ntpTime + NtpTime.fromNs(nowNs - arrivalNs);
  }

  /** The RTP timestamp of that instant, 32 bit. */
  public int timestampAt(long nowNs) {
    return (int) (timestamp + NtpTime.toClock(nowNs - arrivalNs, clockRate));
  }

  /** The wall clock at that RTP timestamp. */
  public long ntpTimeOf(long rtpTimestamp) {
    long ticks = (int) (rtpTimestamp - timestamp);
    return ntpTime + NtpTime.fromNs(ticks * NS_PER_SECOND / clockRate);
  }

  /** The RTP timestamp at that wall clock, 32 bit. */
  public int timestampOf(long ntpTime) {
    return (int) (timestamp + NtpTime.toClock(NtpTime.toNs(ntpTime - this.ntpTime), clockRate));
  }
}
