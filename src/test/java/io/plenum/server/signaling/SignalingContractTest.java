package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.client.EmbeddedNode;
import io.plenum.client.PlainClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/signaling.md promises of methods, limits and vintages, asked of a node with small limits over real WebSockets. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SignalingContractTest {
  private static final Map<String, Object> NOTHING = Map.of();

  @TempDir static Path folder;
  private static EmbeddedNode node;

  private final List<PlainClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    node = EmbeddedNode.start(folder, Map.of("media.loops", "1", "limits.peersPerRoom", "3", "limits.transportsPerPeer", "3",
        "limits.producersPerPeer", "4", "limits.videoProducersPerPeer", "2",
        "limits.consumersPerPeer", "3"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (node != null) {
      node.close();
    }
  }

  @AfterEach
  void leaveAll() {
    clients.forEach(PlainClient::close);
    clients.clear();
  }

  private PlainClient connect(String room, String peerId) {
    PlainClient client = PlainClient.connect(node.loop(), node.url(), room, peerId);
    clients.add(client);
    return client;
  }

  private PlainClient join(String room, String peerId) {
    PlainClient client = connect(room, peerId);
    client.createTransport("consumer");
    client.join();
    return client;
  }

  @Test
  void theVersionComesAtOnceAndInItsOlderNameWhenTheClientIsKnownToBeOlder() {
    PlainClient alice = connect("version", "alice");
    alice.await("the version", client -> client.notices().size() == 1);
    assertEquals(List.of("mediasoupVersion {\"version\":\"dev\"}"), alice.notices());
    alice.request("createWebRtcTransport", Map.of("producing", true, "consuming", false));
    alice.await("its older name", client -> client.notices().contains("mediasoup-version {\"version\":\"dev\"}"));
  }

  @Test
  void aMethodThatIsUnknownOrComesTooEarlyOrTwiceIsRefused() {
    PlainClient alice = connect("states", "alice");
    String transportId = alice.createTransport("producer");
    assertEquals("unknown-method: there is no method dance", alice.ask("dance", NOTHING));
    assertEquals("unknown-method: there is no method " + "x".repeat(64) + "…", alice.ask("x".repeat(10_000), NOTHING));
    assertEquals("wrong-state: join first", alice.ask("produce", alice.produceRequest(transportId, false, NOTHING)));
    assertEquals("wrong-state: join first", alice.ask("changeDisplayName", Map.of("displayName", "A")));
    assertEquals("{}", alice.ask("getRtcStatsUrl", NOTHING));
    assertEquals("{\"peers\":[]}", alice.ask("join", NOTHING));
    assertEquals("wrong-state: you have joined already", alice.ask("join", NOTHING));
    assertTrue(alice.ask("applyNetworkThrottle", NOTHING).startsWith("forbidden: "));
  }

  @Test
  void thereIsNoMoreThanTheLimitsSay() {
    PlainClient alice = join("limits", "alice");
    String transportId = alice.createTransport("producer");
    List<String> transports = alice.askAtOnce("createWebRtcTransport",
        Collections.nCopies(3, Map.of("appData", Map.of("direction", "producer"))));
    assertTrue(transports.get(0).startsWith("{\"id\""), transports.get(0));
    assertEquals("too-many-transports: a peer may have 3 transports (limits.transportsPerPeer)", transports.get(1));
    assertEquals("too-many-transports: a peer may have 3 transports (limits.transportsPerPeer)", transports.get(2));

    List<Object> pictures = new ArrayList<>();
    List<Object> sounds = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      pictures.add(alice.produceRequest(transportId, true, NOTHING));
      sounds.add(alice.produceRequest(transportId, false, NOTHING));
    }
    assertEquals("too-many-producers: a peer may have 2 video producers (limits.videoProducersPerPeer)", alice.askAtOnce("produce", pictures).get(2));
    assertEquals("too-many-producers: a peer may have 4 producers (limits.producersPerPeer)", alice.askAtOnce("produce", sounds).get(2));

    PlainClient bob = join("limits", "bob");
    bob.await("as many consumers as it may have", client -> client.offers().size() == 3);
    join("limits", "carol");
    PlainClient dave = connect("limits", "dave");
    dave.await("its end", client -> client.closedReason() != null);
    assertEquals("4000 too-many-peers: the room is full: it has 3 peers", dave.closedReason());
    assertEquals(3, bob.offers().size());
  }

  @Test
  void whatEverybodyMustBeToldIsRationedAndWhatEndsSomethingIsNot() {
    PlainClient alice = join("budget", "alice");
    PlainClient bob = join("budget", "bob");
    String transportId = alice.createTransport("producer");
    String producerId = alice.request("produce", alice.produceRequest(transportId, false, NOTHING)).path("producerId").asText();
    Map<String, Object> producer = Map.of("producerId", producerId);
    List<String> answers = alice.askAtOnce("changeDisplayName", Collections.nCopies(200, Map.of("displayName", "A")));
    assertTrue(answers.get(0).equals("{}"), answers.get(0));
    assertTrue(answers.get(199).startsWith("too-many-requests: everybody in the room is told of this: 5 a second, and 40 at once"),
        answers.get(199));
    long granted = answers.stream().filter("{}"::equals).count();
    // Its entry and its producer were told, too.
    assertTrue(granted >= 38 && granted < 45, granted + " of the burst");
    alice.askAtOnce("changeDisplayName", Collections.nCopies(100, Map.of("displayName", "B")));
    assertEquals("{}", alice.ask("pauseProducer", producer));
    assertEquals("{}", alice.ask("closeProducer", producer));
    bob.await("the end of it", client -> client.notices().stream().anyMatch(notice -> notice.startsWith("consumerClosed")));
    assertEquals("{}", bob.ask("changeDisplayName", Map.of("displayName", "B")), "each has its own");
  }

  @Test
  void producersOfBothVintagesSayWhatTheyShow() {
    PlainClient newer = join("vintages", "newer");
    String up = newer.createTransport("producer");
    PlainClient older = connect("vintages", "older");
    String oldUp = older.request("createWebRtcTransport", Map.of("producing", true, "consuming", false)).path("id").asText();
    older.request("createWebRtcTransport", Map.of("producing", false, "consuming", true));
    older.join();
    newer.request("produce", newer.produceRequest(up, true, Map.of("source", "screensharing")));
    older.await("the newer one's", client -> client.offers().size() == 1);
    assertEquals("{\"source\":\"screensharing\",\"peerId\":\"newer\"}", older.offers().get(0).path("appData").toString());
    assertEquals(older.offers().get(0).path("id"), older.offers().get(0).path("consumerId"));
    String consumerId = older.offers().get(0).path("id").asText();
    older.await("the first score", client -> client.notices().stream().anyMatch(notice ->
        notice.startsWith("consumerScore") && notice.contains(consumerId)));
    assertEquals(1, older.notices().stream().filter(notice -> notice.startsWith("mediasoup-version")).count());
    assertTrue(older.notices().stream().noneMatch(notice -> notice.startsWith("servers")), older.notices().toString());
    newer.await("the servers", client -> client.notices().stream().anyMatch(notice -> notice.startsWith("servers")));
    assertTrue(newer.notices().stream().noneMatch(notice -> notice.startsWith("mediasoup-version")), newer.notices().toString());

    older.request("produce", older.produceRequest(oldUp, true, Map.of("share", true)));
    newer.await("the older one's screen", client -> client.offers().size() == 1);
    assertEquals("screensharing", newer.offers().get(0).path("appData").path("source").asText());
    assertTrue(newer.offers().get(0).path("appData").path("share").asBoolean());
    older.request("produce", older.produceRequest(oldUp, true, NOTHING));
    newer.await("the older one's camera", client -> client.offers().size() == 2);
    assertEquals("video", newer.offers().get(1).path("appData").path("source").asText());
    older.request("produce", older.produceRequest(oldUp, false, NOTHING));
    newer.await("the older one's microphone", client -> client.offers().size() == 3);
    assertEquals("audio", newer.offers().get(2).path("appData").path("source").asText());
  }

  @Test
  void answersServeBothVintagesWhereOneCan() {
    PlainClient older = connect("answers", "older");
    JsonNode capabilities = older.request("getRouterRtpCapabilities", NOTHING);
    assertTrue(capabilities.path("codecs").size() > 0);
    assertEquals(capabilities.path("codecs"), capabilities.path("routerRtpCapabilities").path("codecs"));
    assertEquals(capabilities.path("headerExtensions"), capabilities.path("routerRtpCapabilities").path("headerExtensions"));
    JsonNode up = older.request("createWebRtcTransport", Map.of("producing", true, "consuming", false));
    assertEquals(up.path("id"), up.path("transportId"));
    older.request("createWebRtcTransport", Map.of("producing", false, "consuming", true));
    JsonNode restarted = older.request("restartIce", Map.of("transportId", up.path("id").asText()));
    for (String field : List.of("usernameFragment", "password", "iceLite")) {
      assertEquals(restarted.path(field), restarted.path("iceParameters").path(field), field);
    }
    older.join();
    JsonNode produced = older.request("produce", older.produceRequest(up.path("id").asText(), false, NOTHING));
    assertEquals(produced.path("id"), produced.path("producerId"));

    join("answers", "newer");
    older.await("the newcomer", client -> client.notices().stream().anyMatch(notice -> notice.startsWith("newPeer")));
    String newPeer = older.notices().stream().filter(notice -> notice.startsWith("newPeer")).findFirst().orElseThrow();
    assertEquals("newPeer {\"id\":\"newer\",\"peerId\":\"newer\",\"displayName\":\"\",\"device\":{},"
        + "\"peer\":{\"id\":\"newer\",\"peerId\":\"newer\",\"displayName\":\"\",\"device\":{}}}", newPeer);
  }

  @Test
  void statsComeAsEachVintageExpectsThem() {
    PlainClient older = connect("stats", "older");
    String oldUp = older.request("createWebRtcTransport", Map.of("producing", true, "consuming", false)).path("id").asText();
    JsonNode bare = older.request("getTransportStats", Map.of("transportId", oldUp));
    assertEquals("webrtc-transport new new", bare.path(0).path("type").asText() + " " + bare.path(0).path("iceState").asText() + " "
        + bare.path(0).path("dtlsState").asText());
    PlainClient newer = connect("stats", "newer");
    String up = newer.createTransport("producer");
    JsonNode wrapped = newer.request("getTransportStats", Map.of("transportId", up));
    assertEquals(up, wrapped.path("stats").path(0).path("transportId").asText());
    assertEquals("transport-not-found: you have no transport with the id " + oldUp,
        newer.ask("getTransportStats", Map.of("transportId", oldUp)));
  }

  @Test
  void aConsumersPriorityIsSetAndItsBoundsAreTold() {
    PlainClient alice = join("priority", "alice");
    alice.request("produce", alice.produceRequest(alice.createTransport("producer"), true, NOTHING));
    PlainClient bob = join("priority", "bob");
    bob.await("an offer", client -> client.offers().size() == 1);
    String consumerId = bob.offers().get(0).path("consumerId").asText();
    assertEquals("{}", bob.ask("setConsumerPriority", Map.of("consumerId", consumerId, "priority", 1)));
    assertEquals("{}", bob.ask("setConsumerPriority", Map.of("consumerId", consumerId, "priority", 255)));
    for (int wrong : new int[] {0, 256, -1}) {
      assertTrue(bob.ask("setConsumerPriority", Map.of("consumerId", consumerId, "priority", wrong)).startsWith("invalid-priority: "));
    }
    assertEquals("invalid-request: priority must be a whole number",
        bob.ask("setConsumerPriority", Map.of("consumerId", consumerId, "priority", "1")));
    assertEquals("consumer-not-found: you have no consumer with the id " + consumerId,
        alice.ask("setConsumerPriority", Map.of("consumerId", consumerId, "priority", 1)));
  }
}
