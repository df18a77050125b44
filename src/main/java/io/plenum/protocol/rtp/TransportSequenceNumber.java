package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;

/** The transport-wide-cc extension: one 16-bit sequence number over all packets of a transport. */
public final class TransportSequenceNumber {
  public static final int BYTES = 2;

  private TransportSequenceNumber() {}

  /** The 16 bits, or -1 if the packet has no such extension. The 4 bytes of version 2 begin with them too. */
  public static int read(RtpPacket packet, int id) {
    return packet.extensionLength(id) >= BYTES ? Bytes.u16(packet.bytes(), packet.extensionOffset(id)) : -1;
  }

  /** The lowest 16 bits of {@code sequenceNumber}. */
  public static void put(byte[] bytes, int dataOffset, int sequenceNumber) {
    Bytes.put16(bytes, dataOffset, sequenceNumber);
  }
}
