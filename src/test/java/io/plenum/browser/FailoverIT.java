package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.FreePorts;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A call over two nodes, of which one dies: its people go on with the other, by themselves. */
@Tag("browser")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@ExtendWith(StageExtension.class)
class FailoverIT {
  /** In which everybody must be back in the call. */
  private static final double LONGEST_ABSENCE_S = 10;
  /** For a node to start, join, and be told of, on a machine that starts something else at the same time. */
  private static final Duration START_PATIENCE = Duration.ofMinutes(3);
  private static final String SERVER_OF_STATE = "window.plenum?.state()?.server ?? null";

  @Test
  void peopleOfANodeThatDiesGoOnWithAnotherByThemselves(Stage stage) throws IOException {
    int[] ports = {FreePorts.one(), FreePorts.one()};
    try (NodeUnderTest first = start(ports, 0); NodeUnderTest second = start(ports, 1)) {
      Participant alice = stage.open(BrowserRemote.Kind.CHROMIUM, "alice", "", first.url());
      Participant bob = stage.open(BrowserRemote.Kind.CHROMIUM, "bob", "", first.url());
      Participant carol = stage.open(BrowserRemote.Kind.CHROMIUM, "carol", "", second.url());
      List<Participant> all = List.of(alice, bob, carol);
      all.forEach(Participant::awaitJoined);
      all.forEach(FailoverIT::awaitTwoServers);
      carol.awaitSeesAndHears(alice);
      alice.awaitSeesAndHears(carol);
      bob.act("muteMic()");
      alice.act("shareScreen()");
      awaitMuted(carol, bob);
      carol.awaitScreenFramesFrom(alice, 2);
      watchForTwins(carol);

      first.kill();
      long killedNs = System.nanoTime();
      alice.await("document.getElementById('state').textContent", text -> text.asText().startsWith("Reconnecting"));
      awaitJoinedAt(second, killedNs, alice, bob);

      carol.awaitFramesFrom(alice, 15);
      carol.awaitFramesFrom(bob, 15);
      carol.awaitSoundFrom(alice);
      carol.awaitScreenFramesFrom(alice, 2);
      alice.awaitFramesFrom(bob, 15);
      alice.awaitSeesAndHears(carol);
      bob.awaitSeesAndHears(carol);
      bob.awaitSeesAndHears(alice);
      printTime("media flows between all three", killedNs);
      awaitMuted(carol, bob);
      assertTrue(bob.state().path("micMuted").asBoolean());
      bob.act("unmuteMic()");
      carol.awaitSoundFrom(bob);
      assertEquals(0, carol.page().evaluate("window.twins").asInt(), "people with two tiles at a time");

      // A node warms up for long where browsers take all processors.
      alice.act("stopScreen()");
      all.forEach(each -> each.act("stopCamera()"));
      first.startAgain();
      all.forEach(FailoverIT::awaitTwoServers);
      for (Participant each : List.of(alice, bob)) {
        assertEquals("joined", each.state().path("name").asText());
        assertTrue(isAt(second, each.state().path("server")), "nobody is sent away from a node that lives");
      }

      all.forEach(each -> each.act("startCamera()"));
      carol.awaitFramesFrom(bob, 5);

      second.kill();
      killedNs = System.nanoTime();
      awaitJoinedAt(first, killedNs, alice, bob, carol);
      carol.awaitSeesAndHears(bob);
      bob.awaitSeesAndHears(carol);
      alice.awaitSeesAndHears(carol);
      printTime("media flows between all three on the node that had come back", killedNs);
    }
  }

  @Test
  void peopleOfANodeThatIsToldToStopGoOnWithAnotherAndNobodyNotices(Stage stage) throws IOException {
    int[] ports = {FreePorts.one(), FreePorts.one()};
    try (NodeUnderTest first = start(ports, 0)) {
      Participant alice = stage.open(BrowserRemote.Kind.CHROMIUM, "alice", "", first.url());
      alice.awaitJoined();
      // A node that alice's page did not know when it was loaded.
      try (NodeUnderTest second = start(ports, 1)) {
        Participant carol = stage.open(BrowserRemote.Kind.CHROMIUM, "carol", "", second.url());
        carol.awaitJoined();
        awaitTwoServers(alice);
        carol.awaitSeesAndHears(alice);
        alice.awaitSeesAndHears(carol);
        watchForAbsence(carol, alice);
        watchForTwins(carol);
        watchState(alice);

        first.stop();
        alice.await(SERVER_OF_STATE, server -> isAt(second, server));
        carol.awaitSeesAndHears(alice);
        alice.awaitSeesAndHears(carol);
        assertEquals(0, carol.page().evaluate("window.absences").asInt(), "times that alice's tile was not there");
        assertEquals(0, carol.page().evaluate("window.twins").asInt(), "people with two tiles at a time");
        assertEquals("joined", alice.page().evaluate("[...window.states].join(' ')").asText(), "states of alice's call");
      }
    }
  }

  @Test
  void whereWebSocketsAreBlockedPeopleGoOnWithAnotherNodeOverSockJs(Stage stage) throws IOException {
    int[] ports = {FreePorts.one(), FreePorts.one()};
    try (WebSocketBlockingProxy toFirst = WebSocketBlockingProxy.open(); WebSocketBlockingProxy toSecond = WebSocketBlockingProxy.open();
        NodeUnderTest first = startBehind(toFirst, ports, 0); NodeUnderTest second = startBehind(toSecond, ports, 1)) {
      Participant alice = stage.open(BrowserRemote.Kind.CHROMIUM, "alice", "", toFirst.url());
      Participant carol = stage.open(BrowserRemote.Kind.CHROMIUM, "carol", "", second.url());
      alice.awaitJoined();
      carol.awaitJoined();
      awaitTwoServers(alice);
      assertEquals("sockjs", alice.state().path("route").asText());
      carol.awaitSeesAndHears(alice);

      first.kill();
      long killedNs = System.nanoTime();
      alice.await(SERVER_OF_STATE, server -> server.asText().endsWith(":" + toSecond.port()));
      alice.awaitJoined();
      printTime("alice is back in the call over SockJS", killedNs);
      assertEquals("sockjs", alice.state().path("route").asText());
      carol.awaitSeesAndHears(alice);
      alice.awaitSeesAndHears(carol);
    }
  }

  /** Counts from now on how often the watched one has no tile. */
  private static void watchForAbsence(Participant viewer, Participant watched) {
    viewer.page().evaluate("(() => { window.absences = 0; setInterval(() => { window.absences +="
        + " document.querySelector('.tile[data-peer=\"" + watched.peerId() + "\"]') ? 0 : 1; }, 20); return 1; })()");
  }

  /** Keeps from now on the names of all states of the call. */
  private static void watchState(Participant participant) {
    participant.page().evaluate("(() => { window.states = new Set(); setInterval(() =>"
        + " window.states.add(window.plenum.state().name), 20); return 1; })()");
  }

  private static NodeUnderTest start(int[] ports, int index, String... more) {
    List<String> args = new ArrayList<>(List.of("--node.ip=127.0.0.1", "--cluster.enabled=true", "--cluster.name=failover-" + ports[0],
        "--cluster.port=" + ports[index], "--cluster.busPort=0", "--cluster.members=127.0.0.1:" + ports[0] + ",127.0.0.1:" + ports[1]));
    args.addAll(List.of(more));
    return NodeUnderTest.start(args.toArray(String[]::new));
  }

  /** A node that its clients reach only through the proxy. */
  private static NodeUnderTest startBehind(WebSocketBlockingProxy proxy, int[] ports, int index) {
    NodeUnderTest node = start(ports, index, "--http.publicUrl=http://127.0.0.1:" + proxy.port());
    proxy.leadTo(node.httpPort());
    return node;
  }

  private static void awaitTwoServers(Participant participant) {
    participant.page().await("plenum.servers()", servers -> servers.size() == 2, START_PATIENCE);
  }

  private static void awaitMuted(Participant listener, Participant muted) {
    listener.await("plenum.consumers().find(c => c.source === 'audio' && c.peerId === '" + muted.peerId() + "') ?? null",
        consumer -> consumer.path("paused").asBoolean());
  }

  private static void awaitJoinedAt(NodeUnderTest node, long killedNs, Participant... participants) {
    for (Participant participant : participants) {
      participant.await(SERVER_OF_STATE, server -> isAt(node, server));
      participant.awaitJoined();
      double seconds = printTime(participant.name() + " is back in the call", killedNs);
      assertTrue(seconds < LONGEST_ABSENCE_S, () -> participant.name() + " was away for " + seconds + " s");
    }
  }

  /** The page may know the node under the machine's other name. */
  private static boolean isAt(NodeUnderTest node, JsonNode server) {
    return server.asText().endsWith(":" + node.httpPort());
  }

  private static double printTime(String what, long killedNs) {
    double seconds = (System.nanoTime() - killedNs) / 1e9;
    System.out.printf("failover: %s %.1f s after kill -9%n", what, seconds);
    return seconds;
  }

  /** Counts from now on how often somebody has more than one tile for the same camera. */
  private static void watchForTwins(Participant participant) {
    participant.page().evaluate("(() => { window.twins = 0; setInterval(() => {"
        + " const tiles = [...document.querySelectorAll('.tile')].map(tile => tile.dataset.peer + ' ' + tile.dataset.source);"
        + " window.twins += tiles.length - new Set(tiles).size; }, 20); return 1; })()");
  }
}
