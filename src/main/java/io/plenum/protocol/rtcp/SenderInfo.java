package io.plenum.protocol.rtcp;

/** The sender's part of an SR (RFC 3550 §6.4.1), mutable because one is filled and read again and again. */
public final class SenderInfo {
  public int ssrc;
  /** Seconds since 1900 in the upper 32 bits, fraction in the lower. */
  public long ntpTime;
  /** Unsigned 32 bit, the same instant in the stream's clock. */
  public long rtpTimestamp;
  /** Unsigned 32 bit. */
  public long packetCount;
  /** Unsigned 32 bit, payload only. */
  public long octetCount;
}
