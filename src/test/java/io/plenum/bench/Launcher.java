package io.plenum.bench;

import io.plenum.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts what is measured, each as its own process on the same processors with the same flags: nodes as their users start
 * them (docker/start.sh with target/plenum.jar), and the bare loop.
 */
final class Launcher {
  private static final String HOST = "127.0.0.1";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(240);
  private static final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  /** One node that runs. */
  record Node(String url, MeasuredProcess process) {
    /** The sum of a meter's lines, or 0 if there is none. */
    double metric(String name) {
      try {
        return http.send(HttpRequest.newBuilder(URI.create(url + "metrics")).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString()).body().lines()
            .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  private final BenchOptions options;
  private final Path directory;
  private int started;

  Launcher(BenchOptions options) throws IOException {
    this.options = options;
    directory = Files.createDirectories(options.workDir().resolve("run-" + ProcessHandle.current().pid()));
  }

  /** So many nodes, one cluster if there are several; all ready. */
  List<Node> startNodes(int count) throws IOException {
    int loops = options.mediaLoops();
    // HTTP, grid, bus, and for each loop a port for clients and one for pipes.
    int ports = 3 + 2 * loops;
    int first = FreePorts.inARow(ports * count);
    String members = java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> HOST + ":" + (first + ports * i + 1))
        .collect(java.util.stream.Collectors.joining(","));
    List<Process> processes = new ArrayList<>();
    List<Path> logs = new ArrayList<>();
    List<Integer> bases = new ArrayList<>();
    List<Path> directories = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int base = first + ports * i;
      Path own = Files.createDirectories(directory.resolve("node-" + ++started));
      List<String> args = new ArrayList<>(List.of(
          "--data.dir=" + own.resolve("data"),
          "--http.host=" + HOST, "--http.port=" + base,
          "--media.ip=" + HOST, "--media.port=" + (base + 3), "--media.loops=" + loops,
          "--pipe.ip=" + HOST, "--pipe.port=" + (base + 3 + loops),
          "--limits.peersPerRoom=10000", "--limits.consumersPerPeer=4096", "--limits.pendingRequestsPerPeer=6200",
          "--limits.joinTimeoutS=120"));
      if (count > 1) {
        args.addAll(List.of("--cluster.enabled=true", "--cluster.name=bench-" + ProcessHandle.current().pid() + "-" + first,
            "--node.ip=" + HOST, "--cluster.port=" + (base + 1), "--cluster.busPort=" + (base + 2),
            "--cluster.members=" + members));
      }
      args.addAll(options.nodeArgs());
      Path log = own.resolve("node.log");
      processes.add(startScript(own, args, log));
      logs.add(log);
      bases.add(base);
      directories.add(own);
    }
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String url = "http://" + HOST + ":" + bases.get(i) + "/";
      awaitReady(url, processes.get(i), logs.get(i));
      nodes.add(new Node(url, new MeasuredProcess(processes.get(i), directories.get(i).resolve("pauses.log"))));
    }
    return nodes;
  }

  private Process startScript(Path own, List<String> args, Path log) throws IOException {
    List<String> command = new ArrayList<>(pinned());
    command.add(options.startScript().toAbsolutePath().toString());
    command.addAll(args);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("PLENUM_"));
    builder.environment().put("JAVA_HOME", options.javaHome().toString());
    builder.environment().put("JAR", options.jar().toAbsolutePath().toString());
    builder.environment().put("JAVA_OPTS", String.join(" ", options.jvmFlags()) + " "
        + MeasuredProcess.pauseFlag(own.resolve("pauses.log")));
    return builder.start();
  }

  /** The bare loop: same JVM, same flags for collector and heap, same processors. Its plan goes to its standard input. */
  Process startBareLoop(Path pauseLog) throws IOException {
    List<String> command = new ArrayList<>(pinned());
    command.addAll(List.of(options.javaHome().resolve("bin/java").toString(), "-XX:+UseZGC"));
    command.addAll(options.jvmFlags());
    command.addAll(List.of(MeasuredProcess.pauseFlag(pauseLog), "-cp", System.getProperty("java.class.path"),
        BareLoop.class.getName()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  Path newPauseLog() {
    return directory.resolve("bare-" + ++started + "-pauses.log");
  }

  private List<String> pinned() {
    return options.nodeCpus().isEmpty() ? List.of() : List.of("taskset", "-c", options.nodeCpus());
  }

  private void awaitReady(String url, Process process, Path log) throws IOException {
    long deadlineNs = System.nanoTime() + START_TIMEOUT.toNanos();
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "readyz")).timeout(Duration.ofSeconds(5)).build();
    while (process.isAlive() && System.nanoTime() < deadlineNs) {
      try {
        if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
        Thread.sleep(200);
      } catch (IOException e) {
        sleep(200);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    process.destroyForcibly();
    throw new IllegalStateException("the node is not ready: " + Files.readString(log));
  }

  static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
