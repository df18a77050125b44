package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real sockets, but the clock is a number. */
class RequestDeadlinesTest {
  private static final long SECOND_NS = ManualLoop.SECOND_NS;
  private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final ManualLoop loop = new ManualLoop();
  private final SignalingCounters counters = new SignalingCounters();
  private final RequestDeadlines deadlines = new RequestDeadlines(loop, 3,
      new AddressLimits(new PlenumConfig.PerAddress(0, 0, 0, ""), loop), counters);
  private HttpServer server;
  private Context context;

  @BeforeEach
  void start() {
    context = vertx.getOrCreateContext();
    CompletableFuture<HttpServer> listening = new CompletableFuture<>();
    context.runOnContext(ignored -> vertx
        .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
        .connectionHandler(deadlines::onConnection)
        .requestHandler(request -> {
          deadlines.onRequest(request);
          switch (request.path()) {
            case "/long" -> {
              deadlines.onLongAnswer(request.connection());
              request.response().setChunked(true).write("started");
            }
            case "/never" -> request.response().setChunked(true).write("started");
            case "/ws" -> request.toWebSocket().onSuccess(socket -> deadlines.onUpgraded(request.connection()));
            default -> request.response().end("done");
          }
        })
        .listen(0, "127.0.0.1").onSuccess(listening::complete));
    server = listening.join();
  }

  @AfterEach
  void stop() {
    sweepAt(Long.MAX_VALUE / 2);
    context.runOnContext(ignored -> deadlines.cutAll());
    TestNode.await(vertx.close());
  }

  private final class Line {
    final BlockingQueue<String> got = new LinkedBlockingQueue<>();
    final NetSocket socket;

    Line() throws Exception {
      int before = onLoop(deadlines::size);
      Promise<NetSocket> listening = Promise.promise();
      // On the loop: from outside it, a connection that is cut at once may be closed before anybody listens.
      context.runOnContext(now -> vertx.createNetClient().connect(server.actualPort(), "127.0.0.1").map(connected -> {
        connected.handler(bytes -> got.add(bytes.toString()));
        connected.closeHandler(ignored -> got.add("closed"));
        return connected;
      }).onComplete(listening));
      socket = TestNode.await(listening.future());
      if (before < 3) {
        TestNode.eventually("the server sees the connection", () -> onLoop(deadlines::size) == before + 1);
      }
    }

    Line write(String text) {
      TestNode.await(socket.write(text));
      return this;
    }

    /** All that came, as soon as it has that in it. */
    String until(String wanted) throws Exception {
      StringBuilder all = new StringBuilder();
      while (all.indexOf(wanted) < 0) {
        all.append(TestNode.take(got));
      }
      return all.toString();
    }
  }

  private <T> T onLoop(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    context.runOnContext(ignored -> answer.complete(question.get()));
    return answer.join();
  }

  private int sweepAt(long nowNs) {
    return onLoop(() -> {
      loop.nowNs = nowNs;
      deadlines.sweep();
      return deadlines.size();
    });
  }

  @Test
  void aConnectionThatSaysNothingIsCutAfterTenSeconds() throws Exception {
    Line line = new Line();
    assertEquals(1, sweepAt(10 * SECOND_NS));
    sweepAt(11 * SECOND_NS);
    line.until("closed");
    assertEquals(1, counters.requestsCut.sum());
  }

  @Test
  void aRequestTrickledByteByByteIsCutAllTheSame() throws Exception {
    Line line = new Line();
    for (int second = 0; second < 10; second++) {
      line.write(GET.substring(second, second + 1));
      assertEquals(1, sweepAt(second * SECOND_NS));
    }
    sweepAt(11 * SECOND_NS);
    line.until("closed");
  }

  @Test
  void soIsABodyThatDoesNotEnd() throws Exception {
    Line line = new Line().write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx");
    line.until("done");
    sweepAt(11 * SECOND_NS);
    line.until("closed");
  }

  @Test
  void eachAnswerGivesTheNextRequestTenSeconds() throws Exception {
    Line line = new Line();
    for (int i = 1; i <= 5; i++) {
      line.write(GET).until("done");
      assertEquals(1, sweepAt(i * 9 * SECOND_NS));
    }
    sweepAt(60 * SECOND_NS);
    line.until("closed");
  }

  @Test
  void anAnswerNobodyTakesHasItsDeadlineToo() throws Exception {
    Line line = new Line().write("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    line.until("started");
    assertEquals(1, sweepAt(119 * SECOND_NS));
    sweepAt(121 * SECOND_NS);
    line.until("closed");
  }

  @Test
  void longAnswersAndWebSocketsAreLeftAlone() throws Exception {
    Line longAnswer = new Line().write("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
    longAnswer.until("started");
    Line webSocket = new Line().write("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    webSocket.until("101");
    TestNode.eventually("upgraded", () -> onLoop(deadlines::size) == 1);
    sweepAt(100_000 * SECOND_NS);
    assertEquals(0, counters.requestsCut.sum());
    assertTrue(longAnswer.got.isEmpty() && webSocket.got.isEmpty());
  }

  @Test
  void moreConnectionsThanTheLimitAreCutAtOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      new Line();
    }
    new Line().until("closed");
    assertEquals(1, counters.requestsCut.sum());
  }
}
