package io.plenum.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.browser.NodeUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How a node under attack is: memory, threads, what it complains about. Linux tells of memory and threads. */
final class NodeVitals {
  private static final String EVENT_LOOP = "vert.x-eventloop";
  /** What the kernel keeps of a thread's name. */
  private static final int THREAD_NAME_CHARACTERS = 15;

  /** On a machine that has no time for the node. */
  private static final long PATIENCE_NS = 60_000_000_000L;

  /** One look at /metrics. */
  record Meters(List<String> lines) {
    /** Over all reasons; a counter without its {@code _total}, or a gauge. */
    double count(String name) {
      return sum(Pattern.compile(name + "(_total)?(\\{.*)? .*"));
    }

    double count(String name, String reason) {
      return sum(Pattern.compile(name + "_total\\{reason=\"" + reason + "\"} .*"));
    }

    private double sum(Pattern wanted) {
      return lines.stream().filter(line -> wanted.matcher(line).matches())
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
  }

  private final NodeUnderTest node;
  private final long loopsBefore;
  private final int logFrom;

  NodeVitals(NodeUnderTest node) {
    this.node = node;
    loopsBefore = eventLoops();
    logFrom = node.logLength();
  }

  /** What the node says at this path; it may be slow, not silent. */
  String get(String path) {
    long startNs = System.nanoTime();
    String said = node.get(path);
    while (said == null && node.isAlive() && System.nanoTime() - startNs < PATIENCE_NS) {
      said = node.get(path);
    }
    assertNotNull(said, "the node does not answer");
    return said;
  }

  Meters meters() {
    return new Meters(get("metrics").lines().filter(line -> !line.startsWith("#")).toList());
  }

  /** Waits until the meters say so. */
  void await(Predicate<Meters> condition, String what) {
    long startNs = System.nanoTime();
    while (!condition.test(meters())) {
      assertTrue(System.nanoTime() - startNs < PATIENCE_NS, () -> "waits in vain for " + what);
      LockSupport.parkNanos(100_000_000);
    }
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(node.pid()), file);
  }

  /** Resident, in KiB; 0 where there is no /proc. */
  long rssKib() {
    try (Stream<String> lines = Files.lines(proc("status"))) {
      return lines.filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  private long eventLoops() {
    String name = EVENT_LOOP.substring(0, THREAD_NAME_CHARACTERS);
    try (Stream<Path> tasks = Files.list(proc("task"))) {
      return tasks.filter(task -> {
        try {
          return Files.readString(task.resolve("comm")).strip().equals(name);
        } catch (IOException e) {
          return false;
        }
      }).count();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Warnings that an event loop did not come back for 2 s. */
  long blockedWarnings() {
    return node.log().substring(logFrom).lines().filter(line -> line.contains("has been blocked")).count();
  }

  /** It lives, answers, has all its event loops, and has said nothing of a fault of its own. */
  void assertWell() {
    assertTrue(node.isAlive(), "the node has ended");
    assertTrue(get("healthz").contains("alive"));
    assertTrue(eventLoops() >= loopsBefore, "an event loop has died");
    // With a warning that a loop is blocked comes a stack, whose first line is this.
    List<String> faults = node.log().substring(logFrom).lines()
        .filter(line -> line.contains(" ERROR ") || line.contains("Exception") || line.contains("OutOfMemory"))
        .filter(line -> !line.startsWith("io.vertx.core.VertxException: Thread blocked"))
        .toList();
    assertEquals(List.of(), faults);
  }
}
