package io.plenum.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.browser.NodeUnderTest;
import io.plenum.client.ClientLoop;
import io.plenum.client.SyntheticClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Attacks on the HTTP port of the packaged node, on real sockets. What must not happen is asserted; what depends on the
 * machine is printed as {@code figure name=value}. With {@code -Dplenum.longTests=true} as many sockets and messages as
 * {@code docs/SECURITY.md} says.
 */
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class HostileSignalingIT {
  private static final boolean LONG = Boolean.getBoolean("plenum.longTests");
  private static final String FOREIGN = "Origin: https://evil.example";
  private static final int MESSAGE_BYTES = 262_144;
  /** limits.messagesPerSecond, and the seconds of it that may come at once. */
  private static final int MESSAGES_PER_SECOND = 200;
  private static final int BURST = 5 * MESSAGES_PER_SECOND;
  /** Files that a process has open besides its sockets. */
  private static final int OTHER_FILES = 500;
  private static final long PATIENCE_NS = 60_000_000_000L;
  private static final String QUESTION =
      "{\"request\":true,\"id\":777777,\"method\":\"getRouterRtpCapabilities\",\"data\":{}}";

  /** Of a client that comes while the node is cold. */
  private static final int EARLY_QUESTIONS = 200;

  private static NodeUnderTest node;
  private static ClientLoop loop;
  private static NodeVitals vitals;
  private static RawClient early;
  private static boolean enteredEarly;
  private static int guests;

  @BeforeAll
  static void start() throws IOException {
    // Ten thousand sockets that never join shall all be open together, however long that takes here.
    node = NodeUnderTest.prepare("127.0.0.1", List.of(), "--limits.joinTimeoutS=300");
    node.startAgain();
    long startNs = System.nanoTime();
    while (node.get("healthz") == null && node.isAlive() && System.nanoTime() - startNs < 4 * PATIENCE_NS) {
      sleep(50);
    }
    if (!String.valueOf(node.get("readyz")).contains("\"ready\":true")) {
      early = RawClient.open(node.httpPort(), "early", "bird");
      for (int i = 0; i < EARLY_QUESTIONS; i++) {
        early.send(QUESTION.replace("777777", String.valueOf(i)));
      }
      // More than may be kept of it: the rest waits in its socket.
      for (int i = 0; i < 3; i++) {
        early.send(padded(200 * 1_024));
      }
      early.send(QUESTION);
    }
    node.awaitReady();
    enteredEarly = node.log().indexOf("peer connected room=early") >= 0
        && node.log().indexOf("peer connected room=early") < node.log().indexOf("node warm");
    loop = new ClientLoop();
    vitals = new NodeVitals(node);
  }

  @AfterAll
  static void stop() {
    if (loop != null) {
      loop.close();
    }
    if (node != null) {
      node.close();
    }
  }

  @AfterEach
  void theNodeIsWellAndServesOthers() {
    vitals.assertWell();
    joinMs();
  }

  /** How long somebody new needs until media flows. */
  private static long joinMs() {
    long startNs = System.nanoTime();
    try (SyntheticClient guest = SyntheticClient.join(loop, node.url(), "guests", "guest" + guests++)) {
      return (System.nanoTime() - startNs) / 1_000_000;
    }
  }

  private static void figure(String name, Object value) {
    System.out.println("figure " + name + "=" + value);
  }

  /** A request that is refused, of about this size; in short strings, because longer ones are not even read. */
  private static String padded(int characters) {
    String pad = "\"" + "x".repeat(1_021) + "\",";
    return "{\"request\":true,\"id\":1,\"method\":\"nothing\",\"data\":{\"pad\":[" + pad.repeat(characters / pad.length()) + "0]}}";
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Test
  void whoComesBeforeTheNodeIsWarmWaitsAndIsServedThen() {
    if (early == null) {
      System.out.println("the node was warm before anybody could come: nothing to see");
      return;
    }
    assertFalse(enteredEarly, "a client entered a cold node");
    assertNotNull(early.await("777777"), "the early client was sent away");
    assertTrue(early.received() > EARLY_QUESTIONS, "it has " + early.received() + " answers");
    early.close();
    early = null;
  }

  @Test
  void aPageOfAForeignOriginGetsNoConnectionOverAnyTransport() {
    int port = node.httpPort();
    List<String> upgrades = List.of("/ws?roomId=r&peerId=p", "/?roomId=r&peerId=p", "/sockjs/websocket",
        "/sockjs/000/abcdefgh12345/websocket");
    for (String path : upgrades) {
      String proper = RawClient.answerTo(port, "GET", path,
          RawClient.upgrade("Sec-WebSocket-Protocol: protoo", "Origin: http://127.0.0.1:" + port));
      assertTrue(proper.startsWith("HTTP/1.1 101"), path + " from our own page: " + proper);
      for (String origin : List.of(FOREIGN, "Origin: null", "Origin: http://127.0.0.1:1",
          "Origin: http://127.0.0.1:" + port + ".evil.example", "Sec-Fetch-Site: cross-site")) {
        String answer = RawClient.answerTo(port, "GET", path,
            RawClient.upgrade("Sec-WebSocket-Protocol: protoo", origin));
        assertTrue(answer.startsWith("HTTP/1.1 403"), path + " with " + origin + ": " + answer);
      }
    }
    record Poll(String method, String path) {}
    for (Poll poll : List.of(new Poll("POST", "xhr"), new Poll("POST", "xhr_streaming"), new Poll("POST", "xhr_send"),
        new Poll("GET", "eventsource"), new Poll("GET", "htmlfile?c=x"), new Poll("GET", "jsonp?c=x"),
        new Poll("POST", "jsonp_send"), new Poll("OPTIONS", "xhr"))) {
      String path = "/sockjs/000/abcdefgh67890/" + poll.path;
      String answer = RawClient.answerTo(port, poll.method, path, List.of(FOREIGN));
      assertTrue(answer.startsWith("HTTP/1.1 403"), poll + ": " + answer);
      assertFalse(answer.toLowerCase(java.util.Locale.ROOT).contains("access-control-allow"), answer);
    }
    for (String path : List.of("/sockjs/info", "/sockjs/iframe.html")) {
      assertTrue(RawClient.answerTo(port, "GET", path, List.of(FOREIGN)).startsWith("HTTP/1.1 403"), path);
    }
  }

  @Test
  void aPageWhoseNameWasMadeToPointToThisMachineGetsNoConnection() {
    int port = node.httpPort();
    String origin = "Origin: http://evil.example:" + port;
    for (String path : List.of("/ws?roomId=r&peerId=p", "/?roomId=r&peerId=p", "/sockjs/websocket",
        "/sockjs/000/abcdefgh24680/websocket")) {
      for (List<String> headers : List.of(RawClient.upgrade("Sec-WebSocket-Protocol: protoo", origin),
          RawClient.upgrade("Sec-WebSocket-Protocol: protoo", origin, "X-Forwarded-Host: evil.example:" + port),
          RawClient.upgrade("Sec-WebSocket-Protocol: protoo"))) {
        String answer = RawClient.answerTo(port, "evil.example", "GET", path, headers);
        assertTrue(answer.startsWith("HTTP/1.1 403"), path + " with " + headers + ": " + answer);
      }
    }
    // Of its own server a page may GET, with headers of its choice, and the browser names no origin.
    for (String path : List.of("/sockjs/info", "/sockjs/000/abcdefgh24680/eventsource")) {
      String answer = RawClient.answerTo(port, "evil.example", "GET", path, List.of("X-Forwarded-Host: localhost:" + port));
      assertTrue(answer.startsWith("HTTP/1.1 403"), path + ": " + answer);
    }
  }

  @Test
  void aMessageAboveTheLimitEndsItsConnectionAndADeepOneOnlyItself() throws IOException {
    try (RawClient large = RawClient.open(node.httpPort(), "large", "a");
        RawClient deep = RawClient.open(node.httpPort(), "large", "b")) {
      large.send("\"" + "x".repeat(MESSAGE_BYTES) + "\"");
      assertEquals(1009, large.awaitClose());
      deep.send("[".repeat(MESSAGE_BYTES - 10));
      deep.send("{\"request\":true,\"id\":1,\"method\":\"join\",\"data\":" + "{\"a\":".repeat(40_000) + "1"
          + "}".repeat(40_000) + "}");
      deep.send(QUESTION);
      assertNotNull(deep.await("777777"), "the session has ended with " + deep.closeCode());
    }
  }

  @Test
  void whoSpeaksTooFastIsThrottledAloneAndNotHeardMoreThanAllowed() {
    int perSecond = 5_000;
    int seconds = LONG ? 10 : 1;
    long quietMs = joinMs();
    double throttledBefore = vitals.meters().count("signaling_throttled");
    try (RawClient loud = RawClient.open(node.httpPort(), "loud", "loud")) {
      long startNs = flood(loud, "{\"request\":true,\"id\":1,\"method\":\"nothing\",\"data\":{}}", perSecond, perSecond * seconds);
      long joinedMs = joinMs();
      while (System.nanoTime() - startNs < seconds * 1_000_000_000L + 500_000_000L) {
        sleep(50);
      }
      double elapsedS = (System.nanoTime() - startNs) / 1e9;
      long answered = loud.received();
      figure("R15.answered", answered + " in " + Math.round(elapsedS * 10) / 10.0 + " s");
      figure("R15.joinMs", joinedMs + ", quiet " + quietMs);
      // One request of a few milliseconds more than the clock says, and a second of slack for a clock read late.
      assertTrue(answered <= BURST + MESSAGES_PER_SECOND * (elapsedS + 1), answered + " in " + elapsedS + " s");
      vitals.await(meters -> meters.count("signaling_throttled") > throttledBefore, "the throttle");
    }
  }

  @Test
  void whoSendsLargeMessagesIsHeardByTheirSize() {
    int characters = 200 * 1_024;
    int seconds = LONG ? 10 : 1;
    long quietMs = joinMs();
    double throttledBefore = vitals.meters().count("signaling_throttled");
    try (RawClient large = RawClient.open(node.httpPort(), "loud", "large")) {
      long startNs = flood(large, padded(characters), 1_000, 1_000 * seconds);
      long joinedMs = joinMs();
      vitals.await(meters -> meters.count("signaling_throttled") > throttledBefore, "the throttle");
      while (System.nanoTime() - startNs < seconds * 1_000_000_000L) {
        sleep(50);
      }
      assertNotNull(large.await("unknown-method"), "nothing was answered");
      double elapsedS = (System.nanoTime() - startNs) / 1e9;
      long answered = large.received();
      figure("R15.largeAnswered", answered + " of " + characters + " characters in " + Math.round(elapsedS * 10) / 10.0 + " s");
      figure("R15.largeJoinMs", joinedMs + ", quiet " + quietMs);
      // Two more are what the node says by itself, one is what credit was left for.
      assertTrue(answered <= 3 + (BURST + MESSAGES_PER_SECOND * (elapsedS + 1)) / (characters / 1_024), answered + " in " + elapsedS + " s");
    }
  }

  /** Sends so many a second, on a thread of its own, as far as the node reads. Returns when it began. */
  private static long flood(RawClient client, String frame, int perSecond, int total) {
    long startNs = System.nanoTime();
    Thread flood = new Thread(() -> {
      try {
        for (int i = 0; i < total; i++) {
          client.send(frame);
          while (i * 1_000_000_000L / perSecond > System.nanoTime() - startNs) {
            sleep(1);
          }
        }
      } catch (IOException e) {
        // The node may end it.
      }
    }, "flood");
    flood.setDaemon(true);
    flood.start();
    return startNs;
  }

  @Test
  void fuzzedMessagesAreRefusedOrIgnoredAndTheSessionGoesOn() throws IOException {
    int total = LONG ? 100_000 : 2_000;
    // No more than the burst: here it is about what is said, not how often.
    int each = BURST - 100;
    HostileMessages messages = new HostileMessages(7);
    long startNs = System.nanoTime();
    int sent = 0;
    int ended = 0;
    for (int session = 0; sent < total; session++) {
      try (RawClient client = RawClient.open(node.httpPort(), "fuzz" + session % 8, "fuzz" + session)) {
        client.send("{\"request\":true,\"id\":0,\"method\":\"createWebRtcTransport\",\"data\":{}}");
        for (int i = 0; i < each && !client.ended() && sent < total; i++, sent++) {
          client.send(messages.next());
        }
        client.send(QUESTION);
        if (client.await("777777") == null) {
          ended++;
        }
      } catch (IOException e) {
        ended++;
      }
    }
    figure("R15.fuzzed", sent + " in " + (System.nanoTime() - startNs) / 1_000_000 + " ms");
    assertEquals(0, ended, "sessions ended by fuzzed messages");
  }

  @Test
  void idleWebSocketsCostLittleAndSlowNobodyDown() {
    int wanted = Math.min(LONG ? 10_000 : 300, fileLimit() - OTHER_FILES);
    List<Long> quiet = new ArrayList<>();
    List<Long> busy = new ArrayList<>();
    int joins = LONG ? 20 : 1;
    for (int i = 0; i < joins; i++) {
      quiet.add(joinMs());
    }
    long rssBefore = vitals.rssKib();
    try (ManySockets idle = ManySockets.idle(node.httpPort(), wanted)) {
      long startNs = System.nanoTime();
      while (idle.answered() < wanted && idle.cut() == 0 && System.nanoTime() - startNs < 3 * PATIENCE_NS) {
        sleep(20);
      }
      figure("R18.idle", idle.alive() + " of " + wanted + " open after " + (System.nanoTime() - startNs) / 1_000_000 + " ms");
      figure("R18.rssKiBPerSocket", (vitals.rssKib() - rssBefore) / Math.max(1, idle.answered()));
      for (int i = 0; i < joins; i++) {
        busy.add(joinMs());
      }
      figure("R18.joinMs", busy + ", quiet " + quiet);
      assertEquals(wanted, idle.answered());
    }
    // The early client stays until its own test, which may be a later one.
    int lasting = early == null ? 0 : 1;
    vitals.await(meters -> meters.count("signaling_connections_open") == lasting, "the idle to be forgotten");
  }

  @Test
  void requestsThatTrickleInAreCutAndSlowNobodyDown() {
    int wanted = Math.min(LONG ? 5_000 : 200, fileLimit() - OTHER_FILES);
    try (ManySockets slow = ManySockets.slow(node.httpPort(), wanted)) {
      long startNs = System.nanoTime();
      List<Long> joins = new ArrayList<>();
      while (slow.cut() < wanted && System.nanoTime() - startNs < PATIENCE_NS) {
        joins.add(joinMs());
        sleep(500);
      }
      List<Long> cut = slow.cutAfterMs().stream().sorted().toList();
      figure("R18.slowCutMs", cut.isEmpty() ? "none" : "first " + cut.get(0) + " last " + cut.get(cut.size() - 1));
      figure("R18.joinMsWhileSlow", joins);
      assertEquals(wanted, slow.cut(), "requests that were cut");
      assertEquals(0, slow.answered(), "half a request was answered");
    }
  }

  /** Of this process; the node's is the same. */
  private static int fileLimit() {
    try {
      return Files.readAllLines(Path.of("/proc/self/limits")).stream().filter(line -> line.startsWith("Max open files"))
          .mapToInt(line -> Integer.parseInt(line.split("  +")[1])).findFirst().orElse(1_024);
    } catch (IOException | NumberFormatException e) {
      return 1_024;
    }
  }
}
