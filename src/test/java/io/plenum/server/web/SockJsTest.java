package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SockJsTest {
  private static final String HELLO =
      "[\"{\\\"notification\\\":true,\\\"method\\\":\\\"hello\\\",\\\"data\\\":{\\\"roomId\\\":\\\"r\\\",\\\"peerId\\\":\\\"p\\\"}}\"]";
  private static final AtomicInteger sessions = new AtomicInteger();
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = new TestNode("--limits.messageBytes=1000", "--limits.messagesPerSecond=200");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static String session() {
    return "/sockjs/000/session-" + sessions.incrementAndGet();
  }

  /** A streaming answer's lines as they come. */
  private static BlockingQueue<String> stream(HttpMethod method, String uri) {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    var parser = io.vertx.core.parsetools.RecordParser.newDelimited("\n", line -> lines.add(line.toString().strip()));
    node.vertx.createHttpClient().request(method, node.port, "127.0.0.1", uri)
        .compose(request -> request.send()
            .onSuccess(response -> response.handler(parser).endHandler(ignored -> lines.add("end"))))
        .onFailure(e -> lines.add("failed " + e));
    return lines;
  }

  @Test
  void helloAndFramesOverSockJsWebSocket() throws Exception {
    TestNode.Socket client = node.socket(session() + "/websocket");
    assertEquals("o", client.next());
    client.socket.writeTextMessage(HELLO);
    TestNode.Peer peer = node.peer();
    assertEquals("r", peer.roomId);
    assertEquals("p", peer.peerId);
    client.socket.writeTextMessage("[\"a\",\"b\"]");
    assertEquals(List.of("a", "b"), peer.takeFrames(2));
    peer.channel.send("{\"x\":1}");
    assertEquals("a[\"{\\\"x\\\":1}\"]", client.next());
    peer.channel.close(4000, "bye");
    assertEquals("c[4000,\"bye\"]", client.next());
    TestNode.take(peer.closed);
    client.closeCode();
  }

  @Test
  void helloAndFramesOverTheBareWebSocket() throws Exception {
    TestNode.Socket client = node.socket("/sockjs/websocket");
    client.socket.writeTextMessage("{\"notification\":true,\"method\":\"hello\",\"data\":{\"roomId\":\"r\",\"peerId\":\"p\"}}");
    TestNode.Peer peer = node.peer();
    peer.channel.send("x");
    assertEquals("x", client.next());
    client.socket.close();
    TestNode.take(peer.closed);
  }

  @Test
  void helloAndFramesOverXhrPolling() throws Exception {
    String session = session();
    assertEquals("o\n", node.post(session + "/xhr", "").body());
    TestNode.Answer sent = node.post(session + "/xhr_send", HELLO);
    assertEquals(204, sent.status());
    TestNode.Peer peer = node.peer();
    assertEquals(204, node.post(session + "/xhr_send", "[\"a\",\"b\"]").status());
    assertEquals(List.of("a", "b"), peer.takeFrames(2));

    Future<TestNode.Answer> poll = node.send(HttpMethod.POST, session + "/xhr", Map.of(), "");
    peer.channel.send("first");
    assertEquals("a[\"first\"]\n", TestNode.await(poll).body());

    // Sent from another thread: the second may still be on its way when the first poll is answered.
    peer.channel.send("between");
    peer.channel.send("polls");
    String polled = node.post(session + "/xhr", "").body();
    if (polled.equals("a[\"between\"]\n")) {
      polled += node.post(session + "/xhr", "").body();
    }
    assertTrue(Set.of("a[\"between\",\"polls\"]\n", "a[\"between\"]\na[\"polls\"]\n").contains(polled), polled);

    peer.channel.close(4000, "bye");
    assertEquals("c[4000,\"bye\"]\n", node.post(session + "/xhr", "").body());
    TestNode.take(peer.closed);
    assertEquals(404, node.post(session + "/xhr_send", "[\"late\"]").status());
  }

  @Test
  void helloAndFramesOverXhrStreaming() throws Exception {
    String session = session();
    BlockingQueue<String> lines = stream(HttpMethod.POST, session + "/xhr_streaming");
    assertEquals("h".repeat(2_048), TestNode.take(lines));
    assertEquals("o", TestNode.take(lines));
    node.post(session + "/xhr_send", HELLO);
    TestNode.Peer peer = node.peer();
    peer.channel.send("x");
    assertEquals("a[\"x\"]", TestNode.take(lines));
    peer.channel.send("y".repeat(140_000));
    TestNode.take(lines);
    assertEquals("end", TestNode.take(lines), "after 128 Ki characters the client starts a new stream");
    peer.channel.send("z");
    lines = stream(HttpMethod.POST, session + "/xhr_streaming");
    TestNode.take(lines);
    assertEquals("a[\"z\"]", TestNode.take(lines), "nothing is lost in between");
    assertEquals(0, peer.closed.size());
  }

  @Test
  void helloAndFramesOverEventSource() throws Exception {
    String session = session();
    BlockingQueue<String> lines = stream(HttpMethod.GET, session + "/eventsource");
    assertEquals("", TestNode.take(lines));
    assertEquals("data: o", TestNode.take(lines));
    node.post(session + "/xhr_send", HELLO);
    TestNode.Peer peer = node.peer();
    peer.channel.send("x");
    TestNode.take(lines);
    assertEquals("data: a[\"x\"]", TestNode.take(lines));
    peer.channel.close(4000, "bye");
    TestNode.take(lines);
    assertEquals("data: c[4000,\"bye\"]", TestNode.take(lines));
    TestNode.take(peer.closed);
  }

  @Test
  void aSecondReceiverIsToldThatThereIsOne() {
    String session = session();
    node.post(session + "/xhr", "");
    Future<TestNode.Answer> first = node.send(HttpMethod.POST, session + "/xhr", Map.of(), "");
    TestNode.Answer second = node.post(session + "/xhr", "");
    TestNode.Answer other = second.body().startsWith("c") ? second : TestNode.await(first);
    assertEquals("c[2010,\"Another connection still open\"]\n", other.body());
  }

  @Test
  void infoTellsTheClientWhatThereIs() {
    TestNode.Answer info = node.get("/sockjs/info");
    assertEquals(200, info.status());
    assertTrue(info.body().contains("\"websocket\":true") && info.body().contains("\"cookie_needed\":false"), info.body());
    assertTrue(info.headers().get("Cache-Control").contains("no-store"));
    assertEquals("Welcome to SockJS!\n", node.get("/sockjs/").body());
    assertEquals("Welcome to SockJS!\n", node.get("/sockjs").body());
  }

  @ParameterizedTest(name = "[{index}] {0} {1} {3}")
  @CsvSource(delimiter = '|', value = {
      "GET  | /sockjs/iframe.html                | 404 | the page that lends a foreign page our origin",
      "GET  | /sockjs/iframe-1.6.1.html          | 404 | the same with a version",
      "GET  | /sockjs/000/session-0/jsonp?c=x    | 404 | script tags have no origin",
      "POST | /sockjs/000/session-0/jsonp_send   | 404 | forms",
      "GET  | /sockjs/000/session-0/htmlfile?c=x | 404 | frames have no origin",
      "GET  | /sockjs/000/session-0/websocket    | 400 | no upgrade",
      "GET  | /sockjs/websocket                  | 400 | no upgrade",
      "GET  | /sockjs/000/session-0/xhr          | 405 | the wrong method",
      "POST | /sockjs/000/session-0/eventsource  | 405 | the wrong method",
      "POST | /sockjs/000/session-0/xhr_send     | 404 | no such session",
      "POST | /sockjs/000/short/xhr              | 404 | a session id that could be guessed",
      "POST | /sockjs/000/session.0/xhr          | 404 | dots are not allowed in ids",
      "POST | /sockjs/000/session-0              | 404 | no transport",
      "GET  | /sockjsx                           | 404 | another address",
  })
  void whatSockJsDoesNotHaveIsRefused(String method, String uri, int status, String why) {
    assertEquals(status, TestNode.await(node.send(HttpMethod.valueOf(method), uri, Map.of(), "[]")).status(), why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/info GET", "/websocket GET", "/000/session-1/websocket GET", "/000/session-1/xhr POST",
      "/000/session-1/xhr_streaming POST", "/000/session-1/xhr_send POST", "/000/session-1/eventsource GET",
      "/000/session-1/xhr OPTIONS"})
  void aForeignPageIsRefusedOnEachTransport(String transport) {
    String uri = "/sockjs" + transport.split(" ")[0];
    HttpMethod method = HttpMethod.valueOf(transport.split(" ")[1]);
    TestNode.Answer answer = TestNode.await(node.send(method, uri, Map.of("Origin", "https://evil.example"), "[\"x\"]"));
    assertEquals(403, answer.status());
    assertNull(answer.headers().get("Access-Control-Allow-Origin"));
    TestNode.Answer fetched = TestNode.await(node.send(method, uri, Map.of("Sec-Fetch-Site", "cross-site"), "[\"x\"]"));
    assertEquals(403, fetched.status(), "a foreign script tag names no origin");
    if (uri.endsWith("websocket")) {
      assertEquals(403, node.upgradeStatus(uri, List.of(), Map.of("Origin", "https://evil.example")));
    }
  }

  @Test
  void aListedPageMayReadTheAnswer() {
    try (TestNode open = new TestNode("--http.allowedOrigins=https://app.example")) {
      Map<String, String> origin = Map.of("Origin", "https://app.example");
      TestNode.Answer info = open.get("/sockjs/info", origin);
      assertEquals("https://app.example", info.headers().get("Access-Control-Allow-Origin"));
      assertEquals("origin", info.headers().get("Vary"));
      TestNode.Answer preflight =
          TestNode.await(open.send(HttpMethod.OPTIONS, "/sockjs/000/session-1/xhr_send", origin, null));
      assertEquals(204, preflight.status());
      assertEquals("OPTIONS, POST", preflight.headers().get("Access-Control-Allow-Methods"));
      assertEquals(101, open.upgradeStatus("/sockjs/000/session-1/websocket", List.of(), origin));
      assertEquals(403, open.get("/sockjs/info", Map.of("Origin", "https://other.example")).status());
    }
  }

  @Test
  void aPageOfAnotherNodeOfTheClusterMayComeAlsoWhenThatNodeHasGone() {
    try (TestNode survivor = new TestNode()) {
      Map<String, String> origin = Map.of("Origin", "http://gone.example:4443");
      assertEquals(403, survivor.get("/sockjs/info", origin).status(), "no node of ours yet");
      survivor.servers.others(List.of("http://gone.example:4443"));
      survivor.servers.others(List.of());
      assertEquals("http://gone.example:4443",
          survivor.get("/sockjs/info", origin).headers().get("Access-Control-Allow-Origin"));
      assertEquals(101, survivor.upgradeStatus("/sockjs/000/session-1/websocket", List.of(), origin));
      assertEquals(101, survivor.upgradeStatus("/ws?roomId=r&peerId=p", List.of("protoo"), origin));
      assertEquals(403, survivor.upgradeStatus("/ws?roomId=r&peerId=p", List.of(), Map.of("Origin", "http://gone.example")));
    }
  }

  @Test
  void noCookieIsEverSet() {
    assertFalse(node.get("/sockjs/info").headers().contains("Set-Cookie"));
    String session = session();
    TestNode.Answer open =
        TestNode.await(node.send(HttpMethod.POST, session + "/xhr", Map.of("Cookie", "JSESSIONID=stolen"), ""));
    assertFalse(open.headers().contains("Set-Cookie"));
  }

  @Test
  void aFirstFrameThatIsNoHelloCloses() throws Exception {
    TestNode.Socket client = node.socket(session() + "/websocket");
    assertEquals("o", client.next());
    client.socket.writeTextMessage("[\"{\\\"request\\\":true,\\\"id\\\":1,\\\"method\\\":\\\"join\\\",\\\"data\\\":{}}\"]");
    assertTrue(client.next().startsWith("c[1008,"));
    String session = session();
    node.post(session + "/xhr", "");
    node.post(session + "/xhr_send", "[\"nonsense\"]");
    assertTrue(node.post(session + "/xhr", "").body().startsWith("c[1008,"));
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @CsvSource(delimiter = '|', value = {
      "1001   | one byte more than a message may have",
      "100000 | a body larger than any envelope"})
  void aMessageTooLargeClosesWith1009(int length, String why) throws Exception {
    String message = "[\"" + "x".repeat(length) + "\"]";
    TestNode.Socket client = node.socket(session() + "/websocket");
    client.next();
    client.socket.writeTextMessage(message);
    assertTrue(client.closeCode().startsWith("1009 "), why);
    String session = session();
    node.post(session + "/xhr", "");
    assertEquals(413, node.post(session + "/xhr_send", message).status());
    assertTrue(node.post(session + "/xhr", "").body().startsWith("c[1009,"), why);
  }

  @Test
  void brokenJsonIsSaidSo() throws Exception {
    String session = session();
    node.post(session + "/xhr", "");
    TestNode.Answer broken = node.post(session + "/xhr_send", "[\"x");
    assertEquals(500, broken.status());
    assertEquals("Broken JSON encoding.", broken.body());
    TestNode.Answer empty = node.post(session + "/xhr_send", "");
    assertEquals("Payload expected.", empty.body());
    assertEquals(204, node.post(session + "/xhr_send", HELLO).status(), "the session goes on");
    node.peer();
    TestNode.Socket client = node.socket(session() + "/websocket");
    client.next();
    client.socket.writeTextMessage("[\"x");
    assertTrue(client.next().startsWith("c[1008,"));
  }

  @Test
  void aFloodOverXhrArrivesInOrderAndTheSenderWaitedForItsAnswer() throws Exception {
    String session = session();
    node.post(session + "/xhr", "");
    node.post(session + "/xhr_send", HELLO);
    TestNode.Peer peer = node.peer();
    long throttled = node.web.counters().throttled.sum();
    for (int batch = 0; batch < 3; batch++) {
      String frames = IntStream.range(batch * 400, batch * 400 + 400).mapToObj(i -> "\"" + i + "\"")
          .collect(Collectors.joining(",", "[", "]"));
      assertEquals(204, node.post(session + "/xhr_send", frames).status());
    }
    assertEquals(IntStream.range(0, 1_200).mapToObj(String::valueOf).toList(), peer.takeFrames(1_200));
    assertTrue(node.web.counters().throttled.sum() > throttled);
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @CsvSource(delimiter = '|', value = {"'' | 500", "[] | 204", "' ' | 204", "[ | 500"})
  void bodiesWithNothingInThemMakeTheSenderWaitToo(String body, int status) {
    try (TestNode slow = new TestNode("--limits.messagesPerSecond=10")) {
      slow.post("/sockjs/000/session-0/xhr", "");
      for (int i = 0; i < 55; i++) {
        assertEquals(status, slow.post("/sockjs/000/session-0/xhr_send", body).status());
      }
      assertTrue(slow.web.counters().throttled.sum() > 0);
    }
  }

  @Test
  void aSecondSendDuringTheWaitIsRefused() throws Exception {
    String session = session();
    node.post(session + "/xhr", "");
    node.post(session + "/xhr_send", HELLO);
    TestNode.Peer peer = node.peer();
    String half = IntStream.range(0, 600).mapToObj(i -> "\"x\"").collect(Collectors.joining(",", "[", "]"));
    assertEquals(204, node.post(session + "/xhr_send", half).status());
    Future<TestNode.Answer> first = node.send(HttpMethod.POST, session + "/xhr_send", Map.of(), half);
    peer.takeFrames(990);
    assertEquals(429, node.post(session + "/xhr_send", "[\"y\"]").status());
    assertEquals(204, TestNode.await(first).status());
  }

  @Test
  void aClientThatCutsItsPollIsGone() throws Exception {
    String session = session();
    node.post(session + "/xhr", "");
    node.post(session + "/xhr_send", HELLO);
    TestNode.Peer peer = node.peer();
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    // Listens before it asks: what comes while nobody listens is lost.
    var socket = TestNode.await(node.vertx.createNetClient().connect(node.port, "127.0.0.1")
        .onSuccess(connected -> connected.handler(bytes -> got.add(bytes.toString()))));
    socket.write("POST " + session + "/xhr HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    peer.channel.send("through");
    TestNode.take(got);
    // Written before anybody else asks: whoever comes second is refused, and this one must be the first.
    TestNode.await(socket.write("POST " + session + "/xhr HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"));
    // A second receiver is refused only once the first one is there.
    TestNode.eventually("the poll is there", () -> node.post(session + "/xhr", "").body().startsWith("c[2010"));
    socket.close();
    TestNode.take(peer.closed);
    TestNode.eventually("forgotten", () -> node.post(session + "/xhr_send", "[\"x\"]").status() == 404);
  }
}
