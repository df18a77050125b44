package io.plenum.protocol.stun;

import io.plenum.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA1 over a STUN message with one key (RFC 8489 §14.5), to be kept as long as the key: setting up a Mac costs
 * more than using it. Not to be shared between event loops.
 */
public final class StunIntegrity {
  /** The value of MESSAGE-INTEGRITY. */
  public static final int BYTES = 20;

  private static final String ALGORITHM = "HmacSHA1";

  private final Mac mac;
  private final byte[] computed = new byte[BYTES];
  private final byte[] lengthField = new byte[2];

  /** @param key not empty; for long-term credentials the MD5 of RFC 8489 §9.2.2 */
  public StunIntegrity(byte[] key) {
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  /** Short-term credentials (RFC 8489 §9.1): the password is the key. ICE's are ASCII, so no SASLprep is due. */
  public static StunIntegrity ofPassword(String password) {
    return new StunIntegrity(password.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whether the attribute holds the right HMAC, in a time that does not depend on how much of it is right.
   *
   * @param offset where the message begins
   * @param attributeOffset where its MESSAGE-INTEGRITY attribute begins, the four bytes of type and length
   */
  boolean matches(byte[] bytes, int offset, int attributeOffset) {
    compute(bytes, offset, attributeOffset);
    int difference = 0;
    for (int i = 0; i < BYTES; i++) {
      difference |= computed[i] ^ bytes[attributeOffset + StunMessage.ATTRIBUTE_HEADER_BYTES + i];
    }
    return difference == 0;
  }

  /** Writes the value of the attribute that begins at {@code attributeOffset}; offsets as in {@link #matches}. */
  void write(byte[] bytes, int offset, int attributeOffset) {
    compute(bytes, offset, attributeOffset);
    System.arraycopy(computed, 0, bytes, attributeOffset + StunMessage.ATTRIBUTE_HEADER_BYTES, BYTES);
  }

  private void compute(byte[] bytes, int offset, int attributeOffset) {
    // RFC 8489 §14.5: the length in the header counts up to and with MESSAGE-INTEGRITY, whatever follows it.
    int end = attributeOffset + StunMessage.ATTRIBUTE_HEADER_BYTES + BYTES;
    Bytes.put16(lengthField, 0, end - offset - StunMessage.HEADER_BYTES);
    mac.update(bytes, offset, 2);
    mac.update(lengthField, 0, 2);
    mac.update(bytes, offset + 4, attributeOffset - offset - 4);
    try {
      mac.doFinal(computed, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the buffer is as large as the HMAC", e);
    }
  }
}
