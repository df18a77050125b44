package io.plenum;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.plenum.server.Addresses;
import io.plenum.server.DataDirLock;
import io.plenum.server.NodeVerticle;
import io.plenum.server.ServerIdentity;
import io.plenum.server.cluster.GridConfig;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** Starts one node: {@code java -jar plenum.jar [--conf FILE] [--KEY=VALUE …]}. */
public final class Plenum {
  /** Configuration that cannot be used, or a port that is taken. */
  private static final int EXIT_CANNOT_START = 2;

  private static final long STOP_TIMEOUT_SECONDS = 10;

  /**
   * A connection of the event bus that was cut silently for half a minute would, after the cut has healed, wait as long
   * again for TCP to try once more; so it is given up, and made anew when there is something to say.
   */
  private static final int BUS_PING_INTERVAL_MS = 2_000;
  private static final int BUS_PING_TIMEOUT_MS = 6_000;
  private static final int BUS_CONNECT_TIMEOUT_MS = 2_000;

  private Plenum() {}

  public static void main(String[] args) {
    try {
      start(new ConfigLoader().load(args, System.getenv()));
    } catch (ConfigException e) {
      fail(e.getMessage());
    } catch (IOException e) {
      fail("cannot write to data.dir: " + e.getMessage());
    }
  }

  private static void start(PlenumConfig config) throws IOException {
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.toLevel(config.log().level(), Level.INFO));
    int mediaLoops = config.media().loops() > 0 ? config.media().loops() : Runtime.getRuntime().availableProcessors();
    int controlLoops = Math.max(1, mediaLoops / 2);
    VertxOptions options = new VertxOptions()
        .setPreferNativeTransport(true)
        .setEventLoopPoolSize(mediaLoops + controlLoops);
    DataDirLock lock = DataDirLock.acquire(Path.of(config.data().dir()));
    ServerIdentity identity = ServerIdentity.load(Path.of(config.data().dir()));
    Addresses addresses = Addresses.of(config);
    if (!config.cluster().enabled()) {
      deploy(Vertx.vertx(options), lock, new NodeVerticle(
          config, identity, addresses, null, mediaLoops, controlLoops, Plenum::sayReady, Plenum::fail));
      return;
    }
    options.getEventBusOptions()
        .setHost(addresses.nodeIp())
        .setPort(config.cluster().busPort())
        .setConnectTimeout(BUS_CONNECT_TIMEOUT_MS)
        .setClusterPingInterval(BUS_PING_INTERVAL_MS)
        .setClusterPingReplyInterval(BUS_PING_TIMEOUT_MS);
    HazelcastClusterManager manager =
        new HazelcastClusterManager(GridConfig.of(config, addresses.nodeIp(), identity));
    Vertx.builder().with(options).withClusterManager(manager).buildClustered()
        .onFailure(failure -> fail("cannot join the cluster: " + failure.getMessage()))
        .onSuccess(vertx -> deploy(vertx, lock, new NodeVerticle(config, identity, addresses, manager.getHazelcastInstance(),
            mediaLoops, controlLoops, Plenum::sayReady, Plenum::fail)));
  }

  private static void sayReady(NodeVerticle node) {
    System.out.println("Plenum is ready: " + node.url());
  }

  private static void deploy(Vertx vertx, DataDirLock lock, NodeVerticle node) {
    vertx.deployVerticle(node).onComplete(deployed -> {
      if (deployed.failed()) {
        fail(deployed.cause().getMessage());
      }
    });
    // A signal closes the connections and sockets in order before the process ends.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      CountDownLatch closed = new CountDownLatch(1);
      vertx.close().onComplete(done -> closed.countDown());
      try {
        closed.await(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        lock.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IOException e) {
        // The lock goes with the process.
      }
    }, "plenum-stop"));
  }

  private static void fail(String reason) {
    System.err.println("plenum: " + reason);
    Runtime.getRuntime().halt(EXIT_CANNOT_START);
  }
}
