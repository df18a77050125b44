package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;

/**
 * The abs-capture-time extension: when the first sample of the packet's frame was captured, on the capturer's clock as
 * NTP time, and, in the long form, how far that clock is ahead of the sender's. Both have 32 bits behind the point.
 */
public final class AbsCaptureTime {
  public static final int SHORT_BYTES = 8;
  public static final int LONG_BYTES = 16;

  private static final long NS_PER_SECOND = 1_000_000_000L;

  private AbsCaptureTime() {}

  public static boolean isPresent(RtpPacket packet, int id) {
    int length = packet.extensionLength(id);
    return length == SHORT_BYTES || length == LONG_BYTES;
  }

  /** NTP time, unsigned 32.32; 0 if the extension is absent. */
  public static long captureTimeNtp(RtpPacket packet, int id) {
    return isPresent(packet, id) ? Bytes.i64(packet.bytes(), packet.extensionOffset(id)) : 0;
  }

  public static boolean hasClockOffset(RtpPacket packet, int id) {
    return packet.extensionLength(id) == LONG_BYTES;
  }

  /** Capturer's clock minus sender's clock, signed 32.32 seconds; 0 if the extension has none. */
  public static long clockOffset(RtpPacket packet, int id) {
    return hasClockOffset(packet, id) ? Bytes.i64(packet.bytes(), packet.extensionOffset(id) + SHORT_BYTES) : 0;
  }

  /** The long form. */
  public static void put(byte[] bytes, int dataOffset, long captureTimeNtp, long clockOffset) {
    Bytes.put64(bytes, dataOffset, captureTimeNtp);
    Bytes.put64(bytes, dataOffset + SHORT_BYTES, clockOffset);
  }

  /** Signed seconds with 32 bits behind the point, for adding to a clock offset. */
  public static long fromNs(long durationNs) {
    return Math.floorDiv(durationNs, NS_PER_SECOND) << 32 | (Math.floorMod(durationNs, NS_PER_SECOND) << 32) / NS_PER_SECOND;
  }

  /** The other way, rounded down to a nanosecond. */
  public static long toNs(long fixedPoint) {
    return (fixedPoint >> 32) * NS_PER_SECOND + ((fixedPoint & 0xffff_ffffL) * NS_PER_SECOND >>> 32);
  }
}
