package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call on networks that are not as they should be, and with a node that goes and comes. */
@Tag("browser")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ExtendWith(StageExtension.class)
class ConnectionIT {
  /** A restart needs one round trip and some checks; a person notices half a second. The machine may be busy. */
  private static final double LONGEST_STALL_MS = 1_500;
  private static final Duration LOSS_WATCH = Duration.ofSeconds(15);
  private static final Duration SAMPLE_INTERVAL = Duration.ofMillis(100);

  @Test
  void mediaGoesOverTcpWhereUdpIsBlocked(Stage stage) {
    Participant alice = stage.join("alice", "forceTcp=1");
    Participant bob = stage.join("bob");

    alice.awaitSeesAndHears(bob);
    bob.awaitSeesAndHears(alice);

    Pictures.assertShows(alice, bob);
    Pictures.assertShows(bob, alice);
    for (String direction : List.of("send", "recv")) {
      assertEquals("tcp", alice.icePath(direction).protocol());
      assertEquals("udp", bob.icePath(direction).protocol());
    }
  }

  @Test
  void signallingMayGoOverSockJs(Stage stage) {
    Participant alice = stage.join("alice", "transport=sockjs");
    Participant bob = stage.join("bob");

    alice.awaitSeesAndHears(bob);
    bob.awaitSeesAndHears(alice);

    assertEquals("sockjs", alice.state().path("route").asText());
    assertEquals("websocket", bob.state().path("route").asText());
    alice.press("Leave");
    bob.awaitTilesOf();
  }

  @Test
  void thePageFallsBackToSockJsWhereWebSocketsAreBlocked(Stage stage) {
    try (WebSocketBlockingProxy proxy = WebSocketBlockingProxy.to(stage.node().httpPort())) {
      Participant alice = stage.open(BrowserRemote.Kind.CHROMIUM, "alice", "", proxy.url());
      alice.awaitJoined();
      Participant bob = stage.join("bob");

      alice.awaitSeesAndHears(bob);
      bob.awaitSeesAndHears(alice);

      assertEquals("sockjs", alice.state().path("route").asText());
      assertTrue(proxy.blocked() > 0, "a WebSocket was tried");
      alice.press("Leave");
      bob.awaitTilesOf();
    }
  }

  @ParameterizedTest
  @EnumSource(BrowserRemote.Kind.class)
  void anIceRestartInMidCallIsNotNoticed(BrowserRemote.Kind browser, Stage stage) {
    stage.useNodeFor(browser);
    Participant alice = stage.join(browser, "alice");
    Participant bob = stage.join("bob");
    alice.awaitSeesAndHears(bob);
    bob.awaitSeesAndHears(alice);
    Set<String> fragmentsBefore = alice.usernameFragments();
    assertEquals(4, fragmentsBefore.size(), "two for sending, two for receiving");
    String sendBefore = alice.icePath("send").generation();
    String recvBefore = alice.icePath("recv").generation();

    Duration watched = Duration.ofSeconds(4);
    CompletableFuture<TileHistory> ofAlice =
        CompletableFuture.supplyAsync(() -> bob.watch(alice, watched, SAMPLE_INTERVAL));
    CompletableFuture<TileHistory> ofBob =
        CompletableFuture.supplyAsync(() -> alice.watch(bob, watched, SAMPLE_INTERVAL));
    alice.act("restartIce()");

    alice.await("1", one -> {
      Set<String> fragments = alice.usernameFragments();
      return fragments.size() == 4 && Collections.disjoint(fragments, fragmentsBefore);
    });
    alice.await("1", one ->
        !alice.icePath("send").generation().equals(sendBefore) && !alice.icePath("recv").generation().equals(recvBefore));
    for (TileHistory history : List.of(ofAlice.join(), ofBob.join())) {
      assertTrue(history.longestStallMs() < LONGEST_STALL_MS, () -> "stalled for " + history.longestStallMs() + " ms");
    }
    alice.awaitSeesAndHears(bob);
    bob.awaitSeesAndHears(alice);
    assertEquals("joined", alice.state().path("name").asText());
  }

  @Test
  void withFivePercentLossThePictureKeepsMovingAndRtxRepairsIt(Stage stage) {
    stage.startNode("--net.impair.lossPercent=5");
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob", "video=0");
    bob.awaitSeesAndHears(alice);

    TileHistory history = bob.watch(alice, LOSS_WATCH, SAMPLE_INTERVAL);

    assertTrue(history.longestStallMs() < 2_000, () -> "stalled for " + history.longestStallMs() + " ms");
    assertTrue(history.framesPerSecond() > 15, () -> history.framesPerSecond() + " frames per second");
    JsonNode received = bob.inboundVideo();
    assertTrue(received.path("retransmittedPacketsReceived").asInt() > 0, () -> "no repair at the viewer: " + received);
    assertTrue(received.path("totalFreezesDuration").asDouble() < 3, () -> "frozen: " + received);
    JsonNode downlink = bob.serverOutboundOf(alice);
    assertTrue(downlink.path("nackCount").asInt() > 0, () -> "the viewer asked for nothing: " + downlink);
    assertTrue(downlink.path("packetsRetransmitted").asInt() > 0, () -> "nothing sent again: " + downlink);
    JsonNode uplink = alice.serverInbound();
    assertTrue(uplink.path("nackCount").asInt() > 0, () -> "the server asked for nothing: " + uplink);
    assertTrue(uplink.path("packetsRepaired").asInt() > 0, () -> "nothing repaired at the server: " + uplink);
    Pictures.assertShows(bob, alice);
  }

  @Test
  void aCallComesBackByItselfAfterItsNodeWasKilled(Stage stage) {
    NodeUnderTest node = stage.startNode();
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob");
    alice.awaitSeesAndHears(bob);

    node.kill();
    for (Participant participant : List.of(alice, bob)) {
      participant.awaitState("waiting");
      participant.awaitText("#state", "Reconnecting");
      participant.awaitText("#banner:not([hidden]) #banner-text", "The connection to the server was lost.");
    }

    node.startAgain();
    alice.awaitJoined();
    bob.awaitJoined();
    alice.awaitSeesAndHears(bob);
    bob.awaitSeesAndHears(alice);
    alice.awaitTilesOf(bob);
    bob.awaitTilesOf(alice);
    alice.awaitText("#state", "Connected");
  }
}
