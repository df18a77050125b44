package io.plenum.deploy;

import static io.plenum.deploy.StartedProcess.HOST;
import static io.plenum.deploy.StartedProcess.PATIENCE_S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.FreePorts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's command: two nodes that are one cluster, in processes that end with the one that was started. */
class LocalNodesIT {
  @TempDir Path folder;

  private StartedProcess start(int port, String... more) throws Exception {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-jar", "target/plenum.jar",
        "--nodes=2", "--data.dir=" + folder, "--http.port=" + port, "--media.loops=1", "--media.port=" + (port + 2),
        "--pipe.port=" + (port + 4), "--cluster.port=" + (port + 6), "--cluster.busPort=" + (port + 8), "--cluster.name=local-" + port));
    command.addAll(List.of(more));
    return new StartedProcess(Map.of(), command);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bothNodesAreReadyInOneClusterAndEndWithTheirParentHoweverItEnds(boolean killed) throws Exception {
    int port = FreePorts.inARow(10);
    try (StartedProcess parent = start(port)) {
      parent.awaitLine("Open the same room on each of them.");
      for (int node = 0; node < 2; node++) {
        assertTrue(parent.output().contains("\n  http://localhost:" + (port + node)), parent.output());
        assertEquals(200, StartedProcess.status("http://" + HOST + ":" + (port + node) + "/readyz"));
      }
      Pattern joined = Pattern.compile("cluster joined server=\\S+ incarnation=\\d+ members=2 ");
      assertTrue(joined.matcher(parent.output()).find(), parent.output());
      assertStartsQuietly(parent.output());
      List<ProcessHandle> nodes = parent.process.children().toList();
      assertEquals(2, nodes.size());

      if (killed) {
        parent.process.destroyForcibly();
      } else {
        parent.process.destroy();
      }
      for (ProcessHandle node : nodes) {
        assertTrue(StartedProcess.endsWithin(node, PATIENCE_S), "a node outlives its parent");
      }
      assertTrue(StartedProcess.endsWithin(parent.process.toHandle(), PATIENCE_S));
    }
  }

  /** Not counted is what a busy machine adds: nodes that hear each other late, loops that wait for the processor. */
  private static void assertStartsQuietly(String output) {
    List<String> before = output.lines()
        .takeWhile(line -> !line.startsWith("  http"))
        .filter(line -> !line.contains(" server silent ") && !line.contains(" server heard again "))
        .filter(line -> !line.contains("blocked for"))
        .toList();
    assertTrue(before.size() <= 15, before.size() + " lines:\n" + String.join("\n", before));
    Pattern whole = Pattern.compile("node [12] \\| \\S+ (INFO|WARN|ERROR) .*\\[\\w+\\]"
        + "|Plenum is ready, 2 nodes that share their rooms:");
    List<String> parts = before.stream().filter(line -> !whole.matcher(line).matches()).toList();
    assertEquals(List.of(), parts, "a line is one line");
    assertFalse(output.contains("] [5."), "below WARN, the grid says nothing");
  }

  @Test
  void aPortThatIsTakenIsPassedOver() throws Exception {
    int port = FreePorts.inARow(10);
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName(HOST));
        StartedProcess parent = start(port)) {
      parent.awaitLine("Open the same room on each of them.");
      assertTrue(taken.isBound() && parent.output().contains("\n  http://localhost:" + (port + 1)), parent.output());
      assertFalse(parent.output().contains("\n  http://localhost:" + (port + 2)), "that is for media:\n" + parent.output());
    }
  }

  @Test
  void aKeyThatIsUnknownStopsTheStartBeforeAnythingRuns() throws Exception {
    try (StartedProcess parent = start(FreePorts.inARow(10), "--http.prot=1")) {
      assertEquals(2, parent.process.waitFor());
    }
  }
}
