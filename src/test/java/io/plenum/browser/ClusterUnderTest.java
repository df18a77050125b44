package io.plenum.browser;

import io.plenum.FreePorts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Several nodes in processes of their own, one cluster, on loopback. */
public final class ClusterUnderTest implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  /** A client that shares its processor with many others may take long. */
  static final String JOIN_PATIENCE = "--limits.joinTimeoutS=120";
  private static final long JOIN_TIMEOUT_MS = 120_000;

  private static final Pattern START_OF_ENTRY = Pattern.compile("(?m)^(?=\\d{4}-\\d\\d-\\d\\dT)");
  /** Its signals, those to this life of it alone, and the addresses for clients. */
  private static final int SUBSCRIPTIONS_PER_NODE = 3;

  private final List<NodeUnderTest> nodes = new ArrayList<>();

  private ClusterUnderTest() {}

  /** Starts so many nodes and waits until each counts all as members. */
  public static ClusterUnderTest start(int count, String... args) {
    ClusterUnderTest cluster = new ClusterUnderTest();
    int firstPort = FreePorts.inARow(count);
    int[] ports = IntStream.range(firstPort, firstPort + count).toArray();
    String members = IntStream.of(ports).mapToObj(port -> HOST + ":" + port).collect(Collectors.joining(","));
    for (int port : ports) {
      String[] all = Stream.concat(Stream.of("--node.ip=" + HOST, JOIN_PATIENCE, "--cluster.enabled=true",
          "--cluster.name=test-" + ports[0], "--cluster.port=" + port, "--cluster.busPort=0", "--cluster.members=" + members),
          Arrays.stream(args)).toArray(String[]::new);
      cluster.nodes.add(NodeUnderTest.prepare(HOST, List.of(), all));
    }
    cluster.startAll();
    return cluster;
  }

  /** Of nodes that were prepared elsewhere. */
  static ClusterUnderTest of(List<NodeUnderTest> prepared) {
    ClusterUnderTest cluster = new ClusterUnderTest();
    cluster.nodes.addAll(prepared);
    cluster.startAll();
    return cluster;
  }

  private void startAll() {
    nodes.forEach(NodeUnderTest::startAgain);
    try {
      nodes.forEach(NodeUnderTest::awaitReady);
      awaitMembers(nodes.size());
    } catch (AssertionError e) {
      close();
      throw e;
    }
  }

  public NodeUnderTest node(int index) {
    return nodes.get(index);
  }

  public List<NodeUnderTest> nodes() {
    return nodes;
  }

  /** Waits until each node that runs counts so many members. */
  public void awaitMembers(int count) {
    await("that all count " + count + " members", JOIN_TIMEOUT_MS,
        () -> running().allMatch(node -> node.metric("cluster_members") == count));
  }

  private Stream<NodeUnderTest> running() {
    return nodes.stream().filter(NodeUnderTest::isAlive);
  }

  /** The meter's sum over the nodes that run. */
  public double sum(String metric) {
    return running().mapToDouble(node -> Math.max(0, node.metric(metric))).sum();
  }

  /** How long it took until the condition held. */
  public static long await(String what, long timeoutMs, BooleanSupplier condition) {
    long startNs = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - startNs > timeoutMs * 1_000_000) {
        throw new AssertionError("waited " + timeoutMs + " ms in vain " + what);
      }
      pause(50);
    }
    return (System.nanoTime() - startNs) / 1_000_000;
  }

  public static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /**
   * Errors in the logs of all nodes, but for two kinds about a node that was killed or stood still: Vert.x's about its
   * connections to it (it says so, and with 5.0.10 fails a promise twice for each message that was under way), and the
   * grid's about a member that comes back and takes itself for the eldest.
   */
  public List<String> errors() {
    return nodes.stream().flatMap(node -> START_OF_ENTRY.splitAsStream(node.log()))
        .filter(entry -> entry.contains(" ERROR ") && !entry.contains("[ConnectionBase]")
            && !entry.contains("eventbus.impl.clustered.OutboundConnection")
            && !entry.contains("[FetchMembersViewOp]"))
        .toList();
  }

  /** Waits until nothing is left of any room: no router, pipe, route, connection, row or subscription. */
  public long awaitNothingLeft(long timeoutMs) {
    List<String> gauges = List.of("net_routes", "net_tcp_connections", "pipe_routes", "pipes", "routers", "cluster_rooms", "remote_peers",
        "remote_producers",
        "cluster_rows_rooms", "cluster_rows_routers", "cluster_rows_peers", "cluster_rows_producers");
    try {
      return await("that nothing is left", timeoutMs, () -> gauges.stream().allMatch(gauge -> sum(gauge) == 0)
          && sum("cluster_subscriptions") == SUBSCRIPTIONS_PER_NODE * running().count());
    } catch (AssertionError e) {
      throw new AssertionError("left: " + gauges.stream().filter(gauge -> sum(gauge) != 0)
          .map(gauge -> gauge + "=" + sum(gauge)).toList() + ", subscriptions: " + sum("cluster_subscriptions"), e);
    }
  }

  @Override
  public void close() {
    // All at once: each waits for its own end only.
    nodes.parallelStream().forEach(NodeUnderTest::close);
  }
}
