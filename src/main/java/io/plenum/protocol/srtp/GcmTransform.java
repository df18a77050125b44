package io.plenum.protocol.srtp;

import io.plenum.protocol.wire.Bytes;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM (RFC 7714) on the JDK's cipher, which runs on the processor's AES and carry-less multiplication. The JDK has
 * no other way to set an IV than {@code init}, so each packet leaves about 1 KB of garbage behind; that is still half
 * the time of counter mode with HMAC-SHA1.
 */
final class GcmTransform implements SrtpTransform {
  private static final int TAG_BYTES = 16;
  private static final int TAG_BITS = 8 * TAG_BYTES;
  private static final int IV_BYTES = 12;

  private final Cipher cipher;
  private final SecretKeySpec rtpKey;
  private final SecretKeySpec rtcpKey;
  private final byte[] rtpSalt;
  private final byte[] rtcpSalt;
  private final byte[] iv = new byte[IV_BYTES];
  private final byte[] indexWord = new byte[RTCP_INDEX_BYTES];

  /** Key and IV of the latest encryption: see {@link #startEncrypting}. */
  private SecretKeySpec latestKey;
  private int latestIvHigh;
  private long latestIvLow;

  GcmTransform(SessionKeys rtp, SessionKeys rtcp) {
    rtpKey = new SecretKeySpec(rtp.encryptionKey(), "AES");
    rtcpKey = new SecretKeySpec(rtcp.encryptionKey(), "AES");
    rtpSalt = rtp.salt();
    rtcpSalt = rtcp.salt();
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES-GCM", e);
    }
  }

  @Override
  public int protectRtp(byte[] packet, int offset, int headerLength, int length, int ssrc, long index) {
    rtpIv(ssrc, index);
    try {
      startEncrypting(rtpKey);
      cipher.updateAAD(packet, offset, headerLength);
      int payload = offset + headerLength;
      return headerLength + cipher.doFinal(packet, payload, length - headerLength, packet, payload);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to encrypt", e);
    }
  }

  @Override
  public int unprotectRtp(byte[] in, int inOffset, int headerLength, int length, int ssrc, long index, byte[] out,
      int outOffset) {
    rtpIv(ssrc, index);
    int plain = decrypt(rtpKey, null, in, inOffset, headerLength, length, out, outOffset);
    if (plain != FORGED) {
      System.arraycopy(in, inOffset, out, outOffset, headerLength);
    }
    return plain;
  }

  @Override
  public int protectRtcp(byte[] packet, int offset, int length, int ssrc, int index) {
    rtcpIv(ssrc, index);
    Bytes.put32(indexWord, 0, E_BIT | index);
    try {
      startEncrypting(rtcpKey);
      // RFC 7714 §9.2: the word with E bit and index is authenticated behind the header, but stands behind the tag.
      cipher.updateAAD(packet, offset, RTCP_HEADER_BYTES);
      cipher.updateAAD(indexWord, 0, RTCP_INDEX_BYTES);
      int payload = offset + RTCP_HEADER_BYTES;
      int sealed = RTCP_HEADER_BYTES + cipher.doFinal(packet, payload, length - RTCP_HEADER_BYTES, packet, payload);
      Bytes.put32(packet, offset + sealed, E_BIT | index);
      return sealed + RTCP_INDEX_BYTES;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to encrypt", e);
    }
  }

  @Override
  public int rtcpIndexPosition(int length) {
    return length - RTCP_INDEX_BYTES;
  }

  @Override
  public int unprotectRtcp(byte[] in, int inOffset, int length, int ssrc, int index, byte[] out, int outOffset) {
    rtcpIv(ssrc, index);
    Bytes.put32(indexWord, 0, E_BIT | index);
    int sealed = length - RTCP_INDEX_BYTES;
    int plain = decrypt(rtcpKey, indexWord, in, inOffset, RTCP_HEADER_BYTES, sealed, out, outOffset);
    if (plain != FORGED) {
      System.arraycopy(in, inOffset, out, outOffset, RTCP_HEADER_BYTES);
    }
    return plain;
  }

  /** Writes to another array than it reads from: in place the JDK would copy the packet to be safe. */
  private int decrypt(SecretKeySpec key, byte[] moreToAuthenticate, byte[] in, int inOffset, int headerLength,
      int length, byte[] out, int outOffset) {
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, iv));
      cipher.updateAAD(in, inOffset, headerLength);
      if (moreToAuthenticate != null) {
        cipher.updateAAD(moreToAuthenticate);
      }
      return headerLength
          + cipher.doFinal(in, inOffset + headerLength, length - headerLength, out, outOffset + headerLength);
    } catch (AEADBadTagException e) {
      return FORGED;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to decrypt", e);
    }
  }

  /**
   * The JDK refuses to encrypt twice in a row with the same key and IV, which is what sending the same packet again
   * means. It remembers only the latest IV: one that no packet has, and nothing is encrypted with, lets it forget.
   */
  private void startEncrypting(SecretKeySpec key) throws GeneralSecurityException {
    int ivHigh = Bytes.i32(iv, 0);
    long ivLow = Bytes.i64(iv, 4);
    if (key == latestKey && ivHigh == latestIvHigh && ivLow == latestIvLow) {
      iv[0] ^= 1; // RFC 7714 §8.1: of a packet's IV these bytes are the salt's own
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, iv));
      iv[0] ^= 1;
    }
    latestKey = key;
    latestIvHigh = ivHigh;
    latestIvLow = ivLow;
    cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, iv));
  }

  /** RFC 7714 §8.1: two zero bytes, SSRC, roll-over counter, sequence number; all xor salt. */
  private void rtpIv(int ssrc, long index) {
    iv[0] = rtpSalt[0];
    iv[1] = rtpSalt[1];
    Bytes.put32(iv, 2, Bytes.i32(rtpSalt, 2) ^ ssrc);
    Bytes.put16(iv, 6, Bytes.u16(rtpSalt, 6) ^ (int) (index >>> 32));
    Bytes.put32(iv, 8, Bytes.i32(rtpSalt, 8) ^ (int) index);
  }

  /** RFC 7714 §9.1: two zero bytes, SSRC, two zero bytes, index; all xor salt. */
  private void rtcpIv(int ssrc, int index) {
    iv[0] = rtcpSalt[0];
    iv[1] = rtcpSalt[1];
    Bytes.put32(iv, 2, Bytes.i32(rtcpSalt, 2) ^ ssrc);
    Bytes.put16(iv, 6, Bytes.u16(rtcpSalt, 6));
    Bytes.put32(iv, 8, Bytes.i32(rtcpSalt, 8) ^ index);
  }
}
