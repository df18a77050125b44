package io.plenum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the borders between the four places: protocol, media and cluster are pure; only server touches the world. */
class TidyTest {
  private static final Path SOURCES = Path.of("src/main/java/io/plenum");

  /** What no pure class may name: sockets, clocks, threads, files, randomness of its own, and the libraries that bring them. */
  private static final Pattern WORLD = Pattern.compile(
      "\\b(io\\.vertx|io\\.netty|com\\.hazelcast|java\\.nio\\.channels|java\\.nio\\.file|java\\.io\\.File|java\\.util\\.concurrent"
          + "|java\\.net\\.(Socket|ServerSocket|DatagramSocket|http)|System\\.(nanoTime|currentTimeMillis|getenv|getProperty)"
          + "|Instant\\.now|Clock\\.system|Thread\\b|ThreadLocal|synchronized|volatile|UUID\\.randomUUID|Math\\.random"
          + "|LoggerFactory)\\b");

  /** Static state: a static field that is not final. */
  private static final Pattern STATIC_STATE =
      Pattern.compile("^\\s+(?:private |public |protected )?static (?!final|class|record|enum|interface|abstract|sealed)[\\w<>\\[\\], .]+ \\w+\\s*(=|;)");

  private static final Pattern FORBIDDEN_NAME = Pattern.compile("(Manager|Helper|Utils?)\\.java$");

  @Test
  void pureplacesDoNotTouchTheWorld() throws IOException {
    List<String> offences = new ArrayList<>();
    for (String place : List.of("protocol", "media", "cluster")) {
      eachCodeLine(place, (file, line) -> {
        if (WORLD.matcher(line).find() || STATIC_STATE.matcher(line).find()) {
          offences.add(file + ": " + line.strip());
        }
      });
    }
    assertEquals(List.of(), offences);
  }

  @Test
  void arrowsPointDownOnly() throws IOException {
    List<String> offences = new ArrayList<>();
    eachCodeLine("protocol", (file, line) -> refuse(line, "io.plenum.(media|cluster|server)", file, offences));
    eachCodeLine("media", (file, line) -> refuse(line, "io.plenum.(cluster|server)", file, offences));
    eachCodeLine("cluster", (file, line) -> refuse(line, "io.plenum.(media.router|media.transport|server)", file, offences));
    assertEquals(List.of(), offences);
  }

  @Test
  void namesSayTheDuty() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      assertEquals(List.of(), files.filter(file -> FORBIDDEN_NAME.matcher(file.toString()).find()).toList());
    }
  }

  @Test
  void theNetUnderTheBordersCatchesWhatItShould() {
    assertEquals(true, WORLD.matcher("    long now = System.nanoTime();").find());
    assertEquals(true, WORLD.matcher("import io.vertx.core.Vertx;").find());
    assertEquals(true, STATIC_STATE.matcher("  private static int count = 0;").find());
    assertFalse(STATIC_STATE.matcher("  private static final int COUNT = 0;").find());
    assertFalse(WORLD.matcher("import java.net.InetSocketAddress;").find());
  }

  private static void refuse(String line, String pattern, Path file, List<String> offences) {
    if (Pattern.compile("\\b" + pattern.replace(".", "\\.") + "\\b").matcher(line).find()) {
      offences.add(file + ": " + line.strip());
    }
  }

  private interface LineCheck {
    void see(Path file, String line);
  }

  /** Code only: a comment may speak of clocks. */
  private static void eachCodeLine(String place, LineCheck check) throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES.resolve(place))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        for (String line : Files.readAllLines(file)) {
          String code = line.strip();
          if (!code.startsWith("*") && !code.startsWith("/*") && !code.startsWith("//")) {
            check.see(file, line);
          }
        }
      }
    }
  }
}
