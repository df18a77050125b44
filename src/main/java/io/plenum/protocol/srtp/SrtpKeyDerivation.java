package io.plenum.protocol.srtp;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * From master key and salt to session keys: AES in counter mode as a pseudo-random function (RFC 3711 §4.3, RFC 6188 §3
 * for 256 bits), key derivation rate 0, which is all that DTLS-SRTP uses (RFC 5764 §4.1.2).
 */
final class SrtpKeyDerivation {
  static final int RTP_ENCRYPTION = 0;
  static final int RTP_AUTHENTICATION = 1;
  static final int RTP_SALT = 2;
  static final int RTCP_ENCRYPTION = 3;
  static final int RTCP_AUTHENTICATION = 4;
  static final int RTCP_SALT = 5;

  /** RFC 3711 §5.2: HMAC-SHA1's key has 160 bits. */
  private static final int HMAC_SHA1_KEY_BYTES = 20;

  private static final int AES_BLOCK_BYTES = 16;
  /** RFC 3711 §4.3.1: the label stands above the 48 bits of the index, in a number of 112 bits. */
  private static final int LABEL_BYTE = 7;

  private SrtpKeyDerivation() {}

  static SessionKeys rtp(SrtpKeys keys) {
    return sessionKeys(keys, RTP_ENCRYPTION, RTP_AUTHENTICATION, RTP_SALT);
  }

  static SessionKeys rtcp(SrtpKeys keys) {
    return sessionKeys(keys, RTCP_ENCRYPTION, RTCP_AUTHENTICATION, RTCP_SALT);
  }

  private static SessionKeys sessionKeys(SrtpKeys keys, int encryption, int authentication, int salt) {
    SrtpProfile profile = keys.profile();
    int authenticationKeyBytes = profile == SrtpProfile.AES128_CM_HMAC_SHA1_80 ? HMAC_SHA1_KEY_BYTES : 0;
    return new SessionKeys(
        derive(keys.masterKey(), keys.masterSalt(), encryption, profile.keyBytes()),
        derive(keys.masterKey(), keys.masterSalt(), authentication, authenticationKeyBytes),
        derive(keys.masterKey(), keys.masterSalt(), salt, profile.saltBytes()));
  }

  /** The first {@code length} bytes of the PRF's output for this label. */
  static byte[] derive(byte[] masterKey, byte[] masterSalt, int label, int length) {
    // RFC 7714 §11: a salt of 12 bytes is padded on the right to 14; the last two bytes count blocks.
    byte[] counter = Arrays.copyOf(masterSalt, AES_BLOCK_BYTES);
    counter[LABEL_BYTE] ^= (byte) label;
    byte[] derived = new byte[length];
    try {
      Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(masterKey, "AES"));
      for (int from = 0; from < length; from += AES_BLOCK_BYTES) {
        counter[AES_BLOCK_BYTES - 1] = (byte) (from / AES_BLOCK_BYTES);
        byte[] block = aes.doFinal(counter);
        System.arraycopy(block, 0, derived, from, Math.min(AES_BLOCK_BYTES, length - from));
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES", e);
    }
    return derived;
  }
}
