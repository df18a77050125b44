package io.plenum.protocol.srtp;

/**
 * Encrypts and authenticates packets whose index is known; remembers nothing about them. One instance serves one
 * direction of one transport, RTP and RTCP, and holds scratch space: one thread at a time.
 *
 * <p>Lengths have been checked by the caller, and there is room. The SSRC is the one in the packet's header.
 */
interface SrtpTransform {
  /** RFC 3711 §3.4: the top bit of the word that carries the SRTCP index says that the packet is encrypted. */
  int E_BIT = 0x8000_0000;

  /** RFC 3711 §3.4: RTCP's first header and the sender's SSRC stay readable. */
  int RTCP_HEADER_BYTES = 8;

  int RTCP_INDEX_BYTES = 4;

  /** What {@code unprotect…} returns when the tag is wrong. {@code out} then holds nothing of use. */
  int FORGED = -1;

  static SrtpTransform of(SrtpKeys keys) {
    SessionKeys rtp = SrtpKeyDerivation.rtp(keys);
    SessionKeys rtcp = SrtpKeyDerivation.rtcp(keys);
    return keys.profile() == SrtpProfile.AES128_CM_HMAC_SHA1_80
        ? new CounterModeTransform(rtp, rtcp)
        : new GcmTransform(rtp, rtcp);
  }

  /** In place; returns the new length. {@code index} has 48 bits: roll-over counter and sequence number. */
  int protectRtp(byte[] packet, int offset, int headerLength, int length, int ssrc, long index);

  /** Header and plain payload go to {@code out}; returns their length, or {@link #FORGED}. */
  int unprotectRtp(byte[] in, int inOffset, int headerLength, int length, int ssrc, long index, byte[] out,
      int outOffset);

  /** In place; returns the new length. {@code index} has 31 bits. */
  int protectRtcp(byte[] packet, int offset, int length, int ssrc, int index);

  /** Where, from its beginning, a protected RTCP packet of this length carries E bit and index. */
  int rtcpIndexPosition(int length);

  /** Returns the plain length, or {@link #FORGED}. The E bit is known to be set. */
  int unprotectRtcp(byte[] in, int inOffset, int length, int ssrc, int index, byte[] out, int outOffset);
}
