package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.client.ClientLoop;
import io.plenum.client.EmbeddedNode;
import io.plenum.client.IncomingStream;
import io.plenum.client.OutgoingStream;
import io.plenum.client.SyntheticClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * One node without a cluster, two media loops, and routers that are full with their first client: the second client of a
 * room is on the other loop. Real sockets, synthetic clients.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class RoutersOfARoomTest {
  /** Only a failing test waits so long; on a machine with other work a good one needs some of it. */
  private static final long SETTLE_MS = 60_000;
  private static final HttpClient http = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static EmbeddedNode node;
  private static ClientLoop loop;

  private final List<SyntheticClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    node = EmbeddedNode.start(folder, Map.of("media.loops", "2", "room.routerCapacity", "1"));
    loop = node.loop();
  }

  @AfterAll
  static void stop() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  @AfterEach
  void leaveAll() {
    clients.forEach(SyntheticClient::close);
    clients.clear();
  }

  private static double metric(String name) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(node.url() + "metrics")).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body().lines()
          .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitMetric(String name, double value) throws InterruptedException {
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (metric(name) != value) {
      assertTrue(System.nanoTime() < deadlineNs, name + " is " + metric(name) + ", not " + value);
      Thread.sleep(50);
    }
  }

  private SyntheticClient join(String room, String name) {
    SyntheticClient client = SyntheticClient.join(loop, node.url(), room, name);
    clients.add(client);
    return client;
  }

  private SyntheticClient publish(String room, String name) {
    SyntheticClient client = join(room, name);
    client.publishAudio();
    client.publishVideo();
    return client;
  }

  private void assertNothingLeft() throws InterruptedException {
    leaveAll();
    awaitMetric("routers", 0);
    awaitMetric("feed_ends", 0);
  }

  @Test
  void everyoneGetsEveryonesMediaWhicheverLoopTheyAreOn() throws Exception {
    List<SyntheticClient> all = new ArrayList<>();
    for (String name : List.of("alice", "bob", "carol", "dave")) {
      all.add(publish("all", name));
    }
    for (SyntheticClient viewer : all) {
      for (SyntheticClient other : all) {
        if (other != viewer) {
          viewer.awaitMediaFrom(other, 2, 25, SETTLE_MS);
        }
      }
    }
    assertEquals(2, metric("routers"));
    assertEquals(2, metric("feed_ends"), "one pipe, with an end on each loop, however many cross it");
    assertEquals(0, metric("feed_dropped"));
    assertNothingLeft();
  }

  @Test
  void whatAProducerDoesIsKnownOnTheOtherLoop() throws Exception {
    SyntheticClient alice = publish("verbs", "alice");
    SyntheticClient bob = join("verbs", "bob");
    bob.awaitMediaFrom(alice, 2, 10, SETTLE_MS);
    assertEquals(2, metric("routers"));
    String video = alice.producerIds().get(1);

    alice.request("pauseProducer", Map.of("producerId", video));
    bob.await("the pause",
        client -> client.openFrom("alice").stream().filter(IncomingStream::producerPaused).count() == 1, SETTLE_MS);
    alice.request("resumeProducer", Map.of("producerId", video));
    bob.await("the end of the pause",
        client -> client.openFrom("alice").stream().noneMatch(IncomingStream::producerPaused), SETTLE_MS);
    bob.awaitMediaFrom(alice, 2, 10, SETTLE_MS);

    alice.request("closeProducer", Map.of("producerId", video));
    bob.await("the end of the video", client -> client.openFrom("alice").size() == 1, SETTLE_MS);
    alice.publishVideo();
    bob.awaitMediaFrom(alice, 2, 10, SETTLE_MS);
    alice.close();
    bob.await("alice's leaving", client -> client.open().isEmpty(), SETTLE_MS);
    awaitMetric("feed_ends", 0);
    assertNothingLeft();
  }

  @Test
  void nothingCrossesWhileNobodyOnTheOtherLoopWatches() throws Exception {
    SyntheticClient alice = publish("demand", "alice");
    SyntheticClient bob = join("demand", "bob");
    bob.awaitMediaFrom(alice, 2, 25, SETTLE_MS);
    bob.pauseConsumers(alice, true);
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    // Five seconds after the pause; reports go on, a few in a second.
    for (double before = -1_000, now = 0; now - before > 20; now = metric("feed_packets_total")) {
      assertTrue(System.nanoTime() < deadlineNs, "media goes on to the other loop: " + (now - before) + " in a second");
      before = metric("feed_packets_total");
      Thread.sleep(1_000);
    }
    bob.pauseConsumers(alice, false);
    bob.awaitMediaFrom(alice, 2, 25, SETTLE_MS);
    assertNothingLeft();
  }

  @Test
  void aNewcomersKeyFrameRequestReachesThePublisherOnTheOtherLoop() throws Exception {
    SyntheticClient alice = join("keyframe", "alice");
    OutgoingStream video = alice.publishVideo();
    SyntheticClient bob = join("keyframe", "bob");
    bob.awaitMediaFrom(alice, 1, 10, SETTLE_MS);
    int before = video.keyFrameRequests();
    String consumerId = loop.call(() -> bob.openFrom("alice").get(0).consumerId);
    bob.request("requestConsumerKeyFrame", Map.of("consumerId", consumerId));
    alice.await("a key-frame request", client -> video.keyFrameRequests() > before, SETTLE_MS);
    assertNothingLeft();
  }
}
