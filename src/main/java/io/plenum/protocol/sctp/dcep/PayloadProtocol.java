package io.plenum.protocol.sctp.dcep;

/**
 * Payload protocol identifiers of data channels (RFC 8831 §8): what a message is. SCTP has no empty messages, so an empty
 * one is a byte that does not count, under an identifier of its own (§6.6).
 */
public final class PayloadProtocol {
  /** Opening and its acknowledgement (RFC 8832). */
  public static final int DCEP = 50;
  public static final int STRING = 51;
  /** Deprecated: a piece of a binary message, joined by us no more. */
  public static final int BINARY_PARTIAL = 52;
  public static final int BINARY = 53;
  /** Deprecated: a piece of a string. */
  public static final int STRING_PARTIAL = 54;
  public static final int STRING_EMPTY = 56;
  public static final int BINARY_EMPTY = 57;

  private static final byte[] NOTHING = {};

  private PayloadProtocol() {}

  /** What an application's message goes out as. */
  public static int of(boolean text, int length) {
    if (length == 0) {
      return text ? STRING_EMPTY : BINARY_EMPTY;
    }
    return text ? STRING : BINARY;
  }

  /** An application's message, not one of ours nor of nobody we know. */
  public static boolean isUserMessage(int payloadProtocolId) {
    return payloadProtocolId == STRING || payloadProtocolId == BINARY
        || payloadProtocolId == STRING_EMPTY || payloadProtocolId == BINARY_EMPTY;
  }

  public static boolean isText(int payloadProtocolId) {
    return payloadProtocolId == STRING || payloadProtocolId == STRING_EMPTY;
  }

  public static boolean isEmpty(int payloadProtocolId) {
    return payloadProtocolId == STRING_EMPTY || payloadProtocolId == BINARY_EMPTY;
  }

  /** What the application sent, out of what SCTP carried. */
  public static byte[] content(int payloadProtocolId, byte[] payload) {
    return isEmpty(payloadProtocolId) ? NOTHING : payload;
  }

  /** What SCTP carries, of what the application sends. */
  public static byte[] payload(byte[] content) {
    return content.length == 0 ? new byte[1] : content;
  }
}
