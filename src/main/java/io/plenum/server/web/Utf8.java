package io.plenum.server.web;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text that must be UTF-8 (RFC 6455 §8.1, RFC 8259 §8.1). */
final class Utf8 {
  private static final char REPLACEMENT = '\ufffd';

  private Utf8() {}

  /** Null if these bytes are no UTF-8. */
  static String text(Buffer bytes) {
    String text = bytes.toString(StandardCharsets.UTF_8);
    // Only a text with a replacement character may have been mended, and hardly any has one.
    if (text.indexOf(REPLACEMENT) >= 0) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes()));
      } catch (CharacterCodingException e) {
        return null;
      }
    }
    return text;
  }
}
