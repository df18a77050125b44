package io.plenum.protocol.wire;

/**
 * What a datagram (or an RFC 4571 frame) on a client's socket is, told by its first byte (RFC 7983 §7). It says only
 * whose parser comes next; whether the bytes are what they claim is that parser's to find out.
 */
public enum DatagramKind {
  STUN,
  DTLS,
  /** Told apart by the second byte (RFC 5761 §4). */
  RTP_OR_RTCP,
  /** ZRTP, TURN channel data, QUIC, or noise: nothing that we speak. */
  UNKNOWN;

  /** @param firstByte the byte as it is in the array; its sign does not matter */
  public static DatagramKind of(int firstByte) {
    int first = firstByte & 0xff;
    if (first >= 128 && first <= 191) {
      return RTP_OR_RTCP;
    }
    if (first <= 3) {
      return STUN;
    }
    if (first >= 20 && first <= 63) {
      return DTLS;
    }
    return UNKNOWN;
  }
}
