package io.plenum.browser;

import static io.plenum.browser.ClusterFaultIT.figure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.client.ClientLoop;
import io.plenum.client.IncomingStream;
import io.plenum.client.SyntheticClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rooms on two nodes as processes, with synthetic clients; after each test nothing may be left of them. */
@Tag("cluster")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ClusterRoomIT {
  /** Only a failing test waits so long; on a machine with other work a good one needs some of it. */
  private static final long SETTLE_MS = 60_000;
  private static final String ROOM = "room";
  private static final ClientLoop loop = new ClientLoop();
  private static ClusterUnderTest cluster;

  private final List<SyntheticClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() {
    cluster = ClusterUnderTest.start(2, "--limits.producersPerPeer=250", "--limits.consumersPerPeer=250",
        "--limits.dataConsumersPerPeer=50", "--limits.pendingRequestsPerPeer=300", "--limits.messagesPerSecond=2000");
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    loop.close();
  }

  @AfterEach
  void leaveAll() {
    clients.forEach(SyntheticClient::close);
    clients.clear();
  }

  private void assertNothingLeft(String test) {
    leaveAll();
    figure(test + ".nothingLeftMs", cluster.awaitNothingLeft(SETTLE_MS));
    assertEquals(List.of(), cluster.errors());
  }

  private SyntheticClient join(int node, String name) {
    SyntheticClient client = SyntheticClient.join(loop, cluster.node(node).url(), ROOM, name);
    clients.add(client);
    return client;
  }

  private SyntheticClient publish(int node, String name) {
    SyntheticClient client = join(node, name);
    client.publishAudio();
    client.publishVideo();
    return client;
  }

  private static void awaitAllSeeAll(List<SyntheticClient> all) {
    for (SyntheticClient viewer : all) {
      all.stream().filter(other -> other != viewer).forEach(other -> viewer.awaitMediaFrom(other, 2, 10, SETTLE_MS));
    }
  }

  private static long sinceMs(long startNs) {
    return (System.nanoTime() - startNs) / 1_000_000;
  }

  @Test
  void whatAPublisherDoesIsKnownOnOtherNodes() {
    SyntheticClient alice = publish(0, "alice");
    SyntheticClient bob = join(1, "bob");
    bob.awaitMediaFrom(alice, 2, 10, SETTLE_MS);
    String video = alice.producerIds().get(1);

    alice.request("pauseProducer", Map.of("producerId", video));
    bob.await("the pause",
        client -> client.openFrom("alice").stream().filter(IncomingStream::producerPaused).count() == 1, SETTLE_MS);
    alice.request("resumeProducer", Map.of("producerId", video));
    bob.await("the end of the pause",
        client -> client.openFrom("alice").stream().noneMatch(IncomingStream::producerPaused), SETTLE_MS);
    bob.awaitMediaFrom(alice, 2, 10, SETTLE_MS);
    alice.request("changeDisplayName", Map.of("displayName", "Alicia"));
    bob.await("the new name", client -> client.notices().stream().anyMatch(notice ->
        notice.method().equals("peerDisplayNameChanged")
            && notice.data().path("displayName").asText().equals("Alicia")), SETTLE_MS);
    alice.request("closeProducer", Map.of("producerId", video));
    bob.await("the end of the video", client -> client.openFrom("alice").size() == 1, SETTLE_MS);
    alice.close();
    bob.await("alice's leaving", client -> client.peers().isEmpty() && client.open().isEmpty(), SETTLE_MS);
    assertNothingLeft("verbs");
  }

  @Test
  void mediaCrossesOnlyWhileSomebodyWatches() {
    SyntheticClient alice = publish(0, "alice");
    SyntheticClient bob = join(1, "bob");
    bob.awaitMediaFrom(alice, 2, 25, SETTLE_MS);
    double watchedBytes = pipeBytesIn(4_000);
    bob.pauseConsumers(alice, true);
    ClusterUnderTest.pause(8_000);
    double pausedBytes = pipeBytesIn(4_000);
    figure("pipe.watchedBytesPerSecond", Math.round(watchedBytes / 4));
    figure("pipe.pausedBytesPerSecond", Math.round(pausedBytes / 4));
    assertTrue(pausedBytes * 20 < watchedBytes, pausedBytes + " bytes in 4 s while nobody watches");
    bob.pauseConsumers(alice, false);
    bob.awaitMediaFrom(alice, 2, 25, SETTLE_MS);
    assertNothingLeft("demand");
  }

  private double pipeBytesIn(long milliseconds) {
    double before = cluster.node(0).metric("pipe_bytes_sent_total");
    ClusterUnderTest.pause(milliseconds);
    return cluster.node(0).metric("pipe_bytes_sent_total") - before;
  }

  @Test
  void twoNodesThatPipeToEachOtherInTheSameInstantShareOnePipe() {
    for (int round = 0; round < 2; round++) {
      String room = "instant-" + round;
      CompletableFuture<SyntheticClient> first = CompletableFuture.supplyAsync(
          () -> SyntheticClient.join(loop, cluster.node(0).url(), room, "alice"));
      SyntheticClient bob = SyntheticClient.join(loop, cluster.node(1).url(), room, "bob");
      SyntheticClient alice = first.join();
      clients.addAll(List.of(alice, bob));
      CompletableFuture<?> publishing = CompletableFuture.runAsync(() -> {
        alice.publishAudio();
        alice.publishVideo();
      });
      bob.publishAudio();
      bob.publishVideo();
      publishing.join();
      awaitAllSeeAll(List.of(alice, bob));
      assertEquals(2, cluster.sum("pipes"), "ends of pipes");
      leaveAll();
      cluster.awaitNothingLeft(SETTLE_MS);
    }
    assertNothingLeft("instant");
  }

  @Test
  void whoLeavesAsTheLastOfANodeAndComesBackAtOnceIsInTheRoom() {
    SyntheticClient alice = publish(0, "alice");
    SyntheticClient bob = publish(1, "bob");
    awaitAllSeeAll(List.of(alice, bob));
    for (int round = 0; round < 3; round++) {
      bob.close();
      clients.remove(bob);
      bob = publish(1, "bob");
      awaitAllSeeAll(List.of(alice, bob));
    }
    ClusterUnderTest.await("two rows of peers", SETTLE_MS, () -> cluster.sum("cluster_rows_peers") == 2);
    assertNothingLeft("rejoin");
  }

  @Test
  void twoHundredProducersAtOnceAreAllKnownEverywhere() {
    SyntheticClient watcher = join(1, "watcher");
    List<SyntheticClient> publishers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      publishers.add(SyntheticClient.joinSilently(loop, cluster.node(0).url(), ROOM, "p" + i));
    }
    clients.addAll(publishers);
    long startNs = System.nanoTime();
    publishers.parallelStream().forEach(publisher -> publisher.publishBurst(20));
    figure("burst.producedMs", sinceMs(startNs));
    watcher.await("200 consumers", client -> client.open().size() == 200, SETTLE_MS);
    figure("burst.consumersFarMs", sinceMs(startNs));
    // The topic is quicker than the maps.
    figure("burst.rowsMs", ClusterUnderTest.await("200 rows", SETTLE_MS, () -> cluster.sum("cluster_rows_producers") == 200));
    assertEquals(200, cluster.node(1).metric("remote_producers"));
    assertNothingLeft("burst");
  }
}
