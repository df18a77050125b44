package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
  @ParameterizedTest
  @ValueSource(strings = {"", "{\"id\":1}", "Grüße", "\ud83d\ude00", "a replacement character that was sent: \ufffd"})
  void readsUtf8(String text) {
    assertEquals(text, Utf8.text(Buffer.buffer(text.getBytes(StandardCharsets.UTF_8))));
  }

  /** Lone continuation, overlong slash, surrogate, above U+10FFFF, cut off, and one beside a true replacement. */
  @ParameterizedTest
  @ValueSource(strings = {"80", "c0af", "eda080", "f4908080", "e282", "efbfbdff"})
  void refusesAllElse(String hex) {
    assertNull(Utf8.text(Buffer.buffer(HexFormat.of().parseHex(hex))));
  }
}
