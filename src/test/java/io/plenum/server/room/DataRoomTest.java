package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plenum.client.ClientLoop;
import io.plenum.client.EmbeddedNode;
import io.plenum.client.DataClient;
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

/** Data from client to client through a node's signalling: real WebSockets, ICE, DTLS and SCTP over loopback. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DataRoomTest {
  /** Only a failing test waits so long; on a machine with other work a good one needs some of it. */
  private static final long SETTLE_MS = 60_000;
  private static final int MAX_PRODUCERS = 3;
  private static final int MAX_CONSUMERS = 5;
  /** Offers of one data producer to a client that refuses each. */
  private static final int OFFERS = 3;
  private static final Map<String, Object> UP = Map.of("appData", Map.of("direction", "producer"));
  private static final Map<String, Object> DOWN = Map.of("appData", Map.of("direction", "consumer"));
  private static final HttpClient http = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static EmbeddedNode node;
  private static ClientLoop loop;

  private final List<DataClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    node = EmbeddedNode.start(folder, Map.of("media.loops", "1", "limits.dataProducersPerPeer", Integer.toString(MAX_PRODUCERS),
        "limits.dataConsumersPerPeer", Integer.toString(MAX_CONSUMERS)));
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
    clients.forEach(DataClient::close);
    clients.clear();
  }

  private DataClient join(String room, String name) {
    return join(room, name, 0, UP, DOWN);
  }

  private DataClient join(String room, String name, int refusals, Map<String, Object> up, Map<String, Object> down) {
    DataClient client = DataClient.join(loop, node.url(), room, name, refusals, up, down);
    clients.add(client);
    return client;
  }

  private static DataClient.Incoming awaitOne(DataClient client, DataClient from) {
    return client.awaitFrom(from, 1, SETTLE_MS).get(0);
  }

  private static void awaitHeard(DataClient client, DataClient.Incoming incoming, String... texts) {
    client.await(List.of(texts).toString(), c -> incoming.said().equals(List.of(texts)), SETTLE_MS);
  }

  @Test
  void whoIsThereAndWhoComesLaterHearsADataProducer() {
    DataClient alice = join("chat", "alice");
    DataClient bob = join("chat", "bob");
    String chat = alice.produce("chat", Map.of("ordered", false, "maxRetransmits", 2));
    DataClient carol = join("chat", "carol");
    for (DataClient other : List.of(bob, carol)) {
      DataClient.Incoming incoming = awaitOne(other, alice);
      JsonNode offer = incoming.offer;
      assertEquals(offer.path("id"), offer.path("dataConsumerId"));
      assertEquals(chat, offer.path("dataProducerId").asText());
      assertEquals(other.receiveDescription().path("transportId"), offer.path("transportId"));
      assertEquals("chat p-chat", offer.path("label").asText() + " " + offer.path("protocol").asText());
      assertEquals("{\"note\":\"of alice\",\"peerId\":\"alice\",\"channel\":\"chat\"}", offer.path("appData").toString());
      assertEquals("{\"streamId\":0,\"ordered\":false,\"maxRetransmits\":2}", offer.path("sctpStreamParameters").toString());
      assertFalse(offer.path("dataProducerPaused").asBoolean(true));
      other.awaitHearing(incoming, alice, chat, SETTLE_MS);
    }
    alice.send(chat, "hello");
    awaitHeard(bob, loop.call(() -> bob.incoming().get(0)), "hello");
    awaitHeard(carol, loop.call(() -> carol.incoming().get(0)), "hello");
    assertEquals(List.of(), loop.call(alice::incoming), "nobody hears himself");
  }

  @Test
  void twoProducersAreTwoChannels() {
    DataClient alice = join("two", "alice");
    DataClient bob = join("two", "bob");
    String chat = alice.produce("chat");
    String files = alice.produce("files");
    List<DataClient.Incoming> both = bob.awaitFrom(alice, 2, SETTLE_MS);
    bob.awaitHearing(both.get(0), alice, chat, SETTLE_MS);
    bob.awaitHearing(both.get(1), alice, files, SETTLE_MS);
    String large = "x".repeat(200_000);
    alice.send(files, large);
    alice.send(chat, "look");
    awaitHeard(bob, both.get(0), "look");
    awaitHeard(bob, both.get(1), "200000 bytes");
  }

  @Test
  void aChannelThatItsClientClosesEndsForTheOthers() {
    DataClient alice = join("closing", "alice");
    DataClient bob = join("closing", "bob");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = awaitOne(bob, alice);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    alice.closeChannel(chat);
    bob.await("its end", client -> incoming.closed && incoming.channelClosed, SETTLE_MS);
    alice.await("the word of it", client ->
        client.notices().contains("dataProducerClosed {\"dataProducerId\":\"" + chat + "\"}"), SETTLE_MS);
    assertEquals("data-producer-not-found: you have no data producer with the id " + chat,
        alice.refusal("getDataProducerStats", Map.of("dataProducerId", chat)));
    DataClient carol = join("closing", "carol");
    String again = carol.produce("again");
    awaitOne(bob, carol);
    assertEquals(again, loop.call(() -> bob.openFrom("carol").get(0).offer.path("dataProducerId").asText()));
    assertEquals(0, loop.call(() -> carol.openFrom("alice").size()));
  }

  @Test
  void aClosedProducerAndAPeerThatLeavesEndForTheOthers() {
    DataClient alice = join("leaving", "alice");
    DataClient bob = join("leaving", "bob");
    String chat = alice.produce("chat");
    alice.produce("files");
    List<DataClient.Incoming> both = bob.awaitFrom(alice, 2, SETTLE_MS);
    alice.request("closeDataProducer", Map.of("dataProducerId", chat));
    bob.await("the end of one", client -> both.get(0).closed && !both.get(1).closed, SETTLE_MS);
    alice.close();
    bob.await("the end of the other", client -> both.get(1).closed, SETTLE_MS);
    assertEquals(2, loop.call(() -> bob.incoming().size()), "nothing is offered again");
  }

  @Test
  void aConsumerThatItsClientClosesIsNotOfferedAgain() {
    DataClient alice = join("unwanted", "alice");
    DataClient bob = join("unwanted", "bob");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = awaitOne(bob, alice);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    bob.closeIncomingChannel(incoming);
    bob.await("its end", client -> incoming.closed, SETTLE_MS);
    assertEquals("data-consumer-not-found: you have no data consumer with the id " + incoming.id(),
        bob.refusal("getDataConsumerStats", Map.of("dataConsumerId", incoming.id())));
    alice.produce("files");
    assertEquals("files", awaitOne(bob, alice).offer.path("label").asText());
    assertEquals(2, loop.call(() -> bob.incoming().size()));
  }

  @Test
  void anAssociationThatEndsTakesItsChannelsAlongAndNothingMoreIsOfferedOverIt() {
    DataClient alice = join("ended", "alice");
    DataClient bob = join("ended", "bob");
    DataClient carol = join("ended", "carol");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = awaitOne(bob, alice);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    bob.abort(false);
    bob.await("its end", client -> incoming.closed, SETTLE_MS);
    bob.await("the word of it", client -> client.notices().stream().anyMatch(notice ->
        notice.startsWith("transportStateChanged") && notice.contains("\"sctpState\":\"failed\"")), SETTLE_MS);
    alice.produce("files");
    carol.awaitFrom(alice, 2, SETTLE_MS);
    assertEquals(1, loop.call(() -> bob.incoming().size()));
    alice.abort(true);
    carol.awaitFrom(alice, 0, SETTLE_MS);
    assertEquals("unsupported: the transport has no SCTP, or no more",
        alice.refusal("produceData", alice.produceRequest("again", Map.of("ordered", true))));
  }

  @Test
  void nothingIsHeardOfWhatIsPaused() {
    DataClient alice = join("pausing", "alice");
    DataClient bob = join("pausing", "bob");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = awaitOne(bob, alice);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    Map<String, String> producer = Map.of("dataProducerId", chat);
    Map<String, String> consumer = Map.of("dataConsumerId", incoming.id());
    alice.request("pauseDataProducer", producer);
    bob.await("the pause", client -> incoming.producerPaused, SETTLE_MS);
    alice.send(chat, "1");
    awaitReceived(alice, chat, "1");
    DataClient carol = join("pausing", "carol");
    assertTrue(awaitOne(carol, alice).offer.path("dataProducerPaused").asBoolean());
    alice.request("resumeDataProducer", producer);
    bob.await("the end of the pause", client -> !incoming.producerPaused, SETTLE_MS);
    bob.request("pauseDataConsumer", consumer);
    alice.send(chat, "2");
    awaitReceived(alice, chat, "2");
    bob.request("resumeDataConsumer", consumer);
    alice.send(chat, "3");
    awaitHeard(bob, incoming, "3");
  }

  /** The router has all that was sent so far: another message would come behind it. */
  private void awaitReceived(DataClient client, String producer, String last) {
    long sent = client.sentOn(producer);
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (client.request("getDataProducerStats", Map.of("dataProducerId", producer)).path("stats").path(0)
        .path("messagesReceived").asLong() < sent) {
      assertTrue(System.nanoTime() < deadlineNs, last + " does not reach the router");
    }
  }

  @Test
  void whatCanBeAskedCanBeToldToo() {
    DataClient alice = join("telling", "alice");
    DataClient bob = join("telling", "bob");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = awaitOne(bob, alice);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    Map<String, Object> consumer = Map.of("dataConsumerId", incoming.id());
    bob.tell("pauseDataConsumer", consumer);
    bob.tell("addDataConsumerSubchannel", Map.of("dataConsumerId", incoming.id(), "subchannel", 5));
    assertEquals("{\"subchannels\":[4,5]}", bob.request("addDataConsumerSubchannel",
        Map.of("dataConsumerId", incoming.id(), "subchannel", 4)).toString());
    alice.send(chat, "1");
    awaitReceived(alice, chat, "1");
    bob.request("resumeDataConsumer", consumer);
    alice.send(chat, "2");
    awaitHeard(bob, incoming, "2");
    alice.tell("pauseDataProducer", Map.of("dataProducerId", chat));
    bob.await("the pause", client -> incoming.producerPaused, SETTLE_MS);
    alice.tell("closeDataProducer", Map.of("dataProducerId", chat));
    bob.await("its end", client -> incoming.closed, SETTLE_MS);
  }

  @Test
  void statsAndSubchannelsAreAnswered() {
    DataClient alice = join("asking", "alice");
    DataClient bob = join("asking", "bob", 0, UP, Map.of("consuming", true, "sctpCapabilities", Map.of()));
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = awaitOne(bob, alice);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    JsonNode in = alice.request("getDataProducerStats", Map.of("dataProducerId", chat)).path("stats").path(0);
    assertEquals("data-producer chat p-chat", in.path("type").asText() + " " + in.path("label").asText() + " "
        + in.path("protocol").asText());
    assertTrue(in.path("messagesReceived").asLong() > 0);
    Map<String, Object> consumer = Map.of("dataConsumerId", incoming.id());
    JsonNode out = bob.request("getDataConsumerStats", consumer).path(0);
    assertEquals("data-consumer", out.path("type").asText(), "a bare array for the older vintage");
    assertTrue(out.path("messagesSent").asLong() > 0);

    String id = incoming.id();
    assertEquals("{\"subchannels\":[1,7]}", bob.request("setDataConsumerSubchannels",
        Map.of("dataConsumerId", id, "subchannels", List.of(7, 1))).toString());
    assertEquals("{\"subchannels\":[1,2,7]}", bob.request("addDataConsumerSubchannel",
        Map.of("dataConsumerId", id, "subchannel", 2)).toString());
    assertEquals("{\"subchannels\":[1,2]}", bob.request("removeDataConsumerSubchannel",
        Map.of("dataConsumerId", id, "subchannel", 7)).toString());
    assertEquals("invalid-parameters: at most 1024 subchannels from 0 to 65535", bob.refusal(
        "addDataConsumerSubchannel", Map.of("dataConsumerId", id, "subchannel", 65_536)));
    assertEquals("invalid-request: subchannels must be whole numbers", bob.refusal(
        "setDataConsumerSubchannels", Map.of("dataConsumerId", id, "subchannels", List.of("1"))));
  }

  @Test
  void whoHasNoDataChannelsIsOfferedNone() {
    DataClient alice = join("without", "alice");
    DataClient old = join("without", "old", 0, Map.of("producing", true), Map.of("consuming", true));
    DataClient listener = join("without", "listener", 0, UP, null);
    DataClient refusing = join("without", "refusing", Integer.MAX_VALUE, UP, DOWN);
    alice.produce("chat");
    alice.produce("files");
    refusing.awaitFrom(alice, 2 * OFFERS, SETTLE_MS);
    assertFalse(old.receiveDescription().has("sctpParameters"));
    assertTrue(refusing.receiveDescription().has("sctpParameters"));
    assertEquals(List.of(), loop.call(old::incoming));
    assertEquals(List.of(), loop.call(listener::incoming));
    assertEquals("unsupported: the transport has no SCTP, or no more", old.refusal("produceData", old.produceRequest("chat",
        Map.of("ordered", true))));
    String dataConsumerId = loop.call(() -> refusing.incoming().get(0).id());
    assertEquals("data-consumer-not-found: you have no data consumer with the id " + dataConsumerId,
        refusing.refusal("getDataConsumerStats", Map.of("dataConsumerId", dataConsumerId)));
  }

  @Test
  void anOfferThatTheClientRefusesComesAgainOnAnotherStream() {
    DataClient alice = join("again", "alice");
    DataClient bob = join("again", "bob", 2, UP, DOWN);
    String chat = alice.produce("chat");
    List<DataClient.Incoming> offers = bob.awaitFrom(alice, OFFERS, SETTLE_MS);
    assertEquals(List.of(0, 1, 2), offers.stream()
        .map(offer -> offer.offer.path("sctpStreamParameters").path("streamId").asInt()).toList());
    bob.awaitHearing(offers.get(2), alice, chat, SETTLE_MS);
    alice.send(chat, "hello");
    awaitHeard(bob, offers.get(2), "hello");
  }

  @Test
  void aPeerHasNoMoreThanItsLimits() {
    DataClient alice = join("limits", "alice");
    DataClient bob = join("limits", "bob");
    DataClient carol = join("limits", "carol");
    List<Object> burst = new ArrayList<>();
    for (int i = 0; i < MAX_PRODUCERS + 2; i++) {
      burst.add(alice.produceRequest("d" + i, Map.of("ordered", true)));
    }
    List<String> answers = alice.answersAtOnce("produceData", burst);
    assertEquals(MAX_PRODUCERS, answers.stream().filter(answer -> answer.startsWith("accepted")).count());
    assertEquals("too-many-data-producers: a peer may have 3 data producers (limits.dataProducersPerPeer)", answers.get(MAX_PRODUCERS));
    bob.awaitFrom(alice, MAX_PRODUCERS, SETTLE_MS);
    for (int i = 0; i < MAX_PRODUCERS; i++) {
      carol.request("produceData", carol.produceRequest("d" + i, Map.of("ordered", true)));
    }
    bob.awaitFrom(carol, MAX_CONSUMERS - MAX_PRODUCERS, SETTLE_MS);
    alice.awaitFrom(carol, MAX_PRODUCERS, SETTLE_MS);
    assertEquals(MAX_CONSUMERS, loop.call(() -> bob.incoming().size()));
  }

  @Test
  void whatIsWrongOrNotOnesOwnIsRefusedWithASentence() {
    DataClient alice = join("wrong", "alice");
    DataClient bob = join("wrong", "bob");
    String chat = alice.produce("chat");
    String transportId = alice.sendDescription().path("id").asText();
    Map<String, Object> stream = Map.of("streamId", 9, "ordered", true);
    assertEquals("data-producer-not-found: you have no data producer with the id " + chat,
        bob.refusal("closeDataProducer", Map.of("dataProducerId", chat)));
    assertEquals("transport-not-found: you have no transport with the id " + transportId,
        bob.refusal("produceData", Map.of("transportId", transportId, "sctpStreamParameters", stream)));
    assertEquals("already-exists: the transport uses the SCTP stream 0 already",
        alice.refusal("produceData", Map.of("transportId", transportId, "sctpStreamParameters", Map.of("streamId", 0))));
    assertEquals("invalid-request: sctpStreamParameters is missing",
        alice.refusal("produceData", Map.of("transportId", transportId)));
    assertTrue(alice.refusal("produceData", Map.of("transportId", transportId, "sctpStreamParameters",
        Map.of("streamId", 4, "maxRetransmits", 1, "maxPacketLifeTime", 1))).startsWith("invalid-sctp-parameters: "));
    assertEquals("invalid-parameters: a data producer over SCTP needs a stream id that is a stream",
        alice.refusal("produceData", Map.of("transportId", transportId, "sctpStreamParameters", Map.of("ordered", true))));
    assertEquals("invalid-request: label has more than 2048 bytes", alice.refusal("produceData",
        Map.of("transportId", transportId, "sctpStreamParameters", stream, "label", "é".repeat(1_025))));
  }

  @Test
  void theDumpOfARoomShowsItsData() throws Exception {
    DataClient alice = join("dump", "alice");
    DataClient bob = join("dump", "bob");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = awaitOne(bob, alice);
    HttpResponse<String> answer = http.send(
        HttpRequest.newBuilder(URI.create(node.url() + "debug?room=dump")).build(), HttpResponse.BodyHandlers.ofString());
    JsonNode tree = new ObjectMapper().readTree(answer.body());
    JsonNode router = tree.path("routers").path(0);
    assertEquals("alice [" + chat + "]", tree.path("peers").path(0).path("id").asText() + " "
        + tree.path("peers").path(0).path("dataProducers").asText(), answer.body());
    assertEquals("{" + incoming.id() + "=" + chat + "}", tree.path("peers").path(1).path("dataConsumers").asText());
    assertEquals(chat, router.path("dataProducers").path(0).path("id").asText(), answer.body());
    assertEquals(incoming.id(), router.path("dataConsumers").path(0).path("id").asText(), answer.body());
  }
}
