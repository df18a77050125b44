package io.plenum.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.plenum.client.ClientLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * What a peer costs in memory: the same steps with many peers, with few and with many again, one after the other on one node.
 * The first round is to warm it; what the other two differ by, divided by the number of peers that they differ by, is a peer's:
 * classes, compiled code, pools and publishers cancel out. What is left after the last beyond the first is a leak.
 *
 * <p>Heap is what can be reached after full collections. What is outside the heap is told from proportional resident memory,
 * of which the heap is a constant part because it is touched when the JVM starts.
 */
final class MemoryBench {
  /** The steps of one round, in order. */
  private enum Step {
    IDLE("idle", "joined, receiving transport connected, no consumer"),
    OFFERED("offered", "one video consumer each, nothing sent yet"),
    FLOWED("flowed", "the same, after some seconds of video"),
    SECOND("second", "two video consumers each, after some seconds of the other one"),
    LEFT("left", "everybody left");

    final String label;
    final String says;

    Step(String label, String says) {
      this.label = label;
      this.says = says;
    }
  }

  private record Point(LiveHeap heap, double residentBytes) {}

  private static final int FEW_PEERS = 100;
  /** Joining at the same time. */
  private static final int AT_ONCE = 8;
  private static final int PUBLISHERS = 2;
  /**
   * Before each look, and how long video flows, for each peer and at most. Threads for handshakes have ended by then, what a
   * router does when a transport has connected is done, rings have grown to two seconds of packets.
   */
  private static final long SETTLE_MS_PER_PEER = 50;
  private static final long MAX_SETTLE_MS = 5_000;
  private static final long PATIENCE_NS = 180_000_000_000L;
  private static final int LARGEST_CLASSES = 25;

  private final List<BenchLoop> loops;
  private final Launcher.Node node;
  private final ClientLoop signaling;
  private final long settleMs;
  private int joined;

  private MemoryBench(int peers, List<BenchLoop> loops, Launcher.Node node, ClientLoop signaling) {
    settleMs = Math.min(MAX_SETTLE_MS, SETTLE_MS_PER_PEER * peers);
    this.loops = loops;
    this.node = node;
    this.signaling = signaling;
  }

  static ObjectNode measure(int peers, List<BenchLoop> loops, Launcher launcher) throws IOException {
    int few = Math.max(1, Math.min(FEW_PEERS, peers / 5));
    if (peers <= few) {
      throw new IllegalArgumentException("two peers at least, to compare with one");
    }
    Launcher.Node node = launcher.startNodes(1).get(0);
    try (MeasuredProcess process = node.process(); ClientLoop signaling = new ClientLoop()) {
      MemoryBench bench = new MemoryBench(peers, loops, node, signaling);
      Point empty = bench.look();
      Point first = bench.round(peers).get(Step.LEFT);
      Map<Step, Point> ofFew = bench.round(few);
      Map<Step, Point> ofMany = bench.round(peers);
      return describe(few, peers, empty, first, ofFew, ofMany);
    }
  }

  private Map<Step, Point> round(int peers) {
    Map<Step, Point> points = new EnumMap<>(Step.class);
    List<BenchClient> publishers = newClients(PUBLISHERS);
    List<BenchClient> viewers = newClients(peers);
    try {
      Joiners.forEach(publishers, 1, client -> client.join(node.url(), true, false));
      Joiners.forEach(viewers, AT_ONCE, client -> client.join(node.url(), false, true));
      points.put(Step.IDLE, look());
      publishers.get(0).publish(true, false);
      await("consumers", () -> viewers.stream().allMatch(client -> client.isOffered(1)));
      points.put(Step.OFFERED, look());
      play(publishers.get(0));
      points.put(Step.FLOWED, look());
      publishers.get(1).publish(true, false);
      await("consumers", () -> viewers.stream().allMatch(client -> client.isOffered(2)));
      play(publishers.get(1));
      points.put(Step.SECOND, look());
      for (BenchClient client : viewers) {
        if (client.closedReason() != null) {
          throw new IllegalStateException(client.peerId + " was sent away: " + client.closedReason());
        }
      }
    } finally {
      Stream.concat(publishers.stream(), viewers.stream()).forEach(BenchClient::close);
    }
    await("an empty node", () -> node.metric("net_routes") == 0 && node.metric("routers") == 0);
    points.put(Step.LEFT, look());
    return points;
  }

  private List<BenchClient> newClients(int count) {
    List<BenchClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++, joined++) {
      clients.add(new BenchClient(signaling, loops.get(joined % loops.size()), "bench", "peer" + joined, 0));
    }
    return clients;
  }

  private void play(BenchClient publisher) {
    setPublishing(publisher, true);
    Launcher.sleep(settleMs);
    setPublishing(publisher, false);
  }

  private static void setPublishing(BenchClient publisher, boolean on) {
    publisher.mediaLoop().call(() -> {
      publisher.up().publish(on, System.nanoTime());
      return null;
    });
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadlineNs) {
        throw new IllegalStateException("waited in vain for " + what);
      }
      Launcher.sleep(200);
    }
  }

  private Point look() {
    Launcher.sleep(settleMs);
    LiveHeap heap = node.process().liveHeap();
    return new Point(heap, node.process().residentMb() * (1 << 20));
  }

  private static ObjectNode describe(
      int few, int many, Point empty, Point first, Map<Step, Point> ofFew, Map<Step, Point> ofMany) {
    ObjectNode out = new ObjectMapper().createObjectNode().put("fewPeers", few).put("peers", many);
    put(out.putObject("empty"), empty);
    for (Step step : Step.values()) {
      ObjectNode of = out.putObject(step.label).put("is", step.says);
      put(of.putObject("fewPeers"), ofFew.get(step));
      put(of.putObject("peers"), ofMany.get(step));
    }
    ObjectNode each = out.putObject("bytesPerPeer");
    double peers = many - few;
    for (Step step : List.of(Step.IDLE, Step.OFFERED, Step.FLOWED, Step.SECOND)) {
      each.putObject(step.label)
          .put("heap", (ofMany.get(step).heap().bytes() - ofFew.get(step).heap().bytes()) / peers)
          .put("outside", (ofMany.get(step).residentBytes() - ofFew.get(step).residentBytes()) / peers);
    }
    ObjectNode remains = out.putObject("remainsBytes");
    putDifference(remains.putObject("afterFirstRound"), first, empty);
    putDifference(remains.putObject("afterTwoMore"), ofMany.get(Step.LEFT), first);
    ObjectNode largest = out.putObject("largestBytesPerPeer");
    for (Step step : List.of(Step.IDLE, Step.SECOND)) {
      putLargest(largest.putArray(step.label), ofMany.get(step).heap(), ofFew.get(step).heap(), peers);
    }
    putLargest(out.putArray("largestThatRemains"), ofMany.get(Step.LEFT).heap(), first.heap(), 1);
    return out;
  }

  private static void put(ObjectNode out, Point point) {
    out.put("heapBytes", point.heap().bytes()).put("residentBytes", point.residentBytes());
  }

  private static void putDifference(ObjectNode out, Point now, Point before) {
    out.put("heap", now.heap().bytes() - before.heap().bytes())
        .put("outside", now.residentBytes() - before.residentBytes());
  }

  private static void putLargest(ArrayNode out, LiveHeap now, LiveHeap before, double peers) {
    now.bytesByClass().keySet().stream()
        .sorted(Comparator.comparingLong((String name) -> now.growth(name, before)).reversed())
        .limit(LARGEST_CLASSES)
        .forEach(name -> out.addObject().put("class", name).put("bytes", now.growth(name, before) / peers));
  }

  /** The figures to read, as Markdown. */
  static String table(JsonNode memory) {
    JsonNode each = memory.path("bytesPerPeer");
    StringBuilder out = new StringBuilder(String.format(Locale.ROOT, """
        | memory of one peer, from %d and %d of them | KB of heap | KB outside |
        |---|---|---|
        """, memory.path("fewPeers").asInt(), memory.path("peers").asInt()));
    row(out, "idle: WebSocket, joined, receiving transport connected", each.path("idle"), null);
    row(out, "its first video consumer, nothing sent yet", each.path("offered"), each.path("idle"));
    row(out, "more of it, once video has flowed", each.path("flowed"), each.path("offered"));
    row(out, "its second video consumer, once video has flowed", each.path("second"), each.path("flowed"));
    JsonNode remains = memory.path("remainsBytes");
    row(out, "all in all: what remains on the node when the first ones have left", remains.path("afterFirstRound"), null);
    row(out, "all in all: what two more such rounds leave behind beyond that", remains.path("afterTwoMore"), null);
    return out.toString();
  }

  private static void row(StringBuilder out, String name, JsonNode bytes, JsonNode less) {
    out.append(String.format(Locale.ROOT, "| %s | %.1f | %.1f |%n", name,
        kilobytes(bytes, less, "heap"), kilobytes(bytes, less, "outside")));
  }

  private static double kilobytes(JsonNode bytes, JsonNode less, String part) {
    return (bytes.path(part).asDouble() - (less == null ? 0 : less.path(part).asDouble())) / 1_024;
  }
}
