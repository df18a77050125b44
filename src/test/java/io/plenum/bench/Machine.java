package io.plenum.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** What the figures were measured on. */
final class Machine {
  private Machine() {}

  static ObjectNode describe(BenchOptions options) {
    ObjectNode out = new ObjectMapper().createObjectNode()
        .put("at", Instant.now().toString())
        .put("commit", output(List.of("git", "describe", "--always", "--dirty", "--abbrev=10")))
        .put("processor", processor())
        .put("processors", Runtime.getRuntime().availableProcessors())
        .put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"))
        .put("jdk", jdk(options.javaHome()))
        .put("jvmFlags", "docker/start.sh " + String.join(" ", options.jvmFlags()))
        .put("nodeCpus", options.nodeCpus())
        .put("benchCpus", options.benchCpus())
        .put("mediaLoops", options.mediaLoops())
        .put("frames", options.evenFrames() ? "all of one size" : "sizes vary by a quarter")
        .put("warmUpSeconds", options.warmUpSeconds())
        .put("windowSeconds", options.windowSeconds())
        .put("rounds", options.rounds());
    return out;
  }

  /** All threads of this process, those to come included, to those processors. */
  static void pin(String cpus) {
    output(List.of("taskset", "-a", "-c", "-p", cpus, Long.toString(ProcessHandle.current().pid())));
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(line -> line.startsWith("model name"))
          .findFirst().map(line -> line.substring(line.indexOf(':') + 2)).orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String jdk(Path home) {
    try {
      return Files.readAllLines(home.resolve("release")).stream()
          .filter(line -> line.startsWith("JAVA_RUNTIME_VERSION") || line.startsWith("JAVA_VERSION="))
          .findFirst().map(line -> line.replaceAll("^[^\"]*\"|\"$", "")).orElse(home.toString());
    } catch (IOException e) {
      return home.toString();
    }
  }

  private static String output(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (InputStream out = process.getInputStream()) {
        return new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
      }
    } catch (IOException e) {
      return "";
    }
  }
}
