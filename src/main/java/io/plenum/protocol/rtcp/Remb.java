package io.plenum.protocol.rtcp;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * A view of one REMB (draft-alvestrand-rmcat-remb-03 §2.2): how much the receiver believes the path to it can carry.
 * {@link RtcpReader} owns the one object and points it at new bytes; it is good during the call that hands it over.
 */
public final class Remb {
  /** Sender SSRC, media SSRC, identifier, and count with bitrate. */
  static final int FIXED_BYTES = 16;
  /** The mantissa's bits. */
  static final int MANTISSA_BITS = 18;
  static final int MAX_MANTISSA = (1 << MANTISSA_BITS) - 1;

  private byte[] bytes;
  private int offset;
  private long bitrateBps;

  /** Points the view at what follows the RTCP header. Returns why it is no REMB, or null. */
  Malformed parse(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    if (length < FIXED_BYTES) {
      return Malformed.TOO_SHORT;
    }
    if (Bytes.i32(bytes, offset + 8) != RtcpType.REMB_IDENTIFIER) {
      return Malformed.WRONG_MAGIC;
    }
    if (FIXED_BYTES + 4 * ssrcCount() > length) {
      return Malformed.WRONG_LENGTH;
    }
    int exponent = Bytes.u8(bytes, offset + 13) >> 2;
    long mantissa = Bytes.u24(bytes, offset + 13) & MAX_MANTISSA;
    if (mantissa != 0 && exponent >= Long.numberOfLeadingZeros(mantissa)) {
      // More than a long holds: no link has this bitrate.
      return Malformed.WRONG_VALUE;
    }
    bitrateBps = mantissa == 0 ? 0 : mantissa << exponent;
    return null;
  }

  public int senderSsrc() {
    return Bytes.i32(bytes, offset);
  }

  public long bitrateBps() {
    return bitrateBps;
  }

  /** How many streams the bitrate is for, 0…255. */
  public int ssrcCount() {
    return Bytes.u8(bytes, offset + 12);
  }

  /** One of these streams. */
  public int ssrc(int index) {
    return Bytes.i32(bytes, offset + FIXED_BYTES + 4 * index);
  }
}
