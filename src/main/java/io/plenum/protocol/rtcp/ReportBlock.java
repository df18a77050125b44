package io.plenum.protocol.rtcp;

/**
 * One reception report block (RFC 3550 §6.4.1), mutable because one is filled and read again and again.
 */
public final class ReportBlock {
  /** On the wire: 24 bytes. */
  public static final int BYTES = 24;

  /** The stream that is reported on. */
  public int ssrc;
  /** 0…255: lost since the last report, of 256. */
  public int fractionLost;
  /** Signed 24 bit: lost since the beginning, less duplicates. */
  public int cumulativeLost;
  /** Unsigned 32 bit: cycles in the upper half, highest sequence number in the lower. */
  public long extendedHighestSequence;
  /** Unsigned 32 bit, in the stream's clock. */
  public long jitter;
  /** Middle 32 bits of the NTP time of the last SR, 0 if none came. */
  public long lastSenderReport;
  /** Since that SR, in 1/65536 s. */
  public long delaySinceLastSenderReport;
}
