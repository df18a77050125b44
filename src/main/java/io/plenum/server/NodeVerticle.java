package io.plenum.server;

import com.hazelcast.core.HazelcastInstance;
import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.DataLimits;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.protocol.dtls.DtlsCertificate;
import io.plenum.server.cluster.ClusterNode;
import io.plenum.server.cluster.ClusterWarmUp;
import io.plenum.server.cluster.LoneNode;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.config.PublicUrl;
import io.plenum.server.dtls.DtlsOptions;
import io.plenum.server.dtls.DtlsSessions;
import io.plenum.server.net.EventLoops;
import io.plenum.server.net.MediaSocketVerticle;
import io.plenum.server.net.PipeSocketVerticle;
import io.plenum.server.ops.Metrics;
import io.plenum.server.ops.NodeMetrics;
import io.plenum.server.ops.Readiness;
import io.plenum.server.room.ApplicationPeer;
import io.plenum.server.room.Rooms;
import io.plenum.server.room.UnreachedClients;
import io.plenum.server.router.MediaLoop;
import io.plenum.server.router.RouterPlacement;
import io.plenum.server.router.WebRtcTransports;
import io.plenum.server.signaling.ServerList;
import io.plenum.server.signaling.SignalingService;
import io.plenum.server.web.TlsSetup;
import io.plenum.server.web.WebVerticle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.ext.web.Router;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Plenum node: puts the parts together in the order in which they need each other, and takes them apart in the
 * opposite one. Signalling opens only when media can flow.
 */
public final class NodeVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(NodeVerticle.class);
  /** The certificate is made anew with each start; it need only outlive the process. */
  private static final Duration CERTIFICATE_VALIDITY = Duration.ofDays(20 * 365);
  private static final long NTP_EPOCH_OFFSET_SECONDS = 2_208_988_800L;

  private final PlenumConfig config;
  private final ServerIdentity identity;
  private final Addresses addresses;
  private final HazelcastInstance hazelcast;
  private final Consumer<String> mustEnd;
  private final int mediaLoops;
  private final int controlLoops;
  private final List<MediaLoop> loops = new ArrayList<>();
  private final Readiness readiness = new Readiness();
  private final Metrics metrics = new Metrics();
  private final ServerList servers = new ServerList(System::nanoTime);
  private final Consumer<NodeVerticle> whenReady;
  private final UnreachedClients unreached;
  private final Promise<Void> stopped = Promise.promise();
  private DtlsSessions dtls;
  private Rooms rooms;
  private ClusterNode cluster;
  private SignalingService signaling;
  private NodeDrain drain;
  private WebVerticle web;
  private Context webContext;
  private Router router;
  private Context routerContext;

  /**
   * @param hazelcast of the cluster, null if the node is alone
   * @param mediaLoops and {@code controlLoops}: together as many as Vert.x was given event loops
   * @param whenReady called once, from any thread, when the node is warm and takes clients
   * @param mustEnd called with the reason, from any thread: another process with the same serverId has taken over, or nothing here
   *     can be encrypted
   */
  public NodeVerticle(PlenumConfig config, ServerIdentity identity, Addresses addresses, HazelcastInstance hazelcast,
      int mediaLoops, int controlLoops, Consumer<NodeVerticle> whenReady, Consumer<String> mustEnd) {
    this.identity = identity;
    this.addresses = addresses;
    this.unreached = new UnreachedClients(addresses.announced());
    this.hazelcast = hazelcast;
    this.mustEnd = mustEnd;
    this.config = config;
    this.mediaLoops = mediaLoops;
    this.controlLoops = controlLoops;
    this.whenReady = whenReady;
  }

  /**
   * Signalling, health and metrics go on this router, in place of an HTTP server of our own. Before deploying.
   *
   * @param servedBy the event-loop context on which its one HTTP server handles requests
   */
  public void mountOn(Router applications, Context servedBy) {
    router = applications;
    routerContext = servedBy;
  }

  /** The port of our own HTTP server; 0 if there is none. */
  public int httpPort() {
    return router == null ? web.actualPort() : 0;
  }

  /** The application takes part in a room; it is told everything on that context, or on one of its own if null. */
  public Future<ApplicationPeer> enter(
      String room, String peerId, String displayName, Context application, ApplicationPeer.Listener listener) {
    return ApplicationPeer.enter(rooms, room, peerId, displayName,
        application == null ? vertx.getOrCreateContext() : application, listener);
  }

  /** Where a browser on this machine finds the page. */
  public String url() {
    String host = config.http().host();
    boolean here = host.equals("0.0.0.0") || host.equals("::") || host.equals("127.0.0.1");
    String scheme = config.http().tls().mode().equals("off") ? "http" : "https";
    return scheme + "://" + (here ? "localhost" : host) + ":" + web.actualPort();
  }

  /** Addresses of the page for browsers on other machines; none if only this machine reaches it. */
  public List<String> urlsFromOutside() {
    String host = config.http().host();
    if (!config.http().publicUrl().isEmpty()) {
      return List.of(config.http().publicUrl());
    }
    return addresses.outside().stream()
        .filter(address -> host.equals("::") || host.equals("0.0.0.0") && !address.contains(":"))
        .map(address -> PublicUrl.of(config, address, web.actualPort()))
        .toList();
  }

  @Override
  public Future<?> start() throws Exception {
    log.info("node starting server={} incarnation={} ip={} announced={} mediaLoops={}", identity.serverId(),
        identity.incarnation(), addresses.nodeIp(), String.join(",", addresses.announced()), mediaLoops);
    if (addresses.doubt() != null) {
      log.warn("announced address in doubt: {}", addresses.doubt());
    }
    EventLoops eventLoops = new EventLoops(vertx, mediaLoops, controlLoops, routerContext);
    SecureRandom random = new SecureRandom();
    Instant now = Instant.now();
    DtlsCertificate certificate =
        DtlsCertificate.generate(random, now.minus(Duration.ofDays(1)), now.plus(CERTIFICATE_VALIDITY));
    dtls = new DtlsSessions(certificate, random, DtlsOptions.defaults());

    long ntpAtZeroNs = ntpAtZeroNs();
    DataLimits dataLimits = new DataLimits(config.limits().dataMessagesPerSecond(), config.limits().dataBytesPerSecond());
    for (Context mediaContext : eventLoops.media()) {
      int index = loops.size();
      MediaLoop loop = new MediaLoop(vertx, mediaContext, new RouterEnvironment(random, ntpAtZeroNs, dataLimits),
          afterRead -> new MediaSocketVerticle(index, config, addresses.listened(), afterRead),
          afterRead -> new PipeSocketVerticle(index, config, addresses.pipeIp(), afterRead));
      loops.add(loop);
    }
    RtpCapabilities capabilities = RouterCapabilities.generate(MediaCodecs.withTelephony());
    RouterPlacement placement = new RouterPlacement(loops, capabilities);
    cluster = hazelcast == null ? null : new ClusterNode(vertx, eventLoops.nextControl(), hazelcast, config,
        addresses.clusterIp(), identity, version(), servers::others, reason -> mustEnd.accept("another process has taken over: " + reason));
    rooms = new Rooms(eventLoops, placement, config, cluster == null ? new LoneNode(vertx, config) : cluster, unreached);
    WebRtcTransports transports = new WebRtcTransports(dtls, addresses.announced(), config.media());
    signaling = new SignalingService(vertx, rooms, transports, config.limits(), servers);
    WarmUp.require(readiness);
    NodeMetrics.show(metrics, loops, dtls, unreached::count);
    if (cluster != null) {
      NodeMetrics.showCluster(metrics, loops, cluster);
    }
    webContext = eventLoops.home();
    drain = new NodeDrain(vertx, eventLoops.nextControl(), rooms, servers, config.drain(), this::onDraining);
    web = new WebVerticle(config, signaling, readiness, metrics, new RoomDump(rooms), drain, servers, router,
        addresses.names());
    return vertx
        .executeBlocking(() -> {
          TlsSetup.check(config, vertx);
          return null;
        })
        .compose(checked -> openSockets())
        .compose(v -> startCluster())
        .compose(v -> deploy(web, webContext))
        // Vert.x stops nothing that did not start: what is open already would stay open.
        .recover(failure -> stop().transform(stopped -> Future.failedFuture(failure)))
        .onSuccess(v -> {
          if (router == null) {
            servers.own(publicUrl());
          }
          WarmUp.start(dtls, cluster == null ? () -> { } : ClusterWarmUp::run, readiness, this::onWarm, mustEnd);
        });
  }

  private Future<?> openSockets() {
    List<Future<?>> sockets = new ArrayList<>();
    for (MediaLoop loop : loops) {
      sockets.add(deploy(loop.socket(), loop.context()));
      if (config.cluster().enabled()) {
        sockets.add(deploy(loop.pipeSocket(), loop.context()));
      }
    }
    // join: all have opened or failed before anything is closed again.
    return Future.join(sockets).onSuccess(open -> log.info("sockets open media={} pipe={} transport={}",
        addresses.listened().stream().map(ip -> range(ip, loop -> loop.socket().port()))
            .collect(Collectors.joining(",")),
        config.cluster().enabled() ? range(config.pipe().ip(), loop -> loop.pipeSocket().port()) : "none",
        vertx.isNativeTransportEnabled() ? "native" : "nio"));
  }

  /** As the log has it: {@code 192.0.2.2:40000-40003}. */
  private String range(String ip, ToIntFunction<MediaLoop> port) {
    int first = port.applyAsInt(loops.get(0));
    int last = port.applyAsInt(loops.get(loops.size() - 1));
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + first + (last == first ? "" : "-" + last);
  }

  private String publicUrl() {
    return PublicUrl.of(config, addresses.nodeIp(), web.actualPort());
  }

  /** A node that is still cold is no refuge for clients of another; one on an application's router has no address of its own. */
  private void onWarm() {
    webContext.runOnContext(v -> signaling.onWarm());
    if (cluster != null && router == null) {
      cluster.announce(publicUrl());
    }
    whenReady.accept(this);
  }

  private Future<Void> startCluster() {
    if (cluster == null) {
      return Future.succeededFuture();
    }
    return cluster.start();
  }

  /** On the context where it shall live. */
  static Future<?> deploy(VerticleBase verticle, Context context) {
    Promise<Void> deployed = Promise.promise();
    context.runOnContext(v -> {
      try {
        verticle.deploy(context).<Void>mapEmpty().onComplete(deployed);
      } catch (Exception e) {
        deployed.fail(e);
      }
    });
    return deployed.future();
  }

  private static Future<?> undeploy(VerticleBase verticle, Context context) {
    Promise<Void> undeployed = Promise.promise();
    context.runOnContext(v -> {
      try {
        verticle.undeploy(context).<Void>mapEmpty().onComplete(undeployed);
      } catch (Exception e) {
        undeployed.fail(e);
      }
    });
    return undeployed.future();
  }

  private static String version() {
    String version = NodeVerticle.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  /** NTP time when {@link System#nanoTime} is 0. */
  private static long ntpAtZeroNs() {
    Instant now = Instant.now();
    long nanoTime = System.nanoTime();
    long ntpNow = (now.getEpochSecond() + NTP_EPOCH_OFFSET_SECONDS << 32) + ((long) now.getNano() << 32) / 1_000_000_000L;
    long seconds = Math.floorDiv(nanoTime, 1_000_000_000L);
    long rest = Math.floorMod(nanoTime, 1_000_000_000L);
    return ntpNow - (seconds << 32) - (rest << 32) / 1_000_000_000L;
  }

  /**
   * Takes no more clients and sends those that are here to other nodes, if there are any. Completes when they have gone, or
   * {@code drain.timeoutS} has passed. From any thread, once started.
   */
  public Future<Void> drain() {
    return stopped.future().isComplete() ? Future.succeededFuture() : drain.finish();
  }

  /** Ends {@link #drain}: who is still here is closed when the node is. */
  public void hurry() {
    drain.hurry();
  }

  private void onDraining() {
    readiness.require(Readiness.NOT_DRAINING);
    if (cluster != null) {
      cluster.drain();
    }
  }

  /** Completes when everything is closed, whoever asked for it. */
  public Future<Void> stopped() {
    return stopped.future();
  }

  @Override
  public Future<?> stop() {
    Future<Void> drained = drain == null ? Future.succeededFuture() : drain.finish();
    return drained.transform(done -> close());
  }

  private Future<Void> close() {
    log.info("node stopping");
    Future<?> webStopped = web == null ? Future.succeededFuture() : undeploy(web, webContext);
    return webStopped
        .eventually(() -> cluster == null ? Future.succeededFuture() : cluster.stop())
        .eventually(this::stopMedia)
        .onComplete(done -> stopped.tryComplete())
        .mapEmpty();
  }

  private Future<?> stopMedia() {
    List<Future<?>> sockets = new ArrayList<>();
    for (MediaLoop loop : loops) {
      sockets.add(undeploy(loop.socket(), loop.context()));
      sockets.add(undeploy(loop.pipeSocket(), loop.context()));
    }
    return Future.join(sockets).onComplete(v -> {
      dtls.close();
      metrics.close();
    });
  }
}
