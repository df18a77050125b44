package io.plenum.protocol.rtp;

/**
 * Padding that makes packets of about the same size the same size (RFC 3550 §5.1). An encoder's packetizer cuts a
 * frame into parts that differ by a byte; an operating system that takes several datagrams in one call wants them equal.
 */
public final class RtpPadding {
  /**
   * Sizes are rounded up to multiples of this: 3.5 bytes more on average, 0.3 % of a video packet. Two parts of a frame
   * still differ when a multiple lies just between them, once in eight.
   */
  public static final int MULTIPLE_BYTES = 8;

  private RtpPadding() {}

  /**
   * Pads a plain packet.
   *
   * @param packet with room for {@link #MULTIPLE_BYTES} behind the packet
   * @return the new length; a packet that is padded already stays as it is
   */
  public static int equalise(byte[] packet, int offset, int length) {
    int padding = -length & MULTIPLE_BYTES - 1;
    if (padding == 0 || (packet[offset] & 0x20) != 0) {
      return length;
    }
    packet[offset] |= 0x20;
    int end = offset + length + padding;
    for (int i = offset + length; i < end - 1; i++) {
      packet[i] = 0;
    }
    packet[end - 1] = (byte) padding;
    return length + padding;
  }
}
