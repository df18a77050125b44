package io.plenum.deploy;

import static io.plenum.deploy.StartedProcess.HOST;
import static io.plenum.deploy.StartedProcess.PATIENCE_S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The image's start script and health check as they are, with the real jar, on every JDK of this machine. */
class StartScriptIT {
  private static final String START = "docker/start.sh";

  @TempDir Path folder;

  /** The JDK that runs the tests, and the others where Debian puts them: one of each version. */
  static List<Path> jdks() throws IOException {
    Path own = Path.of(System.getProperty("java.home")).toRealPath();
    List<Path> found = new ArrayList<>(List.of(own));
    Path debian = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> entries = Files.list(debian)) {
        for (Path entry : entries.filter(path -> Files.isExecutable(path.resolve("bin/java"))).sorted().toList()) {
          Path home = entry.toRealPath();
          if (version(home) >= 17 && found.stream().noneMatch(other -> version(other) == version(home))) {
            found.add(home);
          }
        }
      }
    }
    return found;
  }

  /** From the file {@code release}: {@code JAVA_VERSION="25.0.3"}. */
  private static int version(Path home) {
    try (Stream<String> lines = Files.lines(home.resolve("release"))) {
      return lines.filter(line -> line.startsWith("JAVA_VERSION=")).findFirst()
          .map(line -> Integer.parseInt(line.replaceAll("[^\\d]*(\\d+).*", "$1"))).orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  private List<String> command(int port) {
    return List.of(START, "--data.dir=" + folder.resolve("data"), "--http.host=" + HOST, "--http.port=" + port,
        "--media.ip=" + HOST, "--media.port=" + (port + 1), "--media.loops=1", "--pipe.ip=" + HOST, "--pipe.port=" + (port + 2),
        "--cluster.enabled=true", "--cluster.name=start-" + port, "--cluster.port=" + (port + 3), "--cluster.busPort=0", "--node.ip=" + HOST);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void theNodeGetsReadyWithoutAWarningOfTheJvmIsHealthyAndTakesSigterm(Path jdk) throws Exception {
    int port = FreePorts.inARow(4);
    Map<String, String> environment = Map.of("JAVA_HOME", jdk.toString(), "JAVA_OPTS", "-Xmx512m");
    try (StartedProcess node = new StartedProcess(environment, command(port))) {
      node.awaitLine("Plenum is ready: http://localhost:" + port);
      assertEquals(200, StartedProcess.status("http://" + HOST + ":" + port + "/readyz"));
      String arguments = Files.readString(Path.of("/proc", String.valueOf(node.process.pid()), "cmdline"));
      assertTrue(arguments.contains("-XX:+UseZGC"), "exec: the process is the JVM itself, not a shell: " + arguments);
      assertTrue(arguments.indexOf("-XX:MaxRAMPercentage") < arguments.indexOf("-Xmx512m"), "JAVA_OPTS beat ours");
      assertFalse(node.output().contains("WARNING"), node.output());
      assertEquals(0, health(port));

      // The handle: Process.destroy would close its output as well.
      node.process.toHandle().destroy();
      assertTrue(StartedProcess.endsWithin(node.process.toHandle(), PATIENCE_S));
      assertTrue(node.outputWhenEnded().contains("node stopping"), node.output());
      assertTrue(health(port) != 0, "nobody is there");
    }
  }

  private static int health(int port) throws Exception {
    try (StartedProcess check = new StartedProcess(Map.of("PLENUM_HTTP_PORT", String.valueOf(port)), List.of("docker/health.sh"))) {
      return check.process.waitFor();
    }
  }

  @Test
  void whatPlenumRefusesEndsTheScriptWithPlenumsCode() throws Exception {
    try (StartedProcess node = new StartedProcess(
        Map.of("JAVA_HOME", System.getProperty("java.home")), List.of(START, "--http.prot=1"))) {
      assertEquals(2, node.process.waitFor());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void aPortThatIsTakenEndsTheNodeWithTheReason(String clustered) throws Exception {
    int port = FreePorts.inARow(4);
    List<String> command = new ArrayList<>(command(port));
    command.add("--cluster.enabled=" + clustered);
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName(HOST));
        StartedProcess node = new StartedProcess(Map.of("JAVA_HOME", System.getProperty("java.home"), "JAVA_OPTS", "-Xmx512m"), command)) {
      assertEquals(2, node.process.waitFor());
      assertTrue(taken.isBound() && node.outputWhenEnded().contains("plenum: cannot listen on http.host " + HOST + " http.port " + port),
          node.output());
    }
  }

  @Test
  void aJavaThatCannotBeRunIsNamed() throws Exception {
    try (StartedProcess node = new StartedProcess(Map.of("JAVA_HOME", folder.toString()), List.of(START))) {
      assertEquals(2, node.process.waitFor());
      assertTrue(node.outputWhenEnded().contains("start.sh: cannot run " + folder), node.output());
    }
  }
}
