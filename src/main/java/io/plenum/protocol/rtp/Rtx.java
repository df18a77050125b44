package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;

/**
 * Retransmissions as a stream of their own (RFC 4588 §4): the header of the original packet with the RTX stream's SSRC,
 * sequence number and payload type, then the original sequence number (OSN), then the original payload.
 */
public final class Rtx {
  /** What an encapsulated packet is longer by. */
  public static final int OSN_BYTES = 2;

  /** What became of an RTX packet. */
  public enum Restored {
    /** The view now shows the original packet. */
    ORIGINAL,
    /** The packet has no payload: it only probes the bandwidth. Browsers send these before any media of a layer. */
    PADDING_PROBE,
    /** One byte of payload, where the OSN has two. */
    TOO_SHORT
  }

  private Rtx() {}

  /**
   * Writes the RTX packet for an original packet without padding. The arrays may not overlap.
   *
   * @param headerLength of the original, with CSRCs and extensions; they are copied as they are
   * @return the RTX packet's length: {@code length + 2}
   */
  public static int encapsulate(byte[] original, int offset, int length, int headerLength,
      byte[] into, int intoOffset, int rtxSsrc, int rtxSequenceNumber, int rtxPayloadType) {
    System.arraycopy(original, offset, into, intoOffset, headerLength);
    Bytes.put16(into, intoOffset + headerLength, Bytes.u16(original, offset + 2));
    System.arraycopy(original, offset + headerLength, into, intoOffset + headerLength + OSN_BYTES, length - headerLength);
    RtpHeader.setPayloadType(into, intoOffset, rtxPayloadType);
    RtpHeader.setSequenceNumber(into, intoOffset, rtxSequenceNumber);
    RtpHeader.setSsrc(into, intoOffset, rtxSsrc);
    return length + OSN_BYTES;
  }

  /**
   * Restores the original packet where the RTX packet stands: the header moves two bytes up, over the OSN, and padding
   * is cut off. After {@link Restored#ORIGINAL} the view shows the original, which begins two bytes later; otherwise
   * view and bytes are as they were.
   */
  public static Restored restore(RtpPacket rtx, int originalSsrc, int originalPayloadType) {
    if (rtx.payloadLength() == 0) {
      return Restored.PADDING_PROBE;
    }
    if (rtx.payloadLength() < OSN_BYTES) {
      return Restored.TOO_SHORT;
    }
    byte[] bytes = rtx.bytes();
    int originalSequenceNumber = Bytes.u16(bytes, rtx.payloadOffset());
    int offset = rtx.offset() + OSN_BYTES;
    int length = rtx.length() - OSN_BYTES - rtx.paddingLength();
    System.arraycopy(bytes, rtx.offset(), bytes, offset, rtx.headerLength());
    bytes[offset] &= (byte) ~0x20;
    RtpHeader.setPayloadType(bytes, offset, originalPayloadType);
    RtpHeader.setSequenceNumber(bytes, offset, originalSequenceNumber);
    RtpHeader.setSsrc(bytes, offset, originalSsrc);
    // The header parsed once already and no length in it has changed.
    rtx.parse(bytes, offset, length);
    return Restored.ORIGINAL;
  }
}
