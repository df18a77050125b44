package io.plenum.protocol.srtp;

/**
 * What one direction's RTP, or its RTCP, is protected with (RFC 3711 §4.3): derived from the master key, never sent.
 *
 * @param encryptionKey 16 or 32 bytes
 * @param authenticationKey 20 bytes for HMAC-SHA1, none for GCM
 * @param salt 14 bytes for CM, 12 for GCM
 */
record SessionKeys(byte[] encryptionKey, byte[] authenticationKey, byte[] salt) {
  @Override
  public String toString() {
    return "SessionKeys[]";
  }
}
