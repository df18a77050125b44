package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Malformed;
import java.nio.charset.StandardCharsets;

/** Causes in ABORT and ERROR (RFC 9260 §3.3.10): codes, and words for people. */
public final class ErrorCause {
  public static final int INVALID_STREAM = 1;
  public static final int STALE_COOKIE = 3;
  public static final int OUT_OF_RESOURCE = 4;
  public static final int UNRECOGNIZED_CHUNK = 6;
  public static final int NO_USER_DATA = 9;
  public static final int USER_INITIATED_ABORT = 12;
  public static final int PROTOCOL_VIOLATION = 13;

  /** As much of the peer's words as a log line bears. */
  private static final int MAX_TEXT_BYTES = 128;

  private ErrorCause() {}

  public static void write(PacketWriter out, int code, byte[] value, int offset, int length) {
    int start = out.beginParameter(code);
    out.put(value, offset, length);
    out.endParameter(start);
  }

  /** The causes of the chunk that the reader stands on, for people; empty if it tells none. */
  public static String describe(PacketReader packet) {
    ParameterReader causes = new ParameterReader();
    Malformed wrong = causes.parse(packet.bytes(), packet.valueOffset(), packet.valueLength());
    if (wrong != null) {
      return "unreadable cause";
    }
    if (!causes.next()) {
      return "";
    }
    int code = causes.type();
    String name = name(code);
    if (code != USER_INITIATED_ABORT && code != PROTOCOL_VIOLATION) {
      return name;
    }
    String words = text(packet.bytes(), causes.valueOffset(), Math.min(MAX_TEXT_BYTES, causes.valueLength()));
    return words.isEmpty() ? name : name + ": " + words;
  }

  private static String name(int code) {
    return switch (code) {
      case INVALID_STREAM -> "invalid stream identifier";
      case 2 -> "missing mandatory parameter";
      case STALE_COOKIE -> "stale cookie";
      case OUT_OF_RESOURCE -> "out of resource";
      case 5 -> "unresolvable address";
      case UNRECOGNIZED_CHUNK -> "unrecognized chunk type";
      case 7 -> "invalid mandatory parameter";
      case 8 -> "unrecognized parameters";
      case NO_USER_DATA -> "no user data";
      case 10 -> "cookie received while shutting down";
      case 11 -> "restart with new addresses";
      case USER_INITIATED_ABORT -> "user initiated abort";
      case PROTOCOL_VIOLATION -> "protocol violation";
      default -> "cause " + code;
    };
  }

  /** Printable ASCII only: it goes into a log. */
  private static String text(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.US_ASCII).replaceAll("[^ -~]", "?");
  }
}
