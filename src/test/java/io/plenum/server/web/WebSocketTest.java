package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTest {
  private static final String UPGRADE = "GET /ws?roomId=r&peerId=p HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
      + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = new TestNode("--limits.messageBytes=1000", "--limits.messagesPerSecond=200", "--http.publicUrl=https://sfu.example");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @BeforeEach
  void forgetWhoWasLeftByAnotherTest() {
    node.peers.clear();
  }

  private static String with(int length) {
    return "x".repeat(length);
  }

  @Test
  void aClientConnectsAtWsAndFramesGoBothWays() throws Exception {
    TestNode.Socket client = node.socket("/ws?roomId=r%20%C3%A9&peerId=p");
    TestNode.Peer peer = node.peer();
    assertEquals("r é", peer.roomId);
    assertEquals("p", peer.peerId);
    client.socket.writeTextMessage("{\"a\":\"é\"}");
    assertEquals("{\"a\":\"é\"}", TestNode.take(peer.frames));
    peer.channel.send("{\"b\":\"€\"}");
    assertEquals("{\"b\":\"€\"}", client.next());
    assertTrue(peer.channel.remoteAddress().startsWith("127.0.0.1:"), peer.channel.remoteAddress());
    client.socket.close();
    TestNode.take(peer.closed);
  }

  @Test
  void theSubProtocolIsAnsweredWhereItIsAskedFor() throws Exception {
    assertEquals("protoo", node.socket("/?roomId=r&peerId=p", "protoo").socket.subProtocol());
    assertEquals("protoo", node.socket("/ws?roomId=r&peerId=p", "other", "protoo").socket.subProtocol());
    assertNull(node.socket("/ws?roomId=r&peerId=p").socket.subProtocol());
    for (int i = 0; i < 3; i++) {
      node.peer();
    }
  }

  @ParameterizedTest(name = "[{index}] {3}")
  @CsvSource(nullValues = "-", delimiter = '|', value = {
      "/ws?roomId=r&peerId=p                  | -      | 101 | as it should be",
      "/?consumerReplicas=undefined&roomId=r&peerId=p | protoo | 101 | what mediasoup-demo's page sends",
      "/ws?roomId={128}&peerId={128}          | protoo | 101 | names as long as may be",
      "/ws                                    | protoo | 400 | no names",
      "/ws?roomId=r                           | protoo | 400 | no peerId",
      "/ws?peerId=p                           | protoo | 400 | no roomId",
      "/ws?roomId=&peerId=p                   | protoo | 400 | an empty name",
      "/ws?roomId={129}&peerId=p              | protoo | 400 | a roomId too long",
      "/ws?roomId=r&peerId={129}              | protoo | 400 | a peerId too long",
      "/ws?roomId=a%0Ab&peerId=p              | protoo | 400 | a line break",
      "/?roomId=r&peerId=p                    | -      | 400 | at / only protoo",
      "/?roomId=r&peerId=p                    | other  | 400 | at / only protoo",
      "/ws?roomId=r&peerId=p                  | other  | 400 | a sub-protocol we do not speak",
      "/elsewhere?roomId=r&peerId=p           | protoo | 404 | no such address",
  })
  void anUpgradeIsAnsweredByWhatItAsks(String uri, String subProtocol, int status, String why) throws Exception {
    String filled = uri.replace("{128}", with(128)).replace("{129}", with(129));
    List<String> subProtocols = subProtocol == null ? List.of() : List.of(subProtocol);
    assertEquals(status, node.upgradeStatus(filled, subProtocols, Map.of()), why);
    if (status == 101) {
      node.peer();
    }
  }

  @Test
  void brokenPercentEncodingIsAnsweredInWords() throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    raw(UPGRADE.replace("peerId=p", "peerId=%zz"), got);
    String answer = TestNode.take(got);
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
  }

  @Test
  void bytesThatAreNoFrameCloseWith1002() throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    NetSocket line = raw(UPGRADE, got);
    TestNode.Peer peer = node.peer();
    line.write("this is no frame");
    TestNode.take(peer.closed);
    StringBuilder all = new StringBuilder();
    while (all.indexOf("\u0003\u00eathis is no WebSocket frame") < 0) {
      all.append(TestNode.take(got));
    }
  }

  /** Writes bytes as they are; what comes back, as Latin-1. */
  private static NetSocket raw(String request, BlockingQueue<String> got) {
    return TestNode.await(node.vertx.createNetClient().connect(node.port, "127.0.0.1").compose(socket -> {
      socket.handler(bytes -> got.add(bytes.toString("ISO-8859-1")));
      return socket.write(request).map(socket);
    }));
  }

  @Test
  void aRefusalSaysWhy() {
    String body = node.get("/ws?roomId=r&peerId=p").body();
    assertTrue(body.contains("WebSocket"), body);
  }

  @ParameterizedTest(name = "[{index}] {4}")
  @CsvSource(nullValues = "-", delimiter = '|', value = {
      "https://evil.example   | -         | -            | 403 | a foreign page",
      "null                   | -         | -            | 403 | a sandboxed frame",
      "http://127.0.0.1:{port}| -         | -            | 101 | our own page",
      "https://127.0.0.1:{port}| -        | -            | 403 | our host, but another scheme",
      "https://127.0.0.1:{port}| https    | -            | 101 | behind a proxy that ends TLS",
      "https://sfu.example    | https     | sfu.example  | 101 | behind a proxy with the public name",
      "https://evil.example   | https     | sfu.example  | 403 | a foreign page, behind a proxy",
      "-                      | -         | -            | 101 | a program",
  })
  void onlyOurOwnPageMayConnect(String origin, String proto, String host, int status, String why) throws Exception {
    Map<String, String> headers = new java.util.HashMap<>();
    if (origin != null) {
      headers.put("Origin", origin.replace("{port}", String.valueOf(node.port)));
    }
    if (proto != null) {
      headers.put("X-Forwarded-Proto", proto);
    }
    if (host != null) {
      headers.put("X-Forwarded-Host", host);
    }
    assertEquals(status, node.upgradeStatus("/ws?roomId=r&peerId=p", List.of(), headers), why);
    assertEquals(status, node.upgradeStatus("/?roomId=r&peerId=p", List.of("protoo"), headers), why);
    if (status == 101) {
      node.peer();
      node.peer();
    }
  }

  @Test
  void aPageWhoseNameWasMadeToPointHereIsToldNothingOverAnyTransport() {
    Map<String, String> rebound = Map.of("Host", "evil.example:" + node.port);
    Map<String, String> posting = Map.of("Host", "evil.example:" + node.port, "Origin", "http://evil.example:" + node.port);
    long refused = node.web.counters().count(SignalingCounters.Refused.HOST);
    List<TestNode.Answer> answers = List.of(
        node.get("/ws?roomId=r&peerId=p", posting), node.get("/sockjs/info", rebound),
        node.get("/sockjs/000/session-rebound/eventsource", rebound),
        TestNode.await(node.send(HttpMethod.POST, "/sockjs/000/session-rebound/xhr", posting, "")),
        TestNode.await(node.send(HttpMethod.POST, "/sockjs/000/session-rebound/xhr_send", posting, "[]")));
    for (TestNode.Answer answer : answers) {
      assertEquals(403, answer.status());
      assertTrue(answer.body().contains("http.publicUrl"), answer.body());
      assertNull(answer.headers().get("Access-Control-Allow-Origin"));
    }
    assertEquals(refused + 5, node.web.counters().count(SignalingCounters.Refused.HOST));
    assertEquals(200, node.get("/", rebound).status(), "the page alone is harmless");
    for (String own : List.of("localhost", "127.0.0.1:1", "[::1]:4443", "me.localhost", "sfu.example")) {
      assertEquals(200, node.get("/sockjs/info", Map.of("Host", own)).status(), own);
    }
  }

  @Test
  void aNodeThatOthersReachIsCalledByAnyName() {
    try (TestNode open = new TestNode("--http.host=0.0.0.0", "--auth.allowOpen=true")) {
      Map<String, String> named = Map.of("Host", "call.example:" + open.port, "Origin", "http://call.example:" + open.port);
      assertEquals(200, open.get("/sockjs/info", named).status());
    }
  }

  @Test
  void aMessageAsLargeAsMayBeArrivesAlsoInFragments() throws Exception {
    WebSocket client = node.socket("/ws?roomId=r&peerId=p").socket;
    TestNode.Peer peer = node.peer();
    client.writeTextMessage(with(1_000));
    client.writeFrame(WebSocketFrame.textFrame(with(400), false));
    client.writePing(Buffer.buffer("between"));
    client.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(with(400)), false));
    client.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(with(200)), true));
    assertEquals(List.of(with(1_000), with(1_000)), peer.takeFrames(2));
  }

  @ParameterizedTest
  @CsvSource({"1001", "3000", "200000"})
  void aLargerMessageClosesWith1009(int length) throws Exception {
    TestNode.Socket client = node.socket("/ws?roomId=r&peerId=p");
    TestNode.Peer peer = node.peer();
    client.socket.writeTextMessage(with(length));
    assertTrue(client.closeCode().startsWith("1009 "));
    TestNode.take(peer.closed);
    assertEquals(0, peer.frames.size());
  }

  @Test
  void aLargerMessageInFragmentsClosesWith1009() throws Exception {
    TestNode.Socket client = node.socket("/ws?roomId=r&peerId=p");
    TestNode.Peer peer = node.peer();
    client.socket.writeFrame(WebSocketFrame.textFrame(with(600), false));
    client.socket.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(with(600)), false));
    assertTrue(client.closeCode().startsWith("1009 "));
    TestNode.take(peer.closed);
  }

  @Test
  void binaryFramesAreNobodysMessage() throws Exception {
    WebSocket client = node.socket("/ws?roomId=r&peerId=p").socket;
    TestNode.Peer peer = node.peer();
    client.writeBinaryMessage(Buffer.buffer("binary"));
    client.writeTextMessage("text");
    assertEquals("text", TestNode.take(peer.frames));
  }

  @Test
  void aFloodArrivesInOrderAndTheSocketWasPaused() throws Exception {
    long throttled = node.web.counters().throttled.sum();
    WebSocket client = node.socket("/ws?roomId=r&peerId=p").socket;
    TestNode.Peer peer = node.peer();
    List<String> sent = IntStream.range(0, 1_200).mapToObj(String::valueOf).toList();
    sent.forEach(client::writeTextMessage);
    assertEquals(sent, peer.takeFrames(1_200));
    assertTrue(node.web.counters().throttled.sum() > throttled, "1,000 at once, the rest waited");
  }

  @ParameterizedTest(name = "[{index}] {2}")
  @CsvSource(delimiter = '|', value = {
      "8a | 8a | pongs that nobody asked for",
      "89 | 89 | pings",
      "82 | 82 | binary messages without a byte",
      "81 | 81 | text messages without a byte",
      "01 | 00 | fragments without a byte",
      "02 | 00 | fragments of a binary message",
  })
  void framesOfAnyKindAreThrottled(String first, String others, String why) throws Exception {
    long throttled = node.web.counters().throttled.sum();
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    NetSocket line = raw(UPGRADE, got);
    TestNode.Peer peer = node.peer();
    // All that its credit is good for, and some more.
    Buffer flood = Buffer.buffer(HexFormat.of().parseHex(first + "8000000000"));
    for (int i = 0; i < 1_100; i++) {
      flood.appendBytes(HexFormat.of().parseHex(others + "8000000000"));
    }
    TestNode.await(line.write(flood));
    TestNode.eventually(why, () -> node.web.counters().throttled.sum() > throttled);
    line.close();
    TestNode.take(peer.closed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", " ", ""})
  void sockJsMessagesWithNothingInThemAreThrottled(String nothing) throws Exception {
    long throttled = node.web.counters().throttled.sum();
    TestNode.Socket client = node.socket("/sockjs/000/session-empty/websocket");
    for (int i = 0; i < 1_100; i++) {
      client.socket.writeTextMessage(nothing);
    }
    TestNode.eventually("the throttle", () -> node.web.counters().throttled.sum() > throttled);
    client.socket.close();
  }

  @Test
  void aClientWhoseRoomIsBehindWaitsAndLosesNothing() throws Exception {
    try (TestNode busy = new TestNode("--limits.messagesPerSecond=100000")) {
      WebSocket client = busy.socket("/ws?roomId=r&peerId=p").socket;
      TestNode.Peer peer = busy.peer();
      peer.busy = true;
      List<String> sent = IntStream.range(100, 200).mapToObj(i -> i + with(100_000)).toList();
      sent.forEach(client::writeTextMessage);
      TestNode.eventually("it is not read from", () -> busy.web.counters().throttled.sum() > 0);
      assertEquals(Backlog.MAX_CHARACTERS / 100_067, peer.frames.size(), "of 10 MB");
      peer.busy = false;
      peer.unhandled.forEach(Runnable::run);
      assertEquals(sent, peer.takeFrames(100));
    }
  }

  @Test
  void framesFromAnotherLoopArriveInOrder() throws Exception {
    TestNode.Socket client = node.socket("/ws?roomId=r&peerId=p");
    TestNode.Peer peer = node.peer();
    Thread elsewhere = new Thread(() -> {
      for (int i = 0; i < 500; i++) {
        peer.channel.send(String.valueOf(i));
      }
      peer.channel.close(4000, "closed by the server");
    });
    elsewhere.start();
    for (int i = 0; i < 500; i++) {
      assertEquals(String.valueOf(i), client.next());
    }
    assertEquals("4000 closed by the server", client.closeCode());
    TestNode.take(peer.closed);
    elsewhere.join();
  }

  @Test
  void aClientThatDoesNotReadIsClosedAndForgotten() throws Exception {
    TestNode.Socket client = node.socket("/ws?roomId=r&peerId=p");
    TestNode.Peer peer = node.peer();
    int before = node.web.connections();
    client.socket.pause();
    String frame = with(100_000);
    // 50 MB: far more than the system's buffers and our own limit.
    for (int i = 0; i < 500; i++) {
      peer.channel.send(frame);
    }
    TestNode.take(peer.closed);
    assertTrue(node.web.counters().count(SignalingCounters.Dropped.SLOW_READER) > 0);
    TestNode.eventually("the line is cut though nobody read our goodbye", () -> node.web.connections() < before);
    client.socket.resume();
  }

  @Test
  void aThousandIdleSocketsLeaveNothingBehind() throws Exception {
    int before = node.web.connections();
    List<Future<WebSocket>> opening = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      opening.add(node.open("/ws?roomId=r&peerId=p" + i, List.of("protoo"), Map.of()));
    }
    TestNode.await(Future.all(opening));
    List<TestNode.Peer> peers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      peers.add(node.peer());
    }
    assertEquals(before + 1_000, node.web.connections());
    TestNode.await(Future.all(opening.stream().map(socket -> socket.result().close()).toList()));
    for (TestNode.Peer peer : peers) {
      TestNode.take(peer.closed);
    }
    TestNode.eventually("back to " + before, () -> node.web.connections() <= before);
  }
}
