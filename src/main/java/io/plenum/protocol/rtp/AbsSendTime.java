package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;

/** The abs-send-time extension: when a packet left, 24 bits of seconds with 18 bits behind the point; wraps after 64 s. */
public final class AbsSendTime {
  public static final int BYTES = 3;

  private static final int FRACTION_BITS = 18;
  private static final long NS_PER_SECOND = 1_000_000_000L;

  private AbsSendTime() {}

  /** The 24 bits, or -1 if the packet has no such extension of the right length. */
  public static int read(RtpPacket packet, int id) {
    return packet.extensionLength(id) == BYTES ? Bytes.u24(packet.bytes(), packet.extensionOffset(id)) : -1;
  }

  public static void put(byte[] bytes, int dataOffset, long nowNs) {
    Bytes.put24(bytes, dataOffset, fromNs(nowNs));
  }

  /** The 24 bits for a time on any clock. */
  public static int fromNs(long timeNs) {
    long seconds = Math.floorDiv(timeNs, NS_PER_SECOND);
    long fraction = (Math.floorMod(timeNs, NS_PER_SECOND) << FRACTION_BITS) / NS_PER_SECOND;
    return (int) (seconds << FRACTION_BITS | fraction) & 0xff_ffff;
  }

  /** 0 up to 64 s, on the sender's clock. */
  public static long toNs(int absSendTime) {
    return (absSendTime & 0xff_ffffL) * NS_PER_SECOND >> FRACTION_BITS;
  }

  /** How much later {@code later} is, negative if it is earlier, right as long as they are less than 32 s apart. */
  public static long differenceNs(int later, int earlier) {
    long ticks = (later - earlier) << 8 >> 8;
    return ticks * NS_PER_SECOND >> FRACTION_BITS;
  }
}
