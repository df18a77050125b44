package io.plenum.protocol.rtp;

import java.nio.charset.StandardCharsets;

/** The extensions that carry a short text of SDES (RFC 7941): mid, rid and repaired rid. */
public final class SdesText {
  /** Real ones have up to 8 characters; this is what the one-byte form can carry. */
  public static final int MAX_BYTES = 16;

  private SdesText() {}

  /** True if the packet has the extension and it says just this (ASCII). Allocates nothing. */
  public static boolean equals(RtpPacket packet, int id, byte[] text) {
    if (packet.extensionLength(id) != text.length) {
      return false;
    }
    byte[] bytes = packet.bytes();
    int offset = packet.extensionOffset(id);
    for (int i = 0; i < text.length; i++) {
      if (bytes[offset + i] != text[i]) {
        return false;
      }
    }
    return true;
  }

  /** As above, for a text at hand as a string. */
  public static boolean equals(RtpPacket packet, int id, String text) {
    if (packet.extensionLength(id) != text.length()) {
      return false;
    }
    byte[] bytes = packet.bytes();
    int offset = packet.extensionOffset(id);
    for (int i = 0; i < text.length(); i++) {
      if (bytes[offset + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The text, or null if the packet has none or it is not a token that SDP could have announced (RFC 8866 §9, up to
   * {@link #MAX_BYTES}). Allocates: for streams not yet known, not for each packet.
   */
  public static String read(RtpPacket packet, int id) {
    int length = packet.extensionLength(id);
    if (length < 1 || length > MAX_BYTES) {
      return null;
    }
    int offset = packet.extensionOffset(id);
    for (int i = offset; i < offset + length; i++) {
      if (!isTokenCharacter(packet.bytes()[i])) {
        return null;
      }
    }
    return new String(packet.bytes(), offset, length, StandardCharsets.US_ASCII);
  }

  private static boolean isTokenCharacter(int character) {
    return character >= 'a' && character <= 'z' || character >= 'A' && character <= 'Z'
        || character >= '0' && character <= '9' || character > ' ' && "!#$%&'*+-.^_`{|}~".indexOf(character) >= 0;
  }
}
