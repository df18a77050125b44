package io.plenum.protocol.ice;

import java.util.random.RandomGenerator;

/**
 * What one side's checks are addressed to and signed with (RFC 8445 §5.3).
 *
 * @param usernameFragment 4…256 ice-chars
 * @param password 22…256 ice-chars; a secret, therefore not in {@link #toString}
 */
public record IceCredentials(String usernameFragment, String password) {
  /** 96 bits: nobody guesses another transport's, and two never meet. Longer makes each check longer. */
  static final int USERNAME_FRAGMENT_CHARS = 16;
  /** 192 bits; RFC 8445 §5.3 wants at least 128. */
  static final int PASSWORD_CHARS = 32;

  /** RFC 8839 §5.4: ice-char. 64 of them, so six random bits choose one without bias. */
  private static final String ICE_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  /** @param random a cryptographic one ({@link java.security.SecureRandom} is) except in tests */
  public static IceCredentials generate(RandomGenerator random) {
    return new IceCredentials(iceChars(random, USERNAME_FRAGMENT_CHARS), iceChars(random, PASSWORD_CHARS));
  }

  private static String iceChars(RandomGenerator random, int count) {
    byte[] bits = new byte[count];
    random.nextBytes(bits);
    StringBuilder chars = new StringBuilder(count);
    for (byte six : bits) {
      chars.append(ICE_CHARS.charAt(six & 63));
    }
    return chars.toString();
  }

  @Override
  public String toString() {
    return "IceCredentials[" + usernameFragment + "]";
  }
}
