package io.plenum.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The load bench: what a node costs for each packet that it forwards, beside what a bare loop costs that does nothing but
 * decrypt, rewrite, encrypt and send the same packets, in turn on the same processors. The ratio of the two is the figure
 * that survives a noisy machine. docs/PERFORMANCE.md says how to read it; {@code --help} how to call it.
 */
public final class LoadBench {
  private static final ObjectMapper JSON = new ObjectMapper();
  /** What still counts as working. */
  private static final double MAX_LOSS = 0.001;
  private static final double MAX_P99_MS = 50;

  private final BenchOptions options;
  private final Launcher launcher;
  private final List<BenchLoop> loops = new ArrayList<>();
  private final ObjectNode results = JSON.createObjectNode();

  private LoadBench(BenchOptions options) throws IOException {
    this.options = options;
    launcher = new Launcher(options);
    for (int i = 0; i < options.benchLoops(); i++) {
      loops.add(new BenchLoop(i));
    }
  }

  public static void main(String[] args) throws IOException {
    if (List.of(args).contains("--help")) {
      System.out.print(BenchOptions.USAGE);
      return;
    }
    run(BenchOptions.parse(args));
    System.exit(0);
  }

  /** Runs all, prints the table, writes the JSON and returns it. */
  static ObjectNode run(BenchOptions options) throws IOException {
    LoadBench bench = new LoadBench(options);
    try {
      bench.measureAll();
    } finally {
      bench.loops.forEach(BenchLoop::close);
    }
    return bench.results;
  }

  private void measureAll() throws IOException {
    results.set("machine", Machine.describe(options));
    if (!options.benchCpus().isEmpty()) {
      Machine.pin(options.benchCpus());
    }
    ArrayNode scenarios = results.putArray("scenarios");
    System.out.println(results.path("machine").toPrettyString());
    if (!options.scenarios().isEmpty()) {
      System.out.println(Table.HEAD);
    }
    for (Scenario scenario : options.scenarios()) {
      scenarios.add(measure(scenario));
      write();
    }
    if (options.limit() != null) {
      results.set("limit", findLimit(options.limit()));
      write();
    }
    if (options.memoryPeers() > 0) {
      results.set("memory", MemoryBench.measure(options.memoryPeers(), loops, launcher));
      System.out.println(MemoryBench.table(results.path("memory")));
      write();
    }
    if (options.joins() > 0) {
      results.set("joins", JoinBench.measure(options.joins(), loops, launcher));
      System.out.println(JoinBench.table(results.path("joins")));
    }
    write();
    System.out.println("json: " + options.json());
  }

  private void write() throws IOException {
    Path json = options.json();
    if (json.getParent() != null) {
      Files.createDirectories(json.getParent());
    }
    Files.writeString(json, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(results) + "\n");
  }

  private ObjectNode measure(Scenario scenario) throws IOException {
    ObjectNode result = JSON.createObjectNode().put("scenario", scenario.name());
    Map<String, Side> sides = new LinkedHashMap<>();
    try {
      NodeSide node = new NodeSide(scenario, options, loops, launcher);
      sides.put("node", node);
      result.put("joinsPerSecond", node.joinsPerSecond()).put("joinCpuMs", node.joinCpuMs());
      if (options.bare()) {
        sides.put("bare", new BareSide(scenario, options, loops, launcher, false));
        sides.put("bareGso", new BareSide(scenario, options, loops, launcher, true));
      }
      Map<String, List<Round>> rounds = new LinkedHashMap<>();
      for (Side side : sides.values()) {
        play(side, options.warmUpSeconds());
      }
      profile(node, true);
      double pipedBefore = scenario.nodes() > 1 ? node.metric("pipe_bytes_sent_total") : 0;
      long packetsBefore = node.windows().packetsReceived();
      for (int i = 0; i < options.rounds(); i++) {
        for (Map.Entry<String, Side> side : sides.entrySet()) {
          rounds.computeIfAbsent(side.getKey(), name -> new ArrayList<>()).add(round(side.getValue()));
        }
      }
      profile(node, false);
      rounds.forEach((name, of) -> result.set(name, Rounds.summary(of)));
      if (scenario.nodes() > 1) {
        result.put("pipeBytesPerForwardedPacket", (node.metric("pipe_bytes_sent_total") - pipedBefore)
            / Math.max(1, node.windows().packetsReceived() - packetsBefore));
      }
      result.put("residentMb", node.processes().stream().mapToDouble(MeasuredProcess::residentMb).sum());
      result.put("nodeDrops", node.metric("net_dropped_total") + node.metric("srtp_dropped_total")
          + node.metric("rtp_dropped_total") + node.metric("gate_dropped_total"));
      for (String bare : List.of("bare", "bareGso")) {
        if (rounds.containsKey(bare)) {
          result.put(bare + "Ratio", Rounds.medianRatio(rounds.get("node"), rounds.get(bare)));
        }
      }
    } finally {
      sides.values().forEach(Side::close);
    }
    System.out.println(Table.row(result));
    return result;
  }

  private void profile(NodeSide side, boolean start) {
    int equals = options.profiler().indexOf('=');
    if (equals < 0) {
      return;
    }
    for (MeasuredProcess process : side.processes()) {
      Path file = options.workDir().resolve("profile-" + process.pid() + ".collapsed").toAbsolutePath();
      process.tellAgent(options.profiler().substring(0, equals), start
          ? "start," + options.profiler().substring(equals + 1)
          : "stop,collapsed,threads,file=" + file);
    }
  }

  private static void play(Side side, int seconds) {
    side.publish(true);
    Launcher.sleep(seconds * 1_000L);
    side.publish(false);
  }

  private Round round(Side side) {
    side.publish(true);
    // Until queues and timers have found their rhythm again.
    Launcher.sleep(500);
    Round round = Round.measure(side, options.windowSeconds());
    side.publish(false);
    if (side.trouble() != null) {
      throw new IllegalStateException(side.trouble());
    }
    return round;
  }

  /** Adds viewers until it does not work any more; each step must fail twice, for a neighbour may have been at fault. */
  private ObjectNode findLimit(Scenario start) throws IOException {
    ObjectNode result = JSON.createObjectNode();
    ArrayNode steps = result.putArray("steps");
    System.out.println(Table.HEAD);
    try (NodeSide node = new NodeSide(start, options, loops, launcher)) {
      play(node, options.warmUpSeconds());
      int viewers = start.viewers();
      while (true) {
        Round round = round(node);
        boolean broken = broken(round);
        if (broken) {
          round = round(node);
          broken = broken(round);
        }
        ObjectNode step = JSON.createObjectNode().put("scenario", "1x" + viewers);
        step.set("node", Rounds.summary(List.of(round)));
        steps.add(step);
        System.out.println(Table.row(step));
        if (broken) {
          break;
        }
        result.put("viewers", viewers).put("packetsOutPerSecond", round.packetsOutPerSecond());
        viewers += options.limitStep();
        node.grow(viewers);
      }
      result.put("brokenAt", viewers);
    }
    System.out.printf("works up to %d viewers, %.0f packets/s out%n",
        result.path("viewers").asInt(), result.path("packetsOutPerSecond").asDouble());
    return result;
  }

  private static boolean broken(Round round) {
    return round.lost() > MAX_LOSS * round.expected() || round.latencyP99Ms() > MAX_P99_MS;
  }
}
