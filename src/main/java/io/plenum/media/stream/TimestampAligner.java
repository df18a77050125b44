package io.plenum.media.stream;

import io.plenum.protocol.rtp.TimestampUnwrapper;

/**
 * Makes the timestamps of one outgoing stream go on when its source stream changes. The simulcast streams of a sender
 * count from different random values; the sender's wall clock, which all its sender reports carry, joins them.
 */
public final class TimestampAligner {
  /** Encodings of one camera picture leave within this time of each other; so much may be corrected by shifting. */
  static final long MAX_CORRECTION_NS = 75_000_000;
  /** Wall clock and arrival may differ by what queues on the way; more means that a report was wrong. */
  static final long MAX_AHEAD_OF_ARRIVAL_NS = 1_000_000_000;

  private final int clockRate;
  private final TimestampUnwrapper timestamps = new TimestampUnwrapper();
  private boolean begun;
  private long newestNs;
  private int offset;

  public TimestampAligner(int clockRate) {
    this.clockRate = clockRate;
  }

  /** What is added to the source's timestamps now. */
  public int offset() {
    return offset;
  }

  /** A packet goes out with that (outgoing) timestamp. */
  public void onPacket(int timestamp, long nowNs) {
    if (timestamps.peek(timestamp) > timestamps.highest()) {
      timestamps.unwrap(timestamp);
      newestNs = nowNs;
    }
    begun = true;
  }

  /** From the packet with {@code firstTimestamp} on, the source is another one. */
  public void onSwitch(SenderClock from, SenderClock to, long firstTimestamp, long nowNs) {
    if (!begun) {
      return;
    }
    int newestTimestamp = (int) timestamps.highest();
    // At least a millisecond, so that two pictures never share a timestamp.
    int minStep = Math.max(1, clockRate / 1000);
    long arrivalStep = Math.max(minStep, NtpTime.toClock(nowNs - newestNs, clockRate));
    long step = arrivalStep;
    if (from.known() && to.known()) {
      int aligned = from.timestampOf(to.ntpTimeOf(firstTimestamp)) + offset;
      long wallClockStep = aligned - newestTimestamp;
      if (wallClockStep > -NtpTime.toClock(MAX_CORRECTION_NS, clockRate)
          && wallClockStep < arrivalStep + NtpTime.toClock(MAX_AHEAD_OF_ARRIVAL_NS, clockRate)) {
        step = Math.max(minStep, wallClockStep);
      }
    }
    offset = newestTimestamp + (int) step - (int) firstTimestamp;
  }
}
