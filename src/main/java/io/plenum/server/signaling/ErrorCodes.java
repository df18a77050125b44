package io.plenum.server.signaling;

/** Which of protoo's numbers goes with which of our codes; {@code docs/signaling.md} lists them for people. */
final class ErrorCodes {
  private ErrorCodes() {}

  static int number(String code) {
    if (code.endsWith("-not-found")) {
      return 404;
    }
    if (code.startsWith("invalid-") || code.startsWith("unsupported") || code.equals("unknown-method")
        || code.equals("cannot-consume")) {
      return 400;
    }
    if (code.startsWith("too-many-")) {
      return 429;
    }
    return switch (code) {
      case "forbidden" -> 403;
      case "wrong-state", "already-exists" -> 409;
      case "node-draining" -> 503;
      default -> 500;
    };
  }
}
