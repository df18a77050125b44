package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/**
 * Data on one node without a cluster whose second client of a room is on another router, on another loop. Real sockets,
 * synthetic clients.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DataAcrossRoutersTest {
  /** Only a failing test waits so long; on a machine with other work a good one needs some of it. */
  private static final long SETTLE_MS = 60_000;

  @TempDir static Path folder;
  private static EmbeddedNode node;
  private static ClientLoop loop;

  private final List<DataClient> clients = new ArrayList<>();

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
    clients.forEach(DataClient::close);
    clients.clear();
  }

  private DataClient join(String room, String name) {
    DataClient client = DataClient.join(loop, node.url(), room, name);
    clients.add(client);
    return client;
  }

  private static JsonNode dump(String room) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(node.url() + "debug?room=" + room)).build();
    return new ObjectMapper().readTree(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  /** Each of the peers is on a router of its own, or the test tests nothing. */
  private static void assertApart(String room) throws Exception {
    JsonNode peers = dump(room).path("peers");
    assertEquals(2, peers.size());
    assertTrue(!peers.path(0).path("router").equals(peers.path(1).path("router")), peers.toString());
  }

  @Test
  void whatIsSaidOnOneRouterIsHeardOnTheOtherWithWhatTheChannelPromises() throws Exception {
    DataClient alice = join("across", "alice");
    DataClient bob = join("across", "bob");
    assertApart("across");
    String chat = alice.produce("chat", Map.of("ordered", false, "maxRetransmits", 2));
    DataClient.Incoming incoming = bob.awaitFrom(alice, 1, SETTLE_MS).get(0);
    assertEquals("chat p-chat {\"note\":\"of alice\",\"peerId\":\"alice\",\"channel\":\"chat\"}",
        incoming.offer.path("label").asText() + " " + incoming.offer.path("protocol").asText() + " "
            + incoming.offer.path("appData"));
    assertEquals("{\"streamId\":0,\"ordered\":false,\"maxRetransmits\":2}",
        incoming.offer.path("sctpStreamParameters").toString());
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    String back = bob.produce("back");
    DataClient.Incoming toAlice = alice.awaitFrom(bob, 1, SETTLE_MS).get(0);
    alice.awaitHearing(toAlice, bob, back, SETTLE_MS);
    for (int i = 0; i < 100; i++) {
      bob.send(back, "line " + i);
    }
    alice.await("100 lines", client -> toAlice.said().size() == 100 && toAlice.said().get(99).equals("line 99"), SETTLE_MS);
  }

  @Test
  void pauseAndEndAreKnownOnTheOtherRouter() throws Exception {
    DataClient alice = join("ends", "alice");
    DataClient bob = join("ends", "bob");
    assertApart("ends");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = bob.awaitFrom(alice, 1, SETTLE_MS).get(0);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    alice.request("pauseDataProducer", Map.of("dataProducerId", chat));
    bob.await("the pause", client -> incoming.producerPaused, SETTLE_MS);
    alice.request("resumeDataProducer", Map.of("dataProducerId", chat));
    bob.await("the end of the pause", client -> !incoming.producerPaused, SETTLE_MS);
    alice.closeChannel(chat);
    bob.await("its end", client -> incoming.closed && incoming.channelClosed, SETTLE_MS);
    String files = alice.produce("files");
    DataClient.Incoming second = bob.awaitFrom(alice, 1, SETTLE_MS).get(0);
    bob.awaitHearing(second, alice, files, SETTLE_MS);
    alice.close();
    bob.await("the end of the second", client -> second.closed, SETTLE_MS);
    assertEquals(2, loop.call(() -> bob.incoming().size()), "nothing is offered again");
  }

  @Test
  void aConsumerThatItsClientClosesIsNotOfferedAgain() throws Exception {
    DataClient alice = join("unwanted", "alice");
    DataClient bob = join("unwanted", "bob");
    assertApart("unwanted");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = bob.awaitFrom(alice, 1, SETTLE_MS).get(0);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    bob.closeIncomingChannel(incoming);
    bob.await("its end", client -> incoming.closed, SETTLE_MS);
    alice.produce("files");
    assertEquals("files", bob.awaitFrom(alice, 1, SETTLE_MS).get(0).offer.path("label").asText());
    assertEquals(2, loop.call(() -> bob.incoming().size()));
  }

  @Test
  void whatNobodyOnTheOtherRouterHearsDoesNotCross() throws Exception {
    DataClient alice = join("demand", "alice");
    DataClient bob = join("demand", "bob");
    assertApart("demand");
    String chat = alice.produce("chat");
    DataClient.Incoming incoming = bob.awaitFrom(alice, 1, SETTLE_MS).get(0);
    bob.awaitHearing(incoming, alice, chat, SETTLE_MS);
    bob.request("pauseDataConsumer", Map.of("dataConsumerId", incoming.id()));
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    // Some seconds after the pause what comes to the far router stays what it is, however much is said.
    for (long before = -1, now = 0; now != before; now = crossed("demand", chat)) {
      assertTrue(System.nanoTime() < deadlineNs, "it goes on to the other router: " + now);
      before = now;
      alice.send(chat, "?");
      Thread.sleep(500);
    }
    bob.request("resumeDataConsumer", Map.of("dataConsumerId", incoming.id()));
    long heard = loop.call(() -> (long) incoming.texts.size());
    bob.await("more", client -> {
      alice.sendNow(chat, "?");
      return incoming.texts.size() > heard;
    }, SETTLE_MS);
  }

  /** Messages that the data producer has brought to the router that it is fed to: the lesser of the two. */
  private static long crossed(String room, String dataProducerId) throws Exception {
    long least = Long.MAX_VALUE;
    for (JsonNode router : dump(room).path("routers")) {
      for (JsonNode producer : router.path("dataProducers")) {
        if (producer.path("id").asText().equals(dataProducerId)) {
          least = Math.min(least, producer.path("messagesReceived").asLong());
        }
      }
    }
    return least;
  }
}
