package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.protocol.wire.Bytes;

/**
 * SCTP packets as payloads of RTP: what one end of a pipe puts around them, and what it finds around the other's. The
 * sequence number is there for SRTP alone, which needs an index for each packet. It survives associations, because the keys
 * do. It cannot run away from a receiver that hears nothing: SCTP sends no more than a window without an answer, which is
 * less than the 2^15 packets after which a roll-over counter would be guessed wrong.
 */
final class DataPackets {
  static final int HEADER_BYTES = 12;
  /** RTP version 2, no padding, no extension, no contributing source. */
  private static final int FIRST_BYTE = 0x80;
  /** Not RTCP with or without marker (RFC 5761 §4), and no codec's. */
  private static final int PAYLOAD_TYPE = 127;

  private final int ssrc;
  private int sequenceNumber;
  private long packetsSent;
  private long bytesSent;
  private long packetsReceived;
  private long bytesReceived;
  private long malformed;

  DataPackets(int ssrc) {
    this.ssrc = ssrc;
  }

  /** @return the length of the RTP packet that is in {@code out} now, before SRTP */
  int write(byte[] out, byte[] sctp, int offset, int length) {
    Bytes.put8(out, 0, FIRST_BYTE);
    Bytes.put8(out, 1, PAYLOAD_TYPE);
    Bytes.put16(out, 2, sequenceNumber);
    Bytes.put32(out, 4, 0);
    Bytes.put32(out, 8, ssrc);
    System.arraycopy(sctp, offset, out, HEADER_BYTES, length);
    sequenceNumber = sequenceNumber + 1 & 0xffff;
    packetsSent++;
    bytesSent += length;
    return HEADER_BYTES + length;
  }

  /** Whether it is one, perhaps with nothing behind the header. The bytes are at 0. */
  boolean onReceived(byte[] packet, int length) {
    if (Bytes.u8(packet, 0) != FIRST_BYTE || Bytes.u8(packet, 1) != PAYLOAD_TYPE) {
      malformed++;
      return false;
    }
    packetsReceived++;
    bytesReceived += length - HEADER_BYTES;
    return true;
  }

  void dump(Dump out) {
    out.value("packetsSent", packetsSent).value("bytesSent", bytesSent).value("packetsReceived", packetsReceived)
        .value("bytesReceived", bytesReceived).value("malformed", malformed);
  }
}
