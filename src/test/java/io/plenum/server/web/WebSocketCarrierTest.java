package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.ConfigLoader;
import io.plenum.server.signaling.ProtooConnection;
import io.plenum.server.signaling.SignalingEndpoint;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.NetSocket;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real socket, but the clock is a number. */
class WebSocketCarrierTest {
  private static final long SECOND_NS = ManualLoop.SECOND_NS;
  private static final String FRAGMENT = "018161626364" + "00";
  private static final String PONG = "8a8000000000";
  private static final String PING = "898000000000";
  /** What Vert.x answers. */
  private static final String ANSWER = "8a00";

  private final Vertx vertx = Vertx.vertx();
  private final ManualLoop loop = new ManualLoop();
  private final SignalingCounters counters = new SignalingCounters();
  private final ConnectionTable table = new ConnectionTable(loop, new Silent(),
      new ConfigLoader().load(new String[0], Map.of()).limits(), counters);
  private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
  private Context context;
  private HttpServer server;

  private static final class Silent implements SignalingEndpoint, SignalingEndpoint.Connection {
    @Override
    public Connection open(String roomId, String peerId, ProtooConnection.FrameChannel channel) {
      return this;
    }

    @Override
    public void onFrame(String text, Runnable handled) {
      handled.run();
    }

    @Override
    public void onClosed() {
      // As it is.
    }
  }

  @BeforeEach
  void start() {
    context = vertx.getOrCreateContext();
    CompletableFuture<HttpServer> listening = new CompletableFuture<>();
    context.runOnContext(ignored -> vertx.createHttpServer()
        .requestHandler(request -> request.toWebSocket().onSuccess(socket ->
            WebSocketCarrier.attach(socket, request.connection(), false, table).open("r", "p")))
        .listen(0, "127.0.0.1").onSuccess(listening::complete));
    server = listening.join();
  }

  @AfterEach
  void stop() {
    TestNode.await(vertx.close());
  }

  private NetSocket connect() throws Exception {
    NetSocket socket = TestNode.await(vertx.createNetClient().connect(server.actualPort(), "127.0.0.1")
        .onSuccess(line -> line.handler(bytes -> got.add(HexFormat.of().formatHex(bytes.getBytes())))));
    TestNode.await(socket.write("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
    until("0d0a0d0a");
    return socket;
  }

  private String until(String wanted) throws Exception {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(wanted) < 0) {
      all.append(TestNode.take(got));
    }
    return all.toString();
  }

  private static void write(NetSocket socket, String... frames) {
    TestNode.await(socket.write(Buffer.buffer(HexFormat.of().parseHex(String.join("", frames)))));
  }

  private void sweepAt(long nowNs) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    context.runOnContext(ignored -> {
      loop.nowNs = nowNs;
      table.sweep();
      loop.turn();
      done.complete(null);
    });
    done.join();
  }

  @Test
  void aMessageWhoseLastFragmentDoesNotComeEndsTheConnectionThoughPongsKeepComing() throws Exception {
    NetSocket socket = connect();
    write(socket, FRAGMENT, PING);
    until(ANSWER);
    for (int second = 2; second <= 10; second += 2) {
      sweepAt(second * SECOND_NS);
      write(socket, PONG, PING);
      until(ANSWER);
    }
    assertEquals(0, counters.count(SignalingCounters.Dropped.UNFINISHED));
    sweepAt(11 * SECOND_NS);
    String closing = until(HexFormat.of().toHexDigits((short) 4008));
    assertTrue(closing.contains("88"), closing);
    assertEquals(1, counters.count(SignalingCounters.Dropped.UNFINISHED));
  }

  @Test
  void oneThatEndsDoesNot() throws Exception {
    NetSocket socket = connect();
    write(socket, FRAGMENT, "808161626364" + "00", PING);
    until(ANSWER);
    sweepAt(11 * SECOND_NS);
    assertEquals(0, counters.count(SignalingCounters.Dropped.UNFINISHED));
    assertEquals(1, counters.framesIn.sum());
  }
}
