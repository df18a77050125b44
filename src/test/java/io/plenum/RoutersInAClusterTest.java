package io.plenum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.client.ClientLoop;
import io.plenum.client.DataClient;
import io.plenum.client.IncomingStream;
import io.plenum.client.SyntheticClient;
import io.plenum.protocol.sctp.SendResult;
import io.vertx.core.Future;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes of one cluster in this process, two media loops each, and routers that are full with their first client: two
 * peers of a room on one node are on different routers. Real sockets between all of them, synthetic clients.
 */
@Timeout(value = 400, unit = TimeUnit.SECONDS)
class RoutersInAClusterTest {
  /** Only a failing test waits so long; on a machine with other work a good one needs some of it. */
  private static final long SETTLE_MS = 90_000;
  private static final String HOST = "127.0.0.1";
  private static final HttpClient http = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static final List<PlenumNode> nodes = new ArrayList<>();
  private static ClientLoop loop;

  private final List<SyntheticClient> clients = new ArrayList<>();
  private final Map<DataClient, String> chats = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    int first = FreePorts.one();
    int second = FreePorts.one();
    for (int port : List.of(first, second)) {
      PlenumOptions options = PlenumOptions.of(new HashMap<>(Map.ofEntries(
          Map.entry("data.dir", folder.resolve("node-" + port).toString()), Map.entry("node.ip", HOST),
          Map.entry("http.port", "0"), Map.entry("media.ip", HOST), Map.entry("media.port", "0"),
          Map.entry("media.loops", "2"), Map.entry("pipe.ip", HOST), Map.entry("pipe.port", "0"),
          Map.entry("room.routerCapacity", "1"), Map.entry("cluster.enabled", "true"),
          Map.entry("cluster.name", "routers-" + ProcessHandle.current().pid()),
          Map.entry("cluster.port", Integer.toString(port)), Map.entry("cluster.busPort", "0"),
          Map.entry("cluster.members", HOST + ":" + first + "," + HOST + ":" + second))));
      nodes.add(await(PlenumNode.start(options)));
    }
    loop = new ClientLoop();
  }

  @AfterAll
  static void stop() throws Exception {
    if (loop != null) {
      loop.close();
    }
    for (PlenumNode node : nodes) {
      await(node.close());
    }
  }

  @AfterEach
  void leaveAll() {
    clients.forEach(SyntheticClient::close);
    clients.clear();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(SETTLE_MS, TimeUnit.MILLISECONDS);
  }

  private static double sum(String name) {
    return nodes.stream().mapToDouble(node -> metric(node, name)).sum();
  }

  private static double metric(PlenumNode node, String name) {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + node.httpPort() + "/metrics")).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body().lines()
          .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitSum(String name, double value) throws InterruptedException {
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (sum(name) != value) {
      assertTrue(System.nanoTime() < deadlineNs, name + " is " + sum(name) + ", not " + value);
      Thread.sleep(100);
    }
  }

  private SyntheticClient publish(int node, String room, String name) {
    SyntheticClient client =
        SyntheticClient.join(loop, "http://" + HOST + ":" + nodes.get(node).httpPort() + "/", room, name);
    clients.add(client);
    client.publishAudio();
    client.publishVideo();
    return client;
  }

  @Test
  void everyonesMessagesReachEveryoneOnceAndInOrderWhicheverNodeAndLoopTheyAreOn() throws Exception {
    List<DataClient> all = joinWithData("data");
    try {
      List<String> said = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        String text = i % 10 == 9 ? "x".repeat(100_000 + i) : "message " + i;
        said.add(i % 10 == 9 ? text.length() + " bytes" : text);
        for (DataClient from : all) {
          from.send(chats.get(from), text);
        }
      }
      for (DataClient from : all) {
        for (DataClient to : all) {
          awaitSaid(from, to, said);
        }
      }
      assertEquals(4, sum("routers"));
    } finally {
      all.forEach(DataClient::close);
    }
    awaitSum("routers", 0);
  }

  @Test
  void aFileOfTwentyMegabytesArrivesWholeOnEveryRouter() throws Exception {
    List<DataClient> all = joinWithData("file");
    try {
      DataClient alice = all.get(0);
      String block = "x".repeat(200_000);
      List<String> said = new ArrayList<>();
      long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
      while (said.size() < 100) {
        if (loop.call(() -> alice.sendNow(chats.get(alice), block)) == SendResult.QUEUED) {
          said.add("200000 bytes");
        } else {
          assertTrue(System.nanoTime() < deadlineNs, "sent only " + said.size());
          Thread.sleep(2);
        }
      }
      for (DataClient to : all) {
        awaitSaid(alice, to, said);
      }
    } finally {
      all.forEach(DataClient::close);
    }
    awaitSum("routers", 0);
  }

  /** One peer at a time: with another node's words under way at this moment, Vert.x would be right to warn. */
  @Test
  void aRoomThatClosesHearsItselfNoMore() throws Exception {
    try (CapturedLog log = CapturedLog.ofPackage("io.vertx.core.eventbus")) {
      for (int i = 0; i < 6; i++) {
        SyntheticClient.join(loop, "http://" + HOST + ":" + nodes.get(i % 2).httpPort() + "/", "short-" + i, "alice").close();
        awaitSum("routers", 0);
        awaitSum("cluster_rows_peers", 0);
      }
      assertEquals(List.of(), log.lines().stream().filter(line -> line.startsWith("WARN")).toList());
    }
  }

  /** Four peers, two on each node, each on a router of its own and with a channel that all others hear. */
  private List<DataClient> joinWithData(String room) {
    List<DataClient> all = new ArrayList<>();
    for (String name : List.of("alice", "bob", "carol", "dave")) {
      PlenumNode node = nodes.get(all.size() % 2);
      DataClient client = DataClient.join(loop, "http://" + HOST + ":" + node.httpPort() + "/", room, name);
      all.add(client);
      chats.put(client, client.produce("chat"));
    }
    // Each until everybody has heard of it: a channel that is offered is not open at once.
    for (DataClient from : all) {
      for (DataClient to : all) {
        if (to != from) {
          DataClient.Incoming incoming = to.awaitFrom(from, 1, SETTLE_MS).get(0);
          to.await("the channel's opening", client -> incoming.texts.contains("?")
              || from.sendNow(chats.get(from), "?") == null, SETTLE_MS);
        }
      }
    }
    return all;
  }

  private void awaitSaid(DataClient from, DataClient to, List<String> said) {
    if (to != from) {
      DataClient.Incoming incoming = to.awaitFrom(from, 1, SETTLE_MS).get(0);
      to.await("all of " + from.peerId() + " at " + to.peerId(), client -> said.equals(
          incoming.texts.stream().filter(text -> !text.equals("?")).toList()), SETTLE_MS);
    }
  }

  @Test
  void everyoneGetsEveryonesMediaOverFourRoutersOfTwoNodesAndNothingIsLeftAfterwards() throws Exception {
    List<SyntheticClient> all = List.of(publish(0, "all", "alice"), publish(1, "all", "bob"),
        publish(0, "all", "carol"), publish(1, "all", "dave"));
    for (SyntheticClient viewer : all) {
      for (SyntheticClient other : all) {
        if (other != viewer) {
          viewer.awaitMediaFrom(other, 2, 25, SETTLE_MS);
        }
      }
    }
    assertEquals(4, sum("routers"));
    assertEquals(4, sum("feed_ends"), "one in-process pipe on each node");
    assertEquals(4, sum("cluster_rows_routers"));

    String video = all.get(0).producerIds().get(1);
    all.get(0).request("pauseProducer", Map.of("producerId", video));
    for (SyntheticClient viewer : all.subList(1, 4)) {
      viewer.await("the pause of alice's video",
          client -> client.openFrom("alice").stream().filter(IncomingStream::producerPaused).count() == 1, SETTLE_MS);
    }
    all.get(0).request("resumeProducer", Map.of("producerId", video));
    for (SyntheticClient viewer : all.subList(1, 4)) {
      viewer.awaitMediaFrom(all.get(0), 2, 10, SETTLE_MS);
    }

    leaveAll();
    awaitSum("routers", 0);
    awaitSum("feed_ends", 0);
    awaitSum("pipes", 0);
    awaitSum("pipe_routes", 0);
    awaitSum("cluster_rows_routers", 0);
    awaitSum("cluster_rows_producers", 0);
    awaitSum("cluster_rows_peers", 0);
  }
}
