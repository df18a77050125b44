package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.PlenumException;
import io.plenum.server.config.ConfigException;
import io.plenum.server.ops.Readiness;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.NetSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpsRoutesTest {
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = new TestNode(room -> room.equals("r")
        ? Future.succeededFuture(Map.of("room", room, "routers", List.of(Map.of("packets", 7))))
        : Future.failedFuture(new PlenumException("room-not-found", "there is no room " + room)),
        "--limits.connections=2");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void readyOnlyWhenNothingIsMissing() {
    try {
      node.readiness.require(Readiness.CRYPTO_WARM);
      node.readiness.require(Readiness.DTLS_WARM);
      node.readiness.met(Readiness.CRYPTO_WARM);
      TestNode.Answer answer = node.get("/readyz");
      assertEquals(503, answer.status());
      assertEquals("{\"ready\":false,\"missing\":[\"dtls-warm\"]}\n", answer.body());
      assertEquals(200, node.get("/healthz").status(), "it lives all the same");
    } finally {
      node.readiness.met(Readiness.DTLS_WARM);
    }
    TestNode.Answer answer = node.get("/readyz");
    assertEquals(200, answer.status());
    assertEquals("{\"ready\":true,\"missing\":[]}\n", answer.body());
  }

  @Test
  void metricsOfANodeOnLoopbackAnswerToItsOwnNamesOnly() {
    assertEquals(403, node.get("/metrics", Map.of("Host", "evil.example")).status());
    assertEquals(200, node.get("/metrics", Map.of("Host", "localhost:4443")).status());
    assertEquals(200, node.get("/healthz", Map.of("Host", "evil.example")).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Host: a b\r\n", "Host: a/b\r\n", "Host: a:b:c\r\n", "Host: [::1\r\n", "Host: localhost:99999\r\n",
      "Host: localhost\r\nHost: localhost\r\n"})
  void aRequestThatNamesNoHostOrNoneThatCanBeIsRefused(String header) throws Exception {
    for (String path : List.of("/", "/ws?roomId=r&peerId=p", "/sockjs/info", "/metrics", "/debug?room=r")) {
      BlockingQueue<String> got = new LinkedBlockingQueue<>();
      NetSocket line = TestNode.await(node.vertx.createNetClient().connect(node.port, "127.0.0.1")
          .onSuccess(socket -> socket.handler(bytes -> got.add(bytes.toString()))));
      TestNode.await(line.write("GET " + path + " HTTP/1.1\r\n" + header + "\r\n"));
      assertTrue(TestNode.take(got).startsWith("HTTP/1.1 400 "), path);
      TestNode.await(line.close());
    }
  }

  @Test
  void metricsAreInPrometheusFormatAndCountRefusals() {
    node.get("/sockjs/info", Map.of("Origin", "https://evil.example"));
    TestNode.Answer answer = node.get("/metrics");
    assertEquals(200, answer.status());
    assertTrue(answer.headers().get("Content-Type").startsWith("text/plain; version=0.0.4"));
    Map<String, Double> samples = new HashMap<>();
    for (String line : answer.body().split("\n")) {
      if (!line.startsWith("#")) {
        Assertions.assertTrue(line.matches("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{.*\\})? [-+0-9.eEInfNa]+"), line);
        samples.put(line.substring(0, line.lastIndexOf(' ')), Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)));
      }
    }
    assertTrue(samples.get("signaling_refused_total{reason=\"origin\"}") >= 1);
    for (String name : List.of("signaling_connections_total", "signaling_frames_total", "signaling_throttled_total",
        "signaling_dropped_total{reason=\"slow-reader\"}", "signaling_refused_total{reason=\"too-many\"}",
        "signaling_connections_open", "jvm_threads_live_threads", "process_uptime_seconds")) {
      assertTrue(samples.containsKey(name), name);
    }
  }

  @ParameterizedTest(name = "[{index}] {3}")
  @CsvSource(delimiter = '|', nullValues = "-", value = {
      "/debug?room=r      | -               | 200 | a room",
      "/debug?room=x      | -               | 404 | no such room",
      "/debug             | -               | 400 | which room?",
      "/debug?room=r      | X-Forwarded-For | 403 | a proxy on this machine makes everybody look local",
      "/debug?room=r      | Forwarded       | 403 | the same in its standard form",
      "/debug?room=r      | Host            | 403 | a page that made its own name point to 127.0.0.1",
  })
  void debugAnswersOnlyOnTheMachineItself(String uri, String header, int status, String why) {
    Map<String, String> headers = header == null ? Map.of() : Map.of(header, "evil.example");
    TestNode.Answer answer = node.get(uri, headers);
    assertEquals(status, answer.status(), why);
    if (status == 200) {
      assertTrue(answer.body().contains("\"packets\":7"), answer.body());
    } else if (status == 404) {
      assertTrue(answer.body().contains("room-not-found"), answer.body());
    }
  }

  @Test
  void moreConnectionsThanTheLimitAreToldToComeBack() throws Exception {
    TestNode.Socket first = node.socket("/ws?roomId=r&peerId=1");
    TestNode.Socket second = node.socket("/ws?roomId=r&peerId=2");
    assertEquals(503, node.upgradeStatus("/ws?roomId=r&peerId=3", List.of(), Map.of()));
    assertEquals(503, node.upgradeStatus("/sockjs/websocket", List.of(), Map.of()));
    TestNode.Answer refused = node.post("/sockjs/000/session-x/xhr", "");
    assertEquals(503, refused.status());
    assertEquals("5", refused.headers().get("Retry-After"));
    first.socket.close();
    second.socket.close();
    TestNode.eventually("room again", () -> node.web.connections() == 0);
    assertEquals(101, node.upgradeStatus("/ws?roomId=r&peerId=3", List.of(), Map.of()));
  }

  @Test
  void thePageAnswersWithItsHeaders() {
    TestNode.Answer page = node.get("/");
    assertEquals(200, page.status());
    assertEquals("text/html; charset=UTF-8", page.headers().get("Content-Type"));
    String policy = page.headers().get("Content-Security-Policy");
    assertTrue(policy.contains("connect-src 'self' ws://127.0.0.1:" + node.port), policy);
    assertTrue(policy.contains("frame-ancestors 'none'"), policy);
    assertEquals("nosniff", page.headers().get("X-Content-Type-Options"));
    assertEquals("no-referrer", page.headers().get("Referrer-Policy"));
    assertTrue(page.headers().get("Permissions-Policy").contains("camera=(self), microphone=(self), display-capture=(self)"));
    assertEquals(405, TestNode.await(node.send(HttpMethod.POST, "/", Map.of(), "x")).status());
    assertEquals(404, node.get("/nothing").status());
  }

  @ParameterizedTest
  @CsvSource({"limits.messageBytes", "limits.messagesPerSecond", "limits.connections"})
  void aLimitOfNothingStopsTheStart(String key) {
    ConfigException refusal = Assertions.assertThrows(ConfigException.class, () -> new TestNode("--" + key + "=0").close());
    assertTrue(refusal.getMessage().contains(key), refusal.getMessage());
  }

  @Test
  void aPortThatIsTakenStopsTheStartWithItsName() {
    ConfigException refusal = Assertions.assertThrows(ConfigException.class,
        () -> new TestNode("--http.port=" + node.port).close());
    assertTrue(refusal.getMessage().contains("http.port " + node.port), refusal.getMessage());
  }
}
