package io.plenum.protocol.srtp;

import io.plenum.protocol.wire.Bytes;
import java.security.DigestException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES in counter mode with HMAC-SHA1-80 (RFC 3711 §4.1.1, §4.2.1), without allocating. The JDK's own CTR mode and
 * {@code Mac} leave 1.3 KB of garbage per packet, because an IV is set by {@code init}. Here ECB encrypts all counter
 * blocks of a packet in one call, which the JIT turns into AES instructions, and HMAC is spelt out over one SHA-1.
 */
final class CounterModeTransform implements SrtpTransform {
  private static final int TAG_BYTES = 10;
  private static final int AES_BLOCK_BYTES = 16;
  /** Keystream made at a time: one packet of an Ethernet's size, so that the common packet takes one call. */
  private static final int SCRATCH_BLOCKS = 96;

  private static final int SHA1_BYTES = 20;
  private static final int SHA1_BLOCK_BYTES = 64;

  private final Stream rtp;
  private final Stream rtcp;
  private final MessageDigest sha1;
  private final byte[] counters = new byte[SCRATCH_BLOCKS * AES_BLOCK_BYTES];
  private final byte[] keystream = new byte[SCRATCH_BLOCKS * AES_BLOCK_BYTES];
  private final byte[] digest = new byte[SHA1_BYTES];
  private final byte[] rollOverCounter = new byte[4];

  CounterModeTransform(SessionKeys rtp, SessionKeys rtcp) {
    try {
      this.rtp = new Stream(rtp);
      this.rtcp = new Stream(rtcp);
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES or no SHA-1", e);
    }
  }

  /** What RTP and RTCP have each for themselves. */
  private static final class Stream {
    final Cipher aes;
    final byte[] innerPad;
    final byte[] outerPad;
    /** The 112 bits of the salt times 2^16, in two halves. */
    final long saltHigh;
    final long saltLow;

    Stream(SessionKeys keys) throws GeneralSecurityException {
      aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keys.encryptionKey(), "AES"));
      innerPad = pad(keys.authenticationKey(), 0x36);
      outerPad = pad(keys.authenticationKey(), 0x5c);
      saltHigh = Bytes.i64(keys.salt(), 0);
      saltLow = Bytes.u32(keys.salt(), 8) << 32 | (long) Bytes.u16(keys.salt(), 12) << 16;
    }

    /** RFC 2104 §2 */
    private static byte[] pad(byte[] key, int value) {
      byte[] pad = new byte[SHA1_BLOCK_BYTES];
      for (int i = 0; i < pad.length; i++) {
        pad[i] = (byte) (value ^ (i < key.length ? key[i] : 0));
      }
      return pad;
    }
  }

  @Override
  public int protectRtp(byte[] packet, int offset, int headerLength, int length, int ssrc, long index) {
    int payload = offset + headerLength;
    crypt(rtp, ssrc, index, packet, payload, packet, payload, length - headerLength);
    authenticateRtp(packet, offset, length, index);
    System.arraycopy(digest, 0, packet, offset + length, TAG_BYTES);
    return length + TAG_BYTES;
  }

  @Override
  public int unprotectRtp(byte[] in, int inOffset, int headerLength, int length, int ssrc, long index, byte[] out,
      int outOffset) {
    int plain = length - TAG_BYTES;
    authenticateRtp(in, inOffset, plain, index);
    if (!tagIs(in, inOffset + plain)) {
      return FORGED;
    }
    System.arraycopy(in, inOffset, out, outOffset, headerLength);
    crypt(rtp, ssrc, index, in, inOffset + headerLength, out, outOffset + headerLength, plain - headerLength);
    return plain;
  }

  @Override
  public int protectRtcp(byte[] packet, int offset, int length, int ssrc, int index) {
    int payload = offset + RTCP_HEADER_BYTES;
    crypt(rtcp, ssrc, index, packet, payload, packet, payload, length - RTCP_HEADER_BYTES);
    Bytes.put32(packet, offset + length, E_BIT | index);
    int authenticated = length + RTCP_INDEX_BYTES;
    authenticate(rtcp, packet, offset, authenticated, 0);
    System.arraycopy(digest, 0, packet, offset + authenticated, TAG_BYTES);
    return authenticated + TAG_BYTES;
  }

  @Override
  public int rtcpIndexPosition(int length) {
    return length - TAG_BYTES - RTCP_INDEX_BYTES;
  }

  @Override
  public int unprotectRtcp(byte[] in, int inOffset, int length, int ssrc, int index, byte[] out, int outOffset) {
    int authenticated = length - TAG_BYTES;
    authenticate(rtcp, in, inOffset, authenticated, 0);
    if (!tagIs(in, inOffset + authenticated)) {
      return FORGED;
    }
    int plain = authenticated - RTCP_INDEX_BYTES;
    System.arraycopy(in, inOffset, out, outOffset, RTCP_HEADER_BYTES);
    crypt(rtcp, ssrc, index, in, inOffset + RTCP_HEADER_BYTES, out, outOffset + RTCP_HEADER_BYTES,
        plain - RTCP_HEADER_BYTES);
    return plain;
  }

  /** Xors with the keystream of RFC 3711 §4.1.1, whose first block is salt·2^16 xor SSRC·2^64 xor index·2^16. */
  private void crypt(Stream stream, int ssrc, long index, byte[] in, int inOffset, byte[] out, int outOffset,
      int length) {
    long high = stream.saltHigh ^ (ssrc & 0xffff_ffffL);
    // The lowest 16 bits are zero here; a packet has fewer than 2^16 blocks, so counting them never carries.
    long low = stream.saltLow ^ index << 16;
    int done = 0;
    while (done < length) {
      int blocks = Math.min(SCRATCH_BLOCKS, (length - done + AES_BLOCK_BYTES - 1) / AES_BLOCK_BYTES);
      for (int i = 0; i < blocks; i++) {
        Bytes.put64(counters, AES_BLOCK_BYTES * i, high);
        Bytes.put64(counters, AES_BLOCK_BYTES * i + 8, low + i);
      }
      try {
        stream.aes.update(counters, 0, AES_BLOCK_BYTES * blocks, keystream, 0);
      } catch (ShortBufferException e) {
        throw new IllegalStateException("AES gave more than it was given", e);
      }
      int step = Math.min(AES_BLOCK_BYTES * blocks, length - done);
      xor(in, inOffset + done, out, outOffset + done, step);
      done += step;
      low += blocks;
    }
  }

  private void xor(byte[] in, int inOffset, byte[] out, int outOffset, int length) {
    int i = 0;
    for (; i <= length - 8; i += 8) {
      Bytes.put64(out, outOffset + i, Bytes.i64(in, inOffset + i) ^ Bytes.i64(keystream, i));
    }
    for (; i < length; i++) {
      out[outOffset + i] = (byte) (in[inOffset + i] ^ keystream[i]);
    }
  }

  /** RFC 3711 §4.2: the roll-over counter is authenticated behind the packet, though it is not sent. */
  private void authenticateRtp(byte[] bytes, int offset, int length, long index) {
    Bytes.put32(rollOverCounter, 0, (int) (index >>> 16));
    authenticate(rtp, bytes, offset, length, rollOverCounter.length);
  }

  /** Leaves the HMAC in {@link #digest}. */
  private void authenticate(Stream stream, byte[] bytes, int offset, int length, int rollOverCounterLength) {
    try {
      sha1.update(stream.innerPad, 0, SHA1_BLOCK_BYTES);
      sha1.update(bytes, offset, length);
      sha1.update(rollOverCounter, 0, rollOverCounterLength);
      sha1.digest(digest, 0, SHA1_BYTES);
      sha1.update(stream.outerPad, 0, SHA1_BLOCK_BYTES);
      sha1.update(digest, 0, SHA1_BYTES);
      sha1.digest(digest, 0, SHA1_BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-1 has more than 20 bytes", e);
    }
  }

  /** In constant time: how many bytes were right must not show. */
  private boolean tagIs(byte[] bytes, int offset) {
    int different = 0;
    for (int i = 0; i < TAG_BYTES; i++) {
      different |= bytes[offset + i] ^ digest[i];
    }
    return different == 0;
  }
}
