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

  @Test
  void memoryAndJoinsAreMeasuredAndEveryFigureIsThere() throws IOException {
    assumeTrue(Epoll.isAvailable() && Path.of("/proc/self/stat").toFile().exists(), "the bench runs on Linux");
    JsonNode results = LoadBench.run(BenchOptions.parse("--memory=6", "--joins=4",
        "--node-cpus=", "--bench-cpus=", "--json=" + directory.resolve("results.json")));

    JsonNode memory = results.path("memory");
    assertEquals(6, memory.path("peers").asInt());
    for (String step : List.of("idle", "offered", "flowed", "second", "left")) {
      assertTrue(memory.path(step).path("peers").path("heapBytes").asLong() > 0, step);
      assertTrue(memory.path(step).path("peers").path("residentBytes").asLong() > 0, step);
    }
    // Not what one peer takes: of so few the difference is smaller than what a JVM does meanwhile.
    assertTrue(memory.path("idle").path("peers").path("heapBytes").asLong()
        > memory.path("empty").path("heapBytes").asLong(), memory.toString());
    for (String step : List.of("idle", "offered", "flowed", "second")) {
      assertTrue(memory.path("bytesPerPeer").path(step).hasNonNull("heap"), step);
      assertTrue(memory.path("bytesPerPeer").path(step).hasNonNull("outside"), step);
    }
    assertTrue(memory.path("remainsBytes").path("afterTwoMore").hasNonNull("heap"));
    assertTrue(memory.path("largestBytesPerPeer").path("idle").size() > 0);

    for (String part : List.of("cold", "parallel", "warm")) {
      JsonNode of = results.path("joins").path(part);
      assertEquals(4, of.path("joins").asInt(), part + ": not all came to their first packet");
      assertTrue(of.path("joinsPerSecond").asDouble() > 0, part);
      assertTrue(of.path("cpuMsPerJoin").asDouble() > 0, part);
      assertTrue(of.path("firstPacketMs").path("p50").asDouble() > 0, part);
      double open = of.path("stepsMs").path("open").path("p50").asDouble();
      double first = of.path("stepsMs").path("firstPacket").path("p50").asDouble();
      assertTrue(open > 0 && open < first, part + " in an odd order: " + of);
    }
  }
}
