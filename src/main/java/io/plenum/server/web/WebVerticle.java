package io.plenum.server.web;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.net.BindFailure;
import io.plenum.server.ops.Metrics;
import io.plenum.server.ops.Readiness;
import io.plenum.server.signaling.ServerList;
import io.plenum.server.signaling.SignalingEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's HTTP server: the page, signalling over WebSocket and SockJS, health, metrics and dump. One per node, on
 * one loop: all connections and SockJS sessions are its own, and nothing here is locked. HTTP/1.1 only: a page is a
 * dozen files once, and the deadlines of {@link RequestDeadlines} count on one request at a time.
 *
 * <p>In an application that has an HTTP server, the same without page and server: {@code /ws}, {@code /sockjs}, health,
 * metrics and dump go on the application's router, which must be served on this verticle's loop. Deadlines of requests
 * are then the application's.
 */
public final class WebVerticle extends VerticleBase {
  /**
   * A year (RFC 6797): a browser that has been here once never asks without TLS again. Not with a certificate of our own making,
   * which browsers do not take this from.
   */
  private static final String HSTS = "max-age=31536000";
  private static final String PROTOO = "protoo";
  /** Room for two names of 128 characters, percent-encoded, and a token. */
  private static final int MAX_REQUEST_LINE_BYTES = 16 * 1024;
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  /** Linux cuts a connection whose peer has acknowledged nothing for so long, where the native transport is used. */
  private static final int TCP_USER_TIMEOUT_MS = 15_000;
  /**
   * Connections that may wait to be accepted: what Linux allows at most by default. Beyond that it drops the first packet of a
   * connection, and whoever comes in the middle of a burst waits for its repetitions, which double from a second.
   */
  private static final int ACCEPT_BACKLOG = 4_096;
  /** For the clients to answer our goodbye when the node stops. */
  private static final long STOP_MS = 1_000;
  private static final long STOP_CHECK_MS = 20;
  private static final Set<String> MOUNTED = Set.of("/ws", SockJsHandler.PREFIX, "/healthz", "/readyz", "/metrics", "/debug",
      DrainRoutes.PATH);
  private static final Logger log = LoggerFactory.getLogger(WebVerticle.class);

  private final PlenumConfig config;
  private final SignalingEndpoint endpoint;
  private final Readiness readiness;
  private final Metrics metrics;
  private final DebugSource debugSource;
  private final DrainControl drain;
  private final ServerList servers;
  private final Router applications;
  private final List<String> certificateNames;
  private final SignalingCounters counters = new SignalingCounters();
  private final RefusedOrigins refusedOrigins = new RefusedOrigins();
  private OriginPolicy origins;
  private OwnNames names;
  private ConnectionTable table;
  private RequestDeadlines deadlines;
  private StaticPage page;
  private HttpServer server;
  private Route mounted;
  private long sweepTimer;

  /** With a server of its own. */
  public WebVerticle(PlenumConfig config, SignalingEndpoint endpoint, Readiness readiness, Metrics metrics,
      DebugSource debugSource, ServerList servers) {
    this(config, endpoint, readiness, metrics, debugSource, DrainControl.NONE, servers, null, List.of());
  }

  /**
   * Whatever the node must do before it takes clients is {@link Readiness#require required} before this is deployed.
   *
   * @param applications the router to go on, null to listen on {@code http.port}
   * @param certificateNames by which clients may call this node, for a certificate of its own
   */
  public WebVerticle(PlenumConfig config, SignalingEndpoint endpoint, Readiness readiness, Metrics metrics,
      DebugSource debugSource, DrainControl drain, ServerList servers, Router applications,
      List<String> certificateNames) {
    this.certificateNames = certificateNames;
    this.applications = applications;
    this.drain = drain;
    this.config = config;
    this.endpoint = endpoint;
    this.readiness = readiness;
    this.metrics = metrics;
    this.debugSource = debugSource;
    this.servers = servers;
  }

  /** The port listened on, which is {@code http.port} unless that is 0. Once deployed. */
  public int actualPort() {
    return server.actualPort();
  }

  /** Signalling connections that are open. From any thread. */
  public int connections() {
    return table.size();
  }

  SignalingCounters counters() {
    return counters;
  }

  /** Fails with a {@link ConfigException} when the configuration does not make a server. */
  @Override
  public Future<?> start() {
    PlenumConfig.Limits limits = config.limits();
    requirePositive("limits.connections", limits.connections());
    requirePositive("limits.messageBytes", limits.messageBytes());
    requirePositive("limits.messagesPerSecond", limits.messagesPerSecond());
    names = names();
    origins = new OriginPolicy(config.http().allowedOrigins(), servers::knowsOrigin, names);
    Loop loop = Loop.of(vertx, context);
    AddressLimits addresses = new AddressLimits(config.perAddress(), loop);
    table = new ConnectionTable(loop, endpoint, limits, ClientMemory.ofThisProcess(loop), addresses, counters);
    // A SockJS client over HTTP holds two connections: one to receive, one to send.
    deadlines = new RequestDeadlines(loop, (int) Math.min(Integer.MAX_VALUE, 2L * limits.connections()), addresses, counters);
    counters.show(metrics);
    metrics.gauge("signaling_connections_open", "signalling connections that are open", table::size);
    metrics.gauge("signaling_memory_bytes", "bytes kept for and of signalling clients", table.memory()::bytes);
    metrics.gauge("signaling_memory_limit_bytes", "what these may be before the greediest client is cut", table.memory()::limitBytes);
    sweepTimer = vertx.setPeriodic(TimeUnit.NANOSECONDS.toMillis(ConnectionTable.SWEEP_NS), ignored -> {
      table.sweep();
      deadlines.sweep();
    });
    return applications == null ? listen() : mount();
  }

  /** Behind what the application has put on its router already, so that its own gates come first. */
  private Future<?> mount() {
    Thread loopThread = Thread.currentThread();
    Router own = Router.router(vertx);
    serviceRoutes(own);
    mounted = applications.route().handler(routed -> {
      String path = routed.request().path();
      if (!MOUNTED.contains(path) && !path.startsWith(SockJsHandler.PREFIX + "/")) {
        routed.next();
      } else if (Thread.currentThread() == loopThread) {
        own.handle(routed.request());
      } else {
        // Connections are not locked: another loop must not come in.
        log.error("http request on a foreign loop path={}: serve the router by one server, on the context that deployed the node",
            path);
        Answers.text(routed.request(), 500, "The server could not do this; its log says why.\n");
      }
    });
    log.info("web mounted on the application's router");
    return Future.succeededFuture();
  }

  private Future<?> listen() {
    page = new StaticPage(WebVerticle.class.getClassLoader(), config.cluster().enabled());
    Router router = routes();
    HttpServerOptions options = options(config);
    return vertx
        .executeBlocking(() -> {
          TlsSetup.apply(config, certificateNames, options, vertx);
          return options;
        })
        .compose(ready -> {
          server = vertx.createHttpServer(ready);
          return server
              .connectionHandler(deadlines::onConnection)
              .exceptionHandler(e -> log.debug("http connection failed reason=\"{}\"", e.getMessage()))
              .requestHandler(request -> {
                deadlines.onRequest(request);
                if (config.http().tls().mode().equals("pem")) {
                  request.response().putHeader("Strict-Transport-Security", HSTS);
                }
                if (namesOneHost(request)) {
                  router.handle(request);
                } else {
                  Answers.text(request, 400, "A request names one host in its header Host.\n");
                }
              })
              .listen();
        })
        .onSuccess(listening -> log.info("web listening url={}://{}:{}", options.isSsl() ? "https" : "http",
            config.http().host(), listening.actualPort()))
        // BindException from the JDK's sockets, another kind of IOException from the native ones.
        .recover(e -> Future.failedFuture(e instanceof IOException
            ? BindFailure.refusal("http.host " + config.http().host() + " http.port " + config.http().port(), e,
                "http.port", "http.host")
            : e));
  }

  /** Says goodbye to every client, waits a moment for them to take it, and closes. */
  @Override
  public Future<?> stop() {
    if (mounted != null) {
      mounted.remove();
    }
    if (table == null) {
      return Future.succeededFuture();
    }
    table.closeAll(CloseCodes.GOING_AWAY, "the node stops");
    Promise<Void> gone = Promise.promise();
    long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MS);
    vertx.setPeriodic(STOP_CHECK_MS, timer -> {
      if (table.size() == 0 || System.nanoTime() - untilNs > 0) {
        vertx.cancelTimer(timer);
        table.abortAll();
        deadlines.cutAll();
        vertx.cancelTimer(sweepTimer);
        gone.complete();
      }
    });
    return gone.future().compose(ignored -> server == null ? Future.succeededFuture() : server.close());
  }

  static HttpServerOptions options(PlenumConfig config) {
    return forSignaling(new HttpServerOptions(), config)
        .setHost(config.http().host())
        .setPort(config.http().port())
        .setAcceptBacklog(ACCEPT_BACKLOG)
        .setUseAlpn(false)
        .setHttp2ClearTextEnabled(false)
        // Before that is done RequestDeadlines knows nothing of the connection.
        .setSslHandshakeTimeout(RequestDeadlines.REQUEST_NS)
        .setSslHandshakeTimeoutUnit(TimeUnit.NANOSECONDS)
        .setTcpUserTimeout(TCP_USER_TIMEOUT_MS)
        .setTcpKeepAlive(true);
  }

  /** What signalling asks of any HTTP server that carries it. */
  public static HttpServerOptions forSignaling(HttpServerOptions options, PlenumConfig config) {
    int largestFrame = SockJsFrames.maxBodyBytes(config.limits().messageBytes());
    return options
        .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setMaxWebSocketFrameSize(largestFrame)
        .setMaxWebSocketMessageSize(largestFrame)
        .setWebSocketSubProtocols(List.of(PROTOO))
        // Off: a few hundred KiB for each connection, and 1 KiB can unpack to a MiB.
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setWebSocketClosingTimeout((int) TimeUnit.NANOSECONDS.toSeconds(ClientConnection.GOODBYE_NS));
  }

  private void serviceRoutes(Router router) {
    new OpsRoutes(vertx, readiness, metrics, debugSource, names).mount(router);
    new DrainRoutes(drain, config.drain().remote()).mount(router);
    SockJsHandler sockJs = new SockJsHandler(table, deadlines);
    router.route("/sockjs*").handler(routed -> {
      String path = routed.request().path();
      if (!path.equals(SockJsHandler.PREFIX) && !path.startsWith(SockJsHandler.PREFIX + "/")) {
        routed.next();
      } else if (passesOriginGate(routed.request())) {
        sockJs.handle(routed.request());
      }
    });
    router.route("/ws").handler(routed -> {
      if (!passesOriginGate(routed.request())) {
        return;
      }
      if (routed.request().canUpgradeToWebSocket()) {
        upgrade(routed.request());
      } else {
        Answers.text(routed.request(), 400, "Connect here with a WebSocket: /ws?roomId=R&peerId=P\n");
      }
    });
  }

  private Router routes() {
    Router router = Router.router(vertx);
    serviceRoutes(router);
    router.route("/").handler(routed -> {
      if (!routed.request().canUpgradeToWebSocket()) {
        routed.next();
      } else if (passesOriginGate(routed.request())) {
        if (subProtocols(routed.request()).contains(PROTOO)) {
          upgrade(routed.request());
        } else {
          refuse(routed.request(), "At / a WebSocket needs the sub-protocol protoo; /ws takes it without.");
        }
      }
    });
    router.route().handler(routed -> page.handle(routed.request()));
    router.route().failureHandler(this::onFailure);
    // vertx-web answers a path that it cannot decode by itself; say it in words.
    router.errorHandler(400, routed -> Answers.text(routed.request(), 400, "This address cannot be read.\n"));
    return router;
  }

  private void onFailure(RoutingContext routed) {
    Throwable cause = routed.failure();
    if (cause instanceof IllegalArgumentException) {
      Answers.text(routed.request(), 400, "This address cannot be read.\n");
    } else {
      log.error("http request failed path={}", routed.request().path(), cause);
      Answers.text(routed.request(), 500, "The server could not do this; its log says why.\n");
    }
  }

  /** RFC 9112 §3.2; HTTP/1.0 knew no such header. What comes behind would fail on it. */
  private static boolean namesOneHost(HttpServerRequest request) {
    boolean required = request.version() != HttpVersion.HTTP_1_0;
    return request.headers().getAll(HttpHeaders.HOST).size() <= 1 && (!required || request.authority() != null);
  }

  private boolean passesOriginGate(HttpServerRequest request) {
    SignalingCounters.Refused reason = origins.refusal(request);
    if (reason == null) {
      return true;
    }
    counters.refused(reason);
    refusedOrigins.onRefused(reason, request.getHeader(HttpHeaders.ORIGIN), request.getHeader(HttpHeaders.HOST),
        request.remoteAddress(), System.nanoTime());
    Answers.text(request, 403, reason == SignalingCounters.Refused.HOST
        ? "This node is for its own machine and answers to localhost, not to the name you call it by. If that is the name of the "
            + "proxy in front of it, set http.publicUrl to the address that clients use.\n"
        : "Pages of this origin may not connect here (http.allowedOrigins).\n");
    return false;
  }

  /** Where the application listens, its own gates know by which names it is called. */
  private OwnNames names() {
    PlenumConfig.Http http = config.http();
    OwnNames names = applications == null && http.onLoopback() ? OwnNames.ofLoopback() : OwnNames.any();
    if (!http.publicUrl().isEmpty()) {
      names.add(http.publicUrl());
    }
    return names;
  }

  private void upgrade(HttpServerRequest request) {
    String roomId = request.getParam("roomId");
    String peerId = request.getParam("peerId");
    String complaint = ClientConnection.complaintAbout(roomId, peerId);
    List<String> offered = subProtocols(request);
    if (complaint != null) {
      refuse(request, complaint + ". Connect to /ws?roomId=R&peerId=P.");
    } else if (!offered.isEmpty() && !offered.contains(PROTOO)) {
      refuse(request, "The only sub-protocol here is protoo.");
    } else if (servers.draining() && servers.sharedEntry()) {
      // The balancer in front may try the next node, and the client need not know.
      Answers.unavailable(request, "This node is about to stop.\n");
    } else if (!Answers.refusedAsFull(request, table)) {
      request.toWebSocket().onSuccess(socket -> {
        deadlines.onUpgraded(request.connection());
        WebSocketCarrier.attach(socket, request.connection(), false, table).open(roomId, peerId);
      });
    }
  }

  private void refuse(HttpServerRequest request, String sentence) {
    counters.refused(SignalingCounters.Refused.BAD_REQUEST);
    Answers.text(request, 400, sentence + "\n");
  }

  private static List<String> subProtocols(HttpServerRequest request) {
    return request.headers().getAll("Sec-WebSocket-Protocol").stream()
        .flatMap(header -> Arrays.stream(header.split(",")))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new ConfigException("the key " + key + " takes a number above 0, not " + value);
    }
  }
}
