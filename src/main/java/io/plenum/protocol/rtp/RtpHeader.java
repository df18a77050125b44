package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;

/**
 * Changes single fields of an RTP packet where it stands. {@code offset} is where the packet begins. What concerns
 * extensions works on headers that {@link RtpHeaderWriter} wrote.
 */
public final class RtpHeader {
  private RtpHeader() {}

  public static void setMarker(byte[] bytes, int offset, boolean marker) {
    bytes[offset + 1] = (byte) (marker ? bytes[offset + 1] | 0x80 : bytes[offset + 1] & 0x7f);
  }

  public static void setPayloadType(byte[] bytes, int offset, int payloadType) {
    bytes[offset + 1] = (byte) (bytes[offset + 1] & 0x80 | payloadType & 0x7f);
  }

  /** The lowest 16 bits of {@code sequenceNumber}. */
  public static void setSequenceNumber(byte[] bytes, int offset, int sequenceNumber) {
    Bytes.put16(bytes, offset + 2, sequenceNumber);
  }

  /** The lowest 32 bits of {@code timestamp}. */
  public static void setTimestamp(byte[] bytes, int offset, long timestamp) {
    Bytes.put32(bytes, offset + 4, (int) timestamp);
  }

  public static void setSsrc(byte[] bytes, int offset, int ssrc) {
    Bytes.put32(bytes, offset + 8, ssrc);
  }

  /**
   * Puts {@code value} into an element that was reserved with {@code reservedLength} bytes; the element shrinks to the
   * value and the rest becomes padding. The value may be neither empty nor longer than what was reserved.
   *
   * @param dataOffset as {@link RtpHeaderWriter#dataOffset} said, moved along with the packet
   */
  public static void setExtension(byte[] bytes, int offset, int dataOffset, int reservedLength, byte[] value) {
    if (value.length == 0 || value.length > reservedLength) {
      throw new IllegalArgumentException(value.length + " bytes for an extension of " + reservedLength);
    }
    if (isTwoByte(bytes, offset)) {
      bytes[dataOffset - 1] = (byte) value.length;
    } else {
      bytes[dataOffset - 1] = (byte) (bytes[dataOffset - 1] & 0xf0 | value.length - 1);
    }
    System.arraycopy(value, 0, bytes, dataOffset, value.length);
    // RFC 8285 §4.1: zero bytes between elements are padding.
    for (int i = dataOffset + value.length; i < dataOffset + reservedLength; i++) {
      bytes[i] = 0;
    }
  }

  /** Makes padding of an element: this receiver did not ask for it. */
  public static void removeExtension(byte[] bytes, int offset, int dataOffset, int reservedLength) {
    int from = dataOffset - (isTwoByte(bytes, offset) ? 2 : 1);
    for (int i = from; i < dataOffset + reservedLength; i++) {
      bytes[i] = 0;
    }
  }

  private static boolean isTwoByte(byte[] bytes, int offset) {
    return Bytes.u16(bytes, offset + RtpPacket.FIXED_HEADER_BYTES) != RtpPacket.ONE_BYTE_PROFILE;
  }
}
