package io.plenum.server.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LogLineTest {
  @Test
  void whereItWasStandsFirstAndInTheSameOrderWhoeverWritesTheLine() {
    assertEquals("ice new→connected room=r1 router=ro1 peer=p1 transport=t7 tuple=udp/198.51.100.4:51820 after=84ms",
        LogLine.of("ice new→connected").with("tuple", "udp/198.51.100.4:51820").transport("t7").peer("p1").with("after", "84ms")
            .router("ro1").room("r1").toString());
  }

  @Test
  void whatIsNotKnownIsLeftOut() {
    assertEquals("peer connected room=r1 peer=p1 kind=video",
        LogLine.of("peer connected").room("r1").router(null).peer("p1").with("source", null).with("kind", "video").toString());
  }

  static Stream<Arguments> said() {
    return Stream.of(
        arguments("Grace", "Grace", "nothing to say against it"),
        arguments("Grace Hopper", "\"Grace Hopper\"", "a space would begin the next key"),
        arguments("Zoë あ😀", "\"Zoë あ😀\"", "letters are letters, beyond the first plane too"),
        arguments("", "\"\"", "that it is empty is to be seen"),
        arguments("a=b", "\"a=b\"", "as if it were a key"),
        arguments("x\" peer=\"other", "\"x\\\" peer=\\\"other\"", "cannot close the quotation marks"),
        arguments("a\\n", "\"a\\\\n\"", "what is escaped and what was written so are not the same"),
        arguments("\r\nINFO node stopping", "\"\\r\\nINFO node stopping\"", "a line of its own"),
        arguments("a\nb", "\"a\\nb\"", "LF alone"),
        arguments("a\tb", "\"a\\tb\"", "tab"),
        arguments("\033[2J", "\"\\u001b[2J\"", "ESC: clears the screen"),
        arguments("\0", "\"\\u0000\"", "NUL"),
        arguments("\177", "\"\\u007f\"", "DEL"),
        arguments("\u0085", "\"\\u0085\"", "NEL, a line break to some"),
        arguments("\u2028", "\"\\u2028\"", "a line break to others"),
        arguments("\u2029", "\"\\u2029\"", "and the one of paragraphs"),
        arguments("\u202e", "\"\\u202e\"", "turns the rest of the line round"),
        arguments("\u200b", "\"\\u200b\"", "is not seen"),
        arguments("\u00a0", "\"\\u00a0\"", "looks like the space between two keys"),
        arguments("\ud83d", "\"\\ud83d\"", "half of a character"),
        arguments("\ude00x", "\"\\ude00x\"", "the other half"));
  }

  @ParameterizedTest
  @MethodSource("said")
  void whatAClientSaysStaysInsideItsValue(String said, String expected, String why) {
    String line = LogLine.of("x").with("name", said).with("source", "y").toString();
    assertEquals("x name=" + expected + " source=y", line, why);
    assertEquals(expected, LogLine.safe(said), why);
  }

  @Test
  void noValueIsLong() {
    String longest = "x".repeat(LogLine.MAX_VALUE_CHARACTERS);
    assertEquals("r reason=" + longest, LogLine.of("r").with("reason", longest).toString());
    assertEquals("r reason=" + longest + "…", LogLine.of("r").with("reason", longest + "x".repeat(65_536)).toString());
    String cut = "x".repeat(LogLine.MAX_VALUE_CHARACTERS - 1);
    assertEquals("r reason=" + cut + "…", LogLine.of("r").with("reason", cut + "😀").toString(), "not within a character");
    assertEquals("r room=" + longest + "…", LogLine.of("r").room(longest + "x").toString());
    assertEquals("r dump=" + longest + "xx", LogLine.of("r").withAll("dump", longest + "xx").toString());
  }

  /** What is written by hand is one day written without a key, or with what a client said as it is. */
  @Test
  void everyLineAboutRoomsPeersAndTheirSignallingIsMadeHere() throws IOException {
    List<String> offences = new ArrayList<>();
    for (String place : List.of("room", "signaling", "router")) {
      try (Stream<Path> files = Files.walk(Path.of("src/main/java/io/plenum/server", place))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          Matcher logged = Pattern.compile("\\blog\\.(?:trace|debug|info|warn|error)\\((.{0,30})").matcher(Files.readString(file));
          while (logged.find()) {
            if (!logged.group(1).startsWith("\"{}\", ")) {
              offences.add(file + ": " + logged.group());
            }
          }
        }
      }
    }
    assertEquals(List.of(), offences);
  }

  @Test
  void withNothingButWhereItIsAPartOfALine() {
    assertEquals("room=r1 peer=p1 transport=t1", LogLine.of("").room("r1").peer("p1").transport("t1").toString());
    assertEquals("\"a\\nb\"", LogLine.safe("a\nb"));
  }
}
