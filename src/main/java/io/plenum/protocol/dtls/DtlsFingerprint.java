package io.plenum.protocol.dtls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * The digest of a certificate, as SDP and mediasoup write it (RFC 8122 §5).
 *
 * @param algorithm lower case, {@code sha-256}, {@code sha-384} or {@code sha-512}
 * @param value upper-case hex pairs joined by colons
 */
public record DtlsFingerprint(String algorithm, String value) {
  /** What we compute and accept, with the JDK's name for it. SHA-1, MD5 and SHA-224 are refused. */
  private static final Map<String, String> DIGESTS =
      Map.of("sha-256", "SHA-256", "sha-384", "SHA-384", "sha-512", "SHA-512");

  private static final HexFormat COLON_HEX = HexFormat.ofDelimiter(":").withUpperCase();

  /**
   * The fingerprint of a certificate.
   *
   * @param der the certificate as it travels in the handshake
   * @throws IllegalArgumentException if the algorithm is not one we accept
   */
  public static DtlsFingerprint of(String algorithm, byte[] der) {
    if (!isAccepted(algorithm)) {
      throw new IllegalArgumentException("fingerprint algorithm " + algorithm + " is not accepted");
    }
    return new DtlsFingerprint(algorithm, COLON_HEX.formatHex(digest(algorithm, der)));
  }

  /** Whether a peer may name this algorithm. */
  public static boolean isAccepted(String algorithm) {
    return algorithm != null && DIGESTS.containsKey(algorithm);
  }

  /** Whether the algorithm is accepted and the value is hex of the right length, in either case. */
  public boolean isUsable() {
    return isAccepted(algorithm) && valueBytes() != null;
  }

  /** Whether a certificate hashes to this, compared in constant time; false when this is not {@link #isUsable()}. */
  public boolean matches(byte[] der) {
    if (!isAccepted(algorithm)) {
      return false;
    }
    byte[] expected = valueBytes();
    return expected != null && MessageDigest.isEqual(expected, digest(algorithm, der));
  }

  private byte[] valueBytes() {
    int bytes = Integer.parseInt(algorithm.substring(algorithm.indexOf('-') + 1)) / Byte.SIZE;
    if (value == null || value.length() != bytes * 3 - 1) {
      return null;
    }
    try {
      return COLON_HEX.parseHex(value);
    } catch (IllegalArgumentException notHex) {
      return null;
    }
  }

  private static byte[] digest(String algorithm, byte[] der) {
    try {
      return MessageDigest.getInstance(DIGESTS.get(algorithm)).digest(der);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }
}
