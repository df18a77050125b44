package io.plenum.protocol.srtp;

/**
 * The SRTP protection profiles we speak, in our order of preference: GCM costs half of what CM with HMAC-SHA1 costs,
 * and a quarter on processors without SHA instructions. CM_32 and NULL are refused.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7714">RFC 7714</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5764#section-4.1.2">RFC 5764 §4.1.2</a>
 */
public enum SrtpProfile {
  AEAD_AES_128_GCM(0x0007, 16, 12, 16, 16),
  AEAD_AES_256_GCM(0x0008, 32, 12, 16, 16),
  AES128_CM_HMAC_SHA1_80(0x0001, 16, 14, 10, 10);

  private final int dtlsId;
  private final int keyBytes;
  private final int saltBytes;
  private final int rtpTagBytes;
  private final int rtcpTagBytes;

  SrtpProfile(int dtlsId, int keyBytes, int saltBytes, int rtpTagBytes, int rtcpTagBytes) {
    this.dtlsId = dtlsId;
    this.keyBytes = keyBytes;
    this.saltBytes = saltBytes;
    this.rtpTagBytes = rtpTagBytes;
    this.rtcpTagBytes = rtcpTagBytes;
  }

  /** The id in DTLS' use_srtp extension. */
  public int dtlsId() {
    return dtlsId;
  }

  public int keyBytes() {
    return keyBytes;
  }

  public int saltBytes() {
    return saltBytes;
  }

  public int rtpTagBytes() {
    return rtpTagBytes;
  }

  /** Without the four bytes of the SRTCP index, which follow or precede it. */
  public int rtcpTagBytes() {
    return rtcpTagBytes;
  }
}
