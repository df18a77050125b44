package io.plenum.protocol.srtp;

import io.plenum.protocol.wire.Bytes;

/**
 * How long the readable header of a protected RTP packet is. {@code RtpPacket} cannot tell: it checks the padding,
 * which is still encrypted, and looks into extensions, which nobody has vouched for yet.
 */
final class RtpHeader {
  static final int FIXED_BYTES = 12;
  static final int MALFORMED = -1;

  private RtpHeader() {}

  /**
   * Fixed header, CSRCs and extension (RFC 3550 §5.1, §5.3.1), or {@link #MALFORMED} if they do not fit.
   *
   * @param length of header and payload, 12 or more
   */
  static int length(byte[] bytes, int offset, int length) {
    int first = bytes[offset];
    if ((first & 0xc0) != 0x80) {
      return MALFORMED;
    }
    int headerLength = FIXED_BYTES + 4 * (first & 0x0f);
    if ((first & 0x10) != 0) {
      if (headerLength + 4 > length) {
        return MALFORMED;
      }
      headerLength += 4 + 4 * Bytes.u16(bytes, offset + headerLength + 2);
    }
    return headerLength <= length ? headerLength : MALFORMED;
  }
}
