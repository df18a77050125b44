package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.signaling.ProtooConnection;
import io.plenum.server.signaling.SignalingEndpoint;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
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
  private final Silent endpoint = new Silent();
  private final PlenumConfig config = new ConfigLoader().load(new String[0], Map.of());
  private final ConnectionTable table = new ConnectionTable(loop, endpoint, config.limits(),
      new ClientMemory(loop, 64 << 20), new AddressLimits(config.perAddress(), loop), counters);
  private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
  private Context context;
  private HttpServer server;
  private volatile HttpConnection line;

  private static final class Silent implements SignalingEndpoint, SignalingEndpoint.Connection {
    final Queue<Runnable> unhandled = new ArrayDeque<>();
    volatile boolean busy;

    @Override
    public Connection open(String roomId, String peerId, ProtooConnection.FrameChannel channel) {
      return this;
    }

    @Override
    public void onFrame(String text, Runnable handled) {
      unhandled.add(handled);
      if (!busy) {
        unhandled.remove().run();
      }
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
    context.runOnContext(ignored -> vertx.createHttpServer(WebVerticle.forSignaling(new HttpServerOptions(), config))
        .requestHandler(request -> request.toWebSocket().onSuccess(socket -> {
          line = request.connection();
          WebSocketCarrier.attach(socket, line, false, table).open("r", "p");
        }))
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

  private <T> T onLoop(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    context.runOnContext(ignored -> answer.complete(question.get()));
    return answer.join();
  }

  private void sweepAt(long nowNs) {
    onLoop(() -> {
      loop.nowNs = nowNs;
      table.sweep();
      loop.turn();
      return null;
    });
  }

  private boolean isReadFrom() {
    return onLoop(() -> ((ConnectionBase) line).channel().config().isAutoRead());
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

  @Test
  void whoIsNotListenedToIsNotReadFrom() throws Exception {
    endpoint.busy = true;
    NetSocket socket = connect();
    Buffer large = Buffer.buffer(HexFormat.of().parseHex("81ff00000000000186a000000000")).appendBytes(new byte[100_000]);
    for (int i = 0; i < 100; i++) {
      socket.write(large);
    }
    TestNode.eventually("the room is behind", () -> counters.throttled.sum() == 1);
    assertFalse(isReadFrom());
    assertEquals(5, counters.framesIn.sum());
    endpoint.busy = false;
    TestNode.eventually("all of it is heard", () -> onLoop(() -> {
      while (!endpoint.unhandled.isEmpty()) {
        endpoint.unhandled.remove().run();
      }
      // Time for credit, too.
      loop.advanceTo(loop.nowNs + SECOND_NS);
      return counters.framesIn.sum() == 100;
    }));
    assertTrue(isReadFrom());
  }

  @Test
  void aTextFrameThatIsNotUtf8ClosesWith1007AndAReplacementCharacterDoesNot() throws Exception {
    NetSocket socket = connect();
    write(socket, "818300000000" + "efbfbd", "818200000000" + "c328");
    // 0x03ef is 1007.
    until("03ef");
  }
}
