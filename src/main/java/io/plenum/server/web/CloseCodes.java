package io.plenum.server.web;

/** Why a connection ends, as WebSocket close codes (RFC 6455 §7.4); {@code docs/signaling.md} lists them for people. */
final class CloseCodes {
  /** What came is no WebSocket frame. */
  static final int PROTOCOL = 1002;
  /** A text frame that is no UTF-8. */
  static final int NOT_UTF8 = 1007;
  /** The client broke a rule of the connection, such as a first SockJS frame that is no hello. */
  static final int POLICY = 1008;
  /** A message above {@code limits.messageBytes}. */
  static final int TOO_LARGE = 1009;
  /** Our fault; the log says more. */
  static final int INTERNAL = 1011;
  /** The node has no room for more, or the client does not read: come back later. */
  static final int TRY_LATER = 1013;
  /** The node goes away; another one, or its next life, will answer. */
  static final int GOING_AWAY = 1001;
  /** Nothing was heard of the client for too long, or no hello, or a message did not end. */
  static final int TIMEOUT = 4008;

  /** RFC 6455 §5.5: a control frame carries 125 bytes, two of them the code. */
  private static final int MAX_REASON_BYTES = 123;

  private CloseCodes() {}

  /** The reason, cut to what a close frame can carry. Ours are ASCII; whatever else comes is cut with room to spare. */
  static String reason(String text) {
    String reason = text == null ? "" : text;
    boolean ascii = reason.chars().allMatch(c -> c < 128);
    int most = ascii ? MAX_REASON_BYTES : MAX_REASON_BYTES / 3;
    return reason.length() <= most ? reason : reason.substring(0, most);
  }
}
