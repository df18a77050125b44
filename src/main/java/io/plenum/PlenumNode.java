package io.plenum;

import com.hazelcast.cluster.Member;
import io.plenum.media.PlenumException;
import io.plenum.server.Addresses;
import io.plenum.server.ListenCheck;
import io.plenum.server.NodeVerticle;
import io.plenum.server.cluster.ClusteredVertx;
import io.plenum.server.cluster.GridConfig;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.room.ApplicationPeer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A node that runs: the one way to start one, alone in a process or in an application that has a Vert.x already.
 *
 * <pre>{@code
 * PlenumOptions options = PlenumOptions.of(Map.of("http.port", "8080"));
 * Vertx vertx = Vertx.vertx(options.addTo(new VertxOptions()));
 * PlenumNode.deploy(vertx, options).onSuccess(node -> …);
 * }</pre>
 *
 * <p>The node takes {@code media.loops} event loops of the Vert.x for media, and half as many for signalling and rooms.
 * Vert.x puts the application's verticles on the same loops; one that blocks its loop holds up media.
 */
public final class PlenumNode {
  /** An event loop that does not come back is named that often. On a busy machine a start takes some of them so far. */
  private static final long BLOCKED_S = 5;
  /** From then on with its stack. */
  private static final long STUCK_S = 30;

  private final NodeVerticle verticle;
  private final Future<Void> ready;
  private final Supplier<Future<Void>> stop;
  private Future<Void> closed;

  private PlenumNode(NodeVerticle verticle, Future<Void> ready, Supplier<Future<Void>> stop) {
    this.verticle = verticle;
    this.ready = ready;
    this.stop = stop;
  }

  /**
   * Starts a node on this Vert.x.
   *
   * @return the node when its sockets are open; {@link #ready} says when it is warm. Fails with a {@link ConfigException}
   *     of one line when the options, the Vert.x or a port that is taken do not allow it; nothing is left open then.
   */
  public static Future<PlenumNode> deploy(Vertx vertx, PlenumOptions options) {
    Addresses addresses;
    try {
      check(vertx, options);
      addresses = Addresses.of(options.config());
      options.use();
    } catch (ConfigException e) {
      return Future.failedFuture(e);
    }
    Promise<Void> warm = Promise.promise();
    Promise<String> mustEnd = Promise.promise();
    NodeVerticle verticle = new NodeVerticle(options.config(), options.identity(), addresses,
        options.hazelcast(), options.mediaLoops(), options.controlLoops(), node -> warm.tryComplete(),
        mustEnd::tryComplete);
    if (options.router() != null) {
      verticle.mountOn(options.router(), Vertx.currentContext());
    }
    verticle.stopped().onComplete(stopped -> options.release());
    return vertx.deployVerticle(verticle).onFailure(failure -> options.release()).map(id -> {
      PlenumNode node = new PlenumNode(verticle, warm.future(), () -> stop(vertx, id, verticle));
      Consumer<String> handler = options.whenSuperseded();
      mustEnd.future()
          .onSuccess(reason -> warm.tryFail(new IllegalStateException(reason)))
          .onSuccess(handler != null ? handler::accept : reason -> node.closeNow());
      return node;
    });
  }

  /** A verticle that deploys a node takes it along when it is undeployed itself; then Vert.x knows the node no more. */
  private static Future<Void> stop(Vertx vertx, String deploymentId, NodeVerticle verticle) {
    return vertx.undeploy(deploymentId).recover(failure -> verticle.stopped());
  }

  /**
   * Makes a Vert.x, clustered if {@code cluster.enabled}, and starts a node on it. Closing the node closes both.
   *
   * @throws ConfigException if a port is taken, or an address is not this machine's
   */
  static Future<PlenumNode> start(PlenumOptions options) {
    PlenumConfig config = options.config();
    Addresses addresses = Addresses.of(config);
    ListenCheck.require(config, addresses, options.mediaLoops());
    VertxOptions vertxOptions = new VertxOptions()
        .setPreferNativeTransport(true)
        .setMaxEventLoopExecuteTime(BLOCKED_S)
        .setMaxEventLoopExecuteTimeUnit(TimeUnit.SECONDS)
        .setBlockedThreadCheckInterval(BLOCKED_S)
        .setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS)
        .setWarningExceptionTime(STUCK_S)
        .setWarningExceptionTimeUnit(TimeUnit.SECONDS)
        .setEventLoopPoolSize(options.mediaLoops() + options.controlLoops());
    // Of no context: it must be told also when the Vert.x that it was about has been closed.
    Promise<PlenumNode> started = Promise.promise();
    if (!config.cluster().enabled()) {
      Vertx vertx = Vertx.vertx(vertxOptions);
      deployAsOwner(vertx, options, () -> close(vertx), started);
      return started.future();
    }
    ClusteredVertx.join(vertxOptions, config, addresses.clusterIp(), options.identity())
        .onFailure(started::fail)
        .onSuccess(joined -> deployAsOwner(joined.vertx(), options.hazelcast(joined.hazelcast()), joined::close, started));
    return started.future();
  }

  /** The node before its Vert.x, which would close the sockets under it: clients would hear 1000 in place of why. */
  private static void deployAsOwner(
      Vertx vertx, PlenumOptions options, Supplier<Future<Void>> close, Promise<PlenumNode> started) {
    deploy(vertx, options)
        .onSuccess(node -> started.complete(new PlenumNode(node.verticle, node.ready,
            () -> stopWithVertx(node, close))))
        .onFailure(failure -> close.get().onComplete(closed -> started.fail(failure)));
  }

  private static Future<Void> stopWithVertx(PlenumNode node, Supplier<Future<Void>> close) {
    // Of no context, as in close: the loops are gone when it completes.
    Promise<Void> closed = Promise.promise();
    node.stop.get().onComplete(undeployed -> close.get().onComplete(closed));
    return closed.future();
  }

  /** On a thread of its own: an event loop that is closed cannot say any more that it is. */
  private static Future<Void> close(Vertx vertx) {
    Promise<Void> closed = Promise.promise();
    new Thread(() -> vertx.close().onComplete(closed), "plenum-close").start();
    return closed.future();
  }

  private static void check(Vertx vertx, PlenumOptions options) {
    boolean clustered = options.hazelcast() != null;
    if (clustered != options.config().cluster().enabled()) {
      throw new ConfigException(clustered
          ? "a node with a Hazelcast needs cluster.enabled=true"
          : "cluster.enabled=true needs the Hazelcast of the clustered Vert.x: PlenumOptions.hazelcast");
    }
    if (clustered && !vertx.isClustered()) {
      throw new ConfigException("cluster.enabled=true needs a clustered Vert.x: Vertx.builder().withClusterManager");
    }
    if (clustered) {
      Member member = options.hazelcast().getCluster().getLocalMember();
      if (!options.identity().serverId().equals(member.getAttribute(GridConfig.SERVER_ID))
          || !Long.toString(options.identity().incarnation()).equals(member.getAttribute(GridConfig.INCARNATION))) {
        throw new ConfigException("this Hazelcast was not made for this node: build its Config with PlenumOptions.addTo of the same options");
      }
    }
    if (options.router() != null) {
      Context context = Vertx.currentContext();
      if (context == null || !context.isEventLoopContext()) {
        throw new ConfigException("with a router, deploy the node from the event-loop verticle whose server serves it");
      }
    }
  }

  /**
   * Completes when handshakes and ciphers are warm and {@code /readyz} says yes. Clients that come earlier wait until then. Fails
   * when that will never be.
   */
  public Future<Void> ready() {
    return ready;
  }

  /** The port of its HTTP server; 0 if it is on the application's router. */
  public int httpPort() {
    return verticle.httpPort();
  }

  /**
   * Where a browser on this machine finds the page.
   *
   * @throws IllegalStateException if the node is on the application's router, which alone knows
   */
  public String url() {
    if (verticle.httpPort() == 0) {
      throw new IllegalStateException("the application's server knows its address");
    }
    return verticle.url();
  }

  /** Addresses of the page for other machines; none if only this one reaches it, or on the application's router. */
  List<String> urlsFromOutside() {
    return verticle.httpPort() == 0 ? List.of() : verticle.urlsFromOutside();
  }

  /**
   * The application joins a room as a peer of its own: others see it, hear what it sends, and what they send it hears, on
   * whatever node of the cluster they are. A room stays open on this node as long as the application is in it.
   *
   * @param peerId unique in the room; who joins with the same later takes its place
   * @param onMessage called on the caller's Vert.x context, as the future is
   * @return the application's place in the room; fails with a {@link PlenumException} such as {@code too-many-peers}
   */
  public Future<PlenumRoom> join(
      String room, String peerId, String displayName, Handler<PlenumRoom.Message> onMessage) {
    Promise<String> left = Promise.promise();
    return verticle.enter(room, peerId, displayName, Vertx.currentContext(), new ApplicationPeer.Listener() {
      @Override
      public void onMessage(String from, String label, boolean text, byte[] content) {
        onMessage.handle(new PlenumRoom.Message(from, label, text, Buffer.buffer(content)));
      }

      @Override
      public void onLeft(String reason) {
        left.tryComplete(reason);
      }
    }).map(peer -> new PlenumRoom(peer, left.future()));
  }

  /**
   * Drains: takes no more clients and sends those it has to other nodes of the cluster, if there are any, for at most
   * {@code drain.timeoutS}. Then says goodbye to who is left, leaves the cluster's rooms and closes the sockets. May be
   * called again. A node that was deployed from within a verticle is also closed with it.
   */
  public synchronized Future<Void> close() {
    if (closed == null) {
      closed = verticle.drain().transform(drained -> stop.get());
    }
    return closed;
  }

  /** As {@link #close}, also after that has begun, but sends nobody anywhere and waits for nobody. */
  public Future<Void> closeNow() {
    verticle.hurry();
    return close();
  }
}
