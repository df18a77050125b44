package io.plenum.server.web;

import io.plenum.server.config.ConfigLoader;
import io.plenum.server.ops.Metrics;
import io.plenum.server.ops.Readiness;
import io.plenum.server.signaling.ProtooConnection;
import io.plenum.server.signaling.ServerList;
import io.plenum.server.signaling.SignalingEndpoint;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A web layer on a free port of loopback, with an endpoint that writes down what it is told, and clients to try it. */
final class TestNode implements AutoCloseable {
  /** Only a failing test waits so long; a machine with other work on it may need some of it. */
  static final long PATIENCE_S = 60;

  /** One connection as the endpoint saw it. */
  static final class Peer implements SignalingEndpoint.Connection {
    final String roomId;
    final String peerId;
    final ProtooConnection.FrameChannel channel;
    final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
    /** Of each frame that came while {@link #busy}. */
    final BlockingQueue<Runnable> unhandled = new LinkedBlockingQueue<>();
    volatile boolean busy;

    Peer(String roomId, String peerId, ProtooConnection.FrameChannel channel) {
      this.roomId = roomId;
      this.peerId = peerId;
      this.channel = channel;
    }

    @Override
    public void onFrame(String text, Runnable handled) {
      if (busy) {
        unhandled.add(handled);
      } else {
        handled.run();
      }
      frames.add(text);
    }

    @Override
    public void onClosed() {
      closed.add("closed");
    }

    List<String> takeFrames(int count) throws InterruptedException {
      List<String> taken = new ArrayList<>();
      while (taken.size() < count) {
        String frame = frames.poll(PATIENCE_S, TimeUnit.SECONDS);
        if (frame == null) {
          throw new AssertionError("only " + taken.size() + " of " + count + " frames came");
        }
        taken.add(frame);
      }
      return taken;
    }
  }

  /** A client's WebSocket, with what it received. */
  static final class Socket {
    final WebSocket socket;
    final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    /** Listens before it connects: the server may speak first, and from another loop than the caller's. */
    Socket(ClientWebSocket socket) {
      this.socket = socket;
      socket.textMessageHandler(received::add);
      socket.closeHandler(ignored -> closed.add(socket.closeStatusCode() + " " + socket.closeReason()));
    }

    String next() throws InterruptedException {
      return TestNode.take(received);
    }

    String closeCode() throws InterruptedException {
      return TestNode.take(closed);
    }
  }

  record Answer(int status, MultiMap headers, String body) {}

  final Vertx vertx = Vertx.vertx();
  final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
  final Readiness readiness = new Readiness();
  final Metrics metrics = new Metrics();
  final ServerList servers = new ServerList(System::nanoTime);
  final WebVerticle web;
  final int port;
  private final boolean ssl;
  private final HttpClient http;
  private final WebSocketClient webSockets;

  TestNode(DebugSource debugSource, String... arguments) {
    String[] all = Stream.concat(Stream.of("--http.host=127.0.0.1", "--http.port=0"), Stream.of(arguments))
        .toArray(String[]::new);
    var config = new ConfigLoader().load(all, Map.of());
    ssl = !config.http().tls().mode().equals("off");
    web = new WebVerticle(config, (roomId, peerId, channel) -> {
      Peer peer = new Peer(roomId, peerId, channel);
      peers.add(peer);
      return peer;
    }, readiness, metrics, debugSource, servers);
    http = vertx.createHttpClient(new HttpClientOptions().setSsl(ssl).setTrustAll(true).setVerifyHost(false),
        new PoolOptions().setHttp1MaxSize(50));
    webSockets = vertx.createWebSocketClient(new WebSocketClientOptions().setSsl(ssl).setTrustAll(true)
        .setVerifyHost(false).setMaxConnections(2_000).setMaxFrameSize(1 << 20).setMaxMessageSize(1 << 20));
    try {
      await(vertx.deployVerticle(web));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    port = web.actualPort();
  }

  TestNode(String... arguments) {
    this(room -> Future.succeededFuture(Map.of()), arguments);
  }

  static <T> T await(Future<T> future) {
    try {
      return future.await(PATIENCE_S, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("nothing within " + PATIENCE_S + " s", e);
    }
  }

  static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T taken = queue.poll(PATIENCE_S, TimeUnit.SECONDS);
    if (taken == null) {
      throw new AssertionError("nothing within " + PATIENCE_S + " s");
    }
    return taken;
  }

  /** For what no event announces. */
  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - untilNs > 0) {
        throw new AssertionError("not within " + PATIENCE_S + " s: " + what);
      }
      Thread.sleep(5);
    }
  }

  Peer peer() throws InterruptedException {
    return take(peers);
  }

  Future<WebSocket> open(String uri, List<String> subProtocols, Map<String, String> headers) {
    return webSockets.connect(to(uri, subProtocols).setHeaders(MultiMap.caseInsensitiveMultiMap().addAll(headers)));
  }

  private WebSocketConnectOptions to(String uri, List<String> subProtocols) {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI(uri).setSsl(ssl);
    subProtocols.forEach(options::addSubProtocol);
    return options;
  }

  Socket socket(String uri, String... subProtocols) {
    ClientWebSocket client = webSockets.webSocket();
    Socket socket = new Socket(client);
    await(client.connect(to(uri, List.of(subProtocols))));
    return socket;
  }

  /** What an upgrade came to: 101, or the status it was refused with. */
  int upgradeStatus(String uri, List<String> subProtocols, Map<String, String> headers) {
    Future<Integer> status = open(uri, subProtocols, headers)
        .compose(socket -> socket.close().map(101))
        .recover(e -> e instanceof UpgradeRejectedException rejected
            ? Future.succeededFuture(rejected.getStatus()) : Future.failedFuture(e));
    return await(status);
  }

  Future<Answer> send(HttpMethod method, String uri, Map<String, String> headers, String body) {
    RequestOptions options =
        new RequestOptions().setMethod(method).setHost("127.0.0.1").setPort(port).setURI(uri).setSsl(ssl);
    headers.forEach(options::addHeader);
    // Nested, so that the body is asked for on the response's own loop before it has come and gone.
    return http.request(options).compose(request -> (body == null ? request.send() : request.send(Buffer.buffer(body)))
        .compose(response -> response.body()
            .map(read -> new Answer(response.statusCode(), response.headers(), read.toString()))));
  }

  Answer get(String uri) {
    return get(uri, Map.of());
  }

  Answer get(String uri, Map<String, String> headers) {
    return await(send(HttpMethod.GET, uri, headers, null));
  }

  Answer post(String uri, String body) {
    return await(send(HttpMethod.POST, uri, Map.of(), body));
  }

  @Override
  public void close() {
    await(vertx.close());
    metrics.close();
  }
}
