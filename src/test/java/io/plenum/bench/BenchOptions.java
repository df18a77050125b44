package io.plenum.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The bench's command line.
 *
 * @param rounds windows of the node, each followed by one of the bare loop
 * @param nodeCpus as taskset takes them, empty for all
 * @param limit whether to add subscribers until it breaks
 * @param memoryPeers of how many to measure the memory; 0: not
 * @param joins how many to measure; 0: none
 */
record BenchOptions(
    List<Scenario> scenarios, Scenario limit, int memoryPeers, int joins, int limitStep, int warmUpSeconds, int windowSeconds, int rounds,
    boolean evenFrames, boolean bare, String nodeCpus, String benchCpus, int benchLoops, int mediaLoops, Path javaHome,
    List<String> jvmFlags, List<String> nodeArgs, String profiler, Path json, Path workDir, Path jar, Path startScript) {

  static final String USAGE = """
      --scenarios=1x10,1x50,...   what to measure: [ROOMS*]PxS[:video|audio|av][@NODES]
      --limit=1x100               also: this one with more and more subscribers until loss > 0.1 % or p99 > 50 ms
      --limit-step=100            by how many
      --memory=500                memory of so many peers, idle and with consumers, and what remains when they have left
      --joins=300                 so many joins as fast as they go: processor time of each, and time to the first packet
      --warm-up=20                seconds before the first window of each
      --window=5                  seconds of one window
      --rounds=5                  windows of each; medians are printed
      --even                      all frames of one size (default: as an encoder makes them)
      --no-bare                   without the bare loop
      --node-cpus=1 --bench-cpus=0   as taskset takes them (default: the last processor for what is measured)
      --bench-loops=1             threads that the clients' media lives on
      --loops=1                   media loops of a node
      --java=DIR                  JDK of what is measured (default: this one)
      --jvm='-Xmx512m ...'        flags for it, behind those of docker/start.sh
      --node=--key=value          configuration of the nodes
      --profiler=LIB=OPTIONS      async-profiler's library, loaded into the node for the rounds: /x/libasyncProfiler.so=event=cpu;
                                  stacks go to target/bench/profile-PID.collapsed
      --json=FILE
      """;

  /** Those of the table in docs/PERFORMANCE.md. */
  static final String TABLE = "1x10,1x50,1x50:av,1x200,5x5,20x20:audio,30*3x3:av,100*3x3:av,1x50@2,1x50@3";

  static BenchOptions parse(String... args) {
    List<Scenario> scenarios = new ArrayList<>();
    Scenario limit = null;
    int memoryPeers = 0;
    int joins = 0;
    int limitStep = 100;
    int warmUp = 20;
    int window = 5;
    int rounds = 5;
    boolean even = false;
    boolean bare = true;
    int cpus = Runtime.getRuntime().availableProcessors();
    boolean canPin = cpus > 1 && Files.isExecutable(Path.of("/usr/bin/taskset"));
    String nodeCpus = canPin ? Integer.toString(cpus - 1) : "";
    String benchCpus = canPin ? "0-" + (cpus - 2) : "";
    int benchLoops = Math.max(1, cpus - 1);
    int loops = 1;
    Path java = Path.of(System.getProperty("java.home"));
    List<String> jvm = new ArrayList<>();
    List<String> node = new ArrayList<>();
    String profiler = "";
    Path json = Path.of("target/bench/results.json");
    for (String arg : args) {
      int equals = arg.indexOf('=');
      String value = equals < 0 ? "" : arg.substring(equals + 1);
      switch (equals < 0 ? arg : arg.substring(0, equals)) {
        case "--scenarios" -> {
          for (String name : (value.equals("table") ? TABLE : value).split(",")) {
            if (!name.isBlank()) {
              scenarios.add(Scenario.parse(name));
            }
          }
        }
        case "--limit" -> limit = Scenario.parse(value);
        case "--memory" -> memoryPeers = Integer.parseInt(value);
        case "--joins" -> joins = Integer.parseInt(value);
        case "--limit-step" -> limitStep = Integer.parseInt(value);
        case "--warm-up" -> warmUp = Integer.parseInt(value);
        case "--window" -> window = Integer.parseInt(value);
        case "--rounds" -> rounds = Integer.parseInt(value);
        case "--even" -> even = true;
        case "--no-bare" -> bare = false;
        case "--node-cpus" -> nodeCpus = value;
        case "--bench-cpus" -> benchCpus = value;
        case "--bench-loops" -> benchLoops = Integer.parseInt(value);
        case "--loops" -> loops = Integer.parseInt(value);
        case "--java" -> java = Path.of(value);
        case "--jvm" -> jvm.addAll(List.of(value.split(" ")));
        case "--node" -> node.add(value);
        case "--profiler" -> profiler = value;
        case "--json" -> json = Path.of(value);
        default -> throw new IllegalArgumentException("unknown: " + arg + "\n" + USAGE);
      }
    }
    if (jvm.stream().noneMatch(flag -> flag.startsWith("-Xmx"))) {
      // Touched before it begins: what a fresh page costs is paid once, and a node runs for weeks.
      jvm.addAll(List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"));
    }
    return new BenchOptions(scenarios, limit, memoryPeers, joins, limitStep, warmUp, window, rounds, even, bare, nodeCpus,
        benchCpus, benchLoops, loops, java, jvm, node, profiler, json, Path.of("target/bench"), Path.of("target/plenum.jar"),
        Path.of("docker/start.sh"));
  }
}
