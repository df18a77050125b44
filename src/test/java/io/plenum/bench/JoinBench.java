package io.plenum.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.plenum.bench.JoinTimes.Step;
import io.plenum.client.ClientLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a join costs, and how long it takes from the WebSocket to the first packet: in a room with one publisher of video,
 * viewers come, wait for their first packet and leave, so that forwarding to them costs little beside their joining. The
 * first ones of a freshly started node come one after another, then many as fast as they can, then again one after another.
 * Those that come alone leave the publisher time between them to be asked for the next key frame, which is limited.
 */
final class JoinBench {
  /** One after another, on a node that nobody has joined but the publisher. */
  private static final int COLD_JOINS = 20;
  /** One after another, behind those that came as fast as they could. */
  private static final int MAX_WARM_JOINS = 100;
  /** Enough to keep a node busy though a publisher is asked for at most two key frames a second, for which all wait. */
  private static final int AT_ONCE = 64;
  /** Between those that come one after another: until the publisher may be asked for a key frame again. */
  private static final long PAUSE_MS = 700;
  /** On a node that is not measured: or the figures of the first joins would be those of the bench's own first ones. */
  private static final int MAX_REHEARSALS = 100;
  private static final long REST_MS = 2_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<BenchLoop> loops;
  private final Launcher.Node node;
  private final ClientLoop signaling;
  private final BenchClient publisher;
  private int joined;

  private JoinBench(List<BenchLoop> loops, Launcher.Node node, ClientLoop signaling) {
    this.loops = loops;
    this.node = node;
    this.signaling = signaling;
    publisher = newClient();
    publisher.join(node.url(), true, false);
    publisher.publish(true, false);
    publisher.mediaLoop().call(() -> {
      publisher.up().publish(true, System.nanoTime());
      return null;
    });
  }

  static ObjectNode measure(int joins, List<BenchLoop> loops, Launcher launcher) throws IOException {
    on(loops, launcher, bench -> bench.join(Math.min(joins, MAX_REHEARSALS), AT_ONCE));
    return on(loops, launcher, bench -> {
      ObjectNode result = JSON.createObjectNode().put("atOnce", AT_ONCE);
      result.set("cold", bench.join(Math.min(joins, COLD_JOINS), 1));
      result.set("parallel", bench.join(joins, AT_ONCE));
      result.set("warm", bench.join(Math.min(joins, MAX_WARM_JOINS), 1));
      return result;
    });
  }

  private interface Measurement {
    ObjectNode of(JoinBench bench);
  }

  private static ObjectNode on(List<BenchLoop> loops, Launcher launcher, Measurement measurement) throws IOException {
    Launcher.Node node = launcher.startNodes(1).get(0);
    try (MeasuredProcess process = node.process(); ClientLoop signaling = new ClientLoop()) {
      JoinBench bench = new JoinBench(loops, node, signaling);
      try {
        return measurement.of(bench);
      } finally {
        bench.publisher.close();
      }
    }
  }

  private BenchClient newClient() {
    int number = joined++;
    return new BenchClient(signaling, loops.get(number % loops.size()), "bench", "peer" + number, 0);
  }

  private ObjectNode join(int count, int atOnce) {
    List<BenchClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(newClient());
    }
    // What the others before them left to do is done, and only the publisher's packets come in.
    Launcher.sleep(REST_MS);
    Map<Step, LatencyHistogram> times = new EnumMap<>(Step.class);
    for (Step step : Step.values()) {
      times.put(step, new LatencyHistogram());
    }
    MeasuredProcess.Usage before = node.process().usage(true);
    double benchBefore = Round.benchCpuSeconds();
    long startNs = System.nanoTime();
    boolean alone = atOnce == 1;
    Joiners.forEach(clients, atOnce, client -> {
      if (alone) {
        Launcher.sleep(PAUSE_MS);
      }
      client.join(node.url(), false, true);
      JoinTimes own = client.awaitFirstPacket();
      client.close();
      synchronized (times) {
        times.forEach((step, histogram) -> histogram.record(own.elapsedNs(step)));
      }
    });
    double seconds = (System.nanoTime() - startNs) / 1e9;
    double benchSeconds = Round.benchCpuSeconds() - benchBefore;
    return describe(times, before, node.process().usage(false), seconds, benchSeconds);
  }

  private static ObjectNode describe(Map<Step, LatencyHistogram> times, MeasuredProcess.Usage before,
      MeasuredProcess.Usage after, double seconds, double benchSeconds) {
    LatencyHistogram first = times.get(Step.FIRST_PACKET);
    double cpuSeconds = after.cpuSeconds() - before.cpuSeconds();
    ObjectNode out = JSON.createObjectNode().put("joins", first.count())
        .put("joinsPerSecond", first.count() / seconds)
        .put("joinsPerCpuSecond", first.count() / Math.max(1e-9, cpuSeconds))
        .put("cpuMsPerJoin", cpuSeconds * 1_000 / first.count())
        .put("nodeCores", cpuSeconds / seconds)
        .put("benchCores", benchSeconds / seconds);
    out.putObject("firstPacketMs").put("p50", first.percentile(50) / 1e6).put("p99", first.percentile(99) / 1e6)
        .put("max", first.max() / 1e6);
    ObjectNode steps = out.putObject("stepsMs");
    times.forEach((step, histogram) -> steps.putObject(step.label)
        .put("p50", histogram.percentile(50) / 1e6).put("p99", histogram.percentile(99) / 1e6));
    ObjectNode threads = out.putObject("cpuMsPerJoinByThread");
    after.threadCpuNs().forEach((name, ns) -> {
      // A thread that has ended takes its time with it.
      double ms = (ns - before.threadCpuNs().getOrDefault(name, 0L)) / 1e6 / first.count();
      if (ms > 0.01) {
        threads.put(name, ms);
      }
    });
    return out;
  }

  /** The figures to read, as Markdown. */
  static String table(JsonNode joins) {
    StringBuilder out = new StringBuilder("""
        | joins | joins/s | CPU ms each (joins per CPU second) | node, bench cores | first packet p50 / p99 / max ms | \
        """);
    for (Step step : Step.values()) {
      out.append(step == Step.FIRST_PACKET ? "" : step.label + (step == Step.OFFERED ? " (p50 ms)" : ", "));
    }
    out.append(" |\n|---|---|---|---|---|---|\n");
    row(out, "cold, one after another", joins.path("cold"));
    row(out, joins.path("atOnce").asInt() + " at once", joins.path("parallel"));
    row(out, "warm, one after another", joins.path("warm"));
    return out.toString();
  }

  private static void row(StringBuilder out, String name, JsonNode of) {
    JsonNode first = of.path("firstPacketMs");
    StringBuilder steps = new StringBuilder();
    for (Step step : Step.values()) {
      if (step != Step.FIRST_PACKET) {
        steps.append(steps.isEmpty() ? "" : ", ")
            .append(String.format(Locale.ROOT, "%.1f", of.path("stepsMs").path(step.label).path("p50").asDouble()));
      }
    }
    out.append(String.format(Locale.ROOT, "| %d %s | %.1f | %.1f (%.0f) | %.2f, %.2f | %.1f / %.1f / %.1f | %s |%n",
        of.path("joins").asInt(), name, of.path("joinsPerSecond").asDouble(), of.path("cpuMsPerJoin").asDouble(),
        of.path("joinsPerCpuSecond").asDouble(), of.path("nodeCores").asDouble(), of.path("benchCores").asDouble(),
        first.path("p50").asDouble(), first.path("p99").asDouble(), first.path("max").asDouble(), steps));
  }
}
