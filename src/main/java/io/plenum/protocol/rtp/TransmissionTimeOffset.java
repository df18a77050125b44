package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;

/** The transmission time offset extension (RFC 5450): sent so much later than the timestamp says, signed 24 bits of clock rate. */
public final class TransmissionTimeOffset {
  public static final int BYTES = 3;
  public static final int ABSENT = Integer.MIN_VALUE;

  private TransmissionTimeOffset() {}

  /** In units of the stream's clock rate, or {@link #ABSENT}. */
  public static int read(RtpPacket packet, int id) {
    return packet.extensionLength(id) == BYTES ? Bytes.u24(packet.bytes(), packet.extensionOffset(id)) << 8 >> 8 : ABSENT;
  }

  public static void put(byte[] bytes, int dataOffset, int offset) {
    Bytes.put24(bytes, dataOffset, offset);
  }
}
