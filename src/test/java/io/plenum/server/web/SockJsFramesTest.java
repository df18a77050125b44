package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SockJsFramesTest {
  private static final int MESSAGE_BYTES = 16;
  private static final int MESSAGES = 4;

  @ParameterizedTest(name = "[{index}] {3}")
  @CsvSource(delimiter = '|', quoteCharacter = '\'', nullValues = "-", value = {
      "[\"a\"]            | a   | -         | one message",
      "[\"a\",\"b\"]      | a,b | -         | two",
      "\"a\"              | a   | -         | a bare string, as the protocol allows on a WebSocket",
      "[]                 | ''  | -         | no message",
      "''                 | ''  | -         | an empty frame is ignored",
      "[\"a\\\"b\\n\"]    | a\"b\\n | -     | escapes",
      "[\"1234567890123456\"]  | 1234567890123456 | - | as long as may be",
      "[\"12345678901234567\"] | - | TOO_LARGE | one byte too long",
      "[\"€€€€€€\"]       | -   | TOO_LARGE | 6 characters but 18 bytes",
      "[\"a\",\"a\",\"a\",\"a\",\"a\"] | - | TOO_LARGE | more messages at once than a burst",
      "[\"a\"             | -   | BROKEN    | cut off",
      "[\"a\"] x          | -   | BROKEN    | something behind",
      "\"a\" \"b\"        | -   | BROKEN    | two strings without an array",
      "[1]                | -   | BROKEN    | a number is no message",
      "[[\"a\"]]          | -   | BROKEN    | nested",
      "{\"a\":\"b\"}      | -   | BROKEN    | an object",
      "nonsense           | -   | BROKEN    | not JSON",
  })
  void whatAClientSendsIsReadOrRefused(String body, String frames, SockJsFrames.Fault fault, String why) {
    SockJsFrames.Parsed parsed = SockJsFrames.parse(body, MESSAGE_BYTES, MESSAGES);
    assertEquals(fault, parsed.fault(), why);
    if (fault == null) {
      assertEquals(frames.replace("\\n", "\n"), String.join(",", parsed.frames()), why);
    }
  }

  @Test
  void whatWeSendIsReadBackAsItWas() {
    List<String> frames = List.of("{\"a\":\"b\\n\"}", "", "é€😀", "\u0001\u2028");
    String wire = SockJsFrames.message(frames);
    assertTrue(wire.startsWith("a["), wire);
    assertTrue(wire.indexOf('\n') < 0, "a line break would end a frame of xhr");
    SockJsFrames.Parsed parsed = SockJsFrames.parse(wire.substring(1), 100, 10);
    assertNull(parsed.fault());
    assertEquals(frames, parsed.frames());
  }

  @Test
  void closeCarriesCodeAndReason() {
    assertEquals("c[4000,\"not \\\"you\\\"\"]", SockJsFrames.close(4000, "not \"you\""));
  }

  @Test
  void noMutationOfABodyEscapesAsAnException() {
    Random random = new Random(7);
    String seed = "[\"{\\\"request\\\":true,\\\"id\\\":1}\",\"\\u00e9\",\"b\"]";
    for (int i = 0; i < 50_000; i++) {
      char[] body = seed.toCharArray();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        body[random.nextInt(body.length)] = (char) random.nextInt(random.nextBoolean() ? 128 : 65_536);
      }
      SockJsFrames.parse(new String(body, 0, 1 + random.nextInt(body.length)), 1_000, 10);
    }
  }
}
