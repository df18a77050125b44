package io.plenum.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The load bench still runs, and says what it should. How fast anything is, is none of a test's business. */
class LoadBenchIT {
  @TempDir Path directory;

  @Test
  void packetsPassTheNodeAndTheBareLoopAndTheirFiguresAreWrittenDown() throws IOException {
    assumeTrue(Epoll.isAvailable() && Path.of("/proc/self/stat").toFile().exists(), "the bench runs on Linux");
    Path json = directory.resolve("results.json");
    LoadBench.run(BenchOptions.parse("--scenarios=1x2:av", "--warm-up=1", "--window=2", "--rounds=1",
        "--node-cpus=", "--bench-cpus=", "--json=" + json));

    JsonNode results = new ObjectMapper().readTree(json.toFile());
    for (String field : List.of("at", "processor", "kernel", "jdk", "jvmFlags")) {
      assertTrue(results.path("machine").hasNonNull(field), field);
    }
    JsonNode scenario = results.path("scenarios").path(0);
    assertEquals("1x2:av", scenario.path("scenario").asText());
    assertTrue(scenario.path("joinsPerSecond").asDouble() > 0);
    assertTrue(scenario.path("residentMb").asDouble() > 0);
    for (String side : List.of("node", "bare", "bareGso")) {
      JsonNode of = scenario.path(side);
      assertTrue(of.path("packetsOutPerSecond").asDouble() > 0, side + " forwards nothing: " + of);
      assertTrue(of.path("expected").asLong() > 0, side);
      assertTrue(of.path("lost").asLong() < of.path("expected").asLong(), side + " loses all: " + of);
      assertTrue(of.path("cpuUsPerForwardedPacket").asDouble() > 0, side);
      assertTrue(of.path("allocatedBytesPerForwardedPacket").asDouble() > 0, side);
      assertTrue(of.path("latencyMs").path("p99").asDouble() > 0, side);
      assertTrue(of.path("benchCores").asDouble() > 0, side);
      assertTrue(of.path("pauses").hasNonNull("maxMs"), side);
    }
    assertTrue(scenario.path("bareRatio").asDouble() > 0);
  }
}
