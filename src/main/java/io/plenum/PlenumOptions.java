package io.plenum;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import io.plenum.server.DataDirLock;
import io.plenum.server.ServerIdentity;
import io.plenum.server.cluster.BusTls;
import io.plenum.server.cluster.ClusterKeys;
import io.plenum.server.cluster.GridConfig;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.web.WebVerticle;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What {@link PlenumNode} starts with: the configuration, who the node is, and what of the application it uses. Made
 * once for each start of a node, because it counts the start in {@code data.dir}.
 */
public final class PlenumOptions {
  private final PlenumConfig config;
  private final ServerIdentity identity;
  /** Kept until the node is closed, or the process ends. */
  private final DataDirLock lock;
  private final AtomicBoolean used = new AtomicBoolean();
  private HazelcastInstance hazelcast;
  private Router router;
  private Consumer<String> whenSuperseded;

  private PlenumOptions(PlenumConfig config) {
    this.config = config;
    try {
      Path dataDir = Path.of(config.data().dir());
      this.lock = DataDirLock.acquire(dataDir);
      this.identity = ServerIdentity.load(dataDir);
    } catch (IOException e) {
      throw new ConfigException("cannot write to data.dir: " + e.getMessage());
    }
  }

  /** @throws ConfigException if {@code data.dir} cannot be written */
  public static PlenumOptions of(PlenumConfig config) {
    return new PlenumOptions(config);
  }

  /**
   * @param keys of {@code conf/plenum.yaml} with values as they would stand there; what is left out has its default
   * @throws ConfigException with one line that names the key that cannot be used
   */
  public static PlenumOptions of(Map<String, String> keys) {
    return new PlenumOptions(new ConfigLoader().load(keys));
  }

  /**
   * Gives the Vert.x that is to be made enough event loops: those of the node beside those that were asked for
   * already, or that Vert.x has by default. With {@code cluster.secret}, its clustered event bus, whose address and port
   * are the application's choice, speaks to no node that does not know the secret.
   *
   * @return the same options
   */
  public VertxOptions addTo(VertxOptions vertx) {
    PlenumConfig.Cluster cluster = config.cluster();
    if (cluster.enabled() && !cluster.secret().isEmpty()) {
      BusTls.secure(vertx.getEventBusOptions(), ClusterKeys.of(cluster.secret(), cluster.name()), new SecureRandom());
    }
    return vertx
        .setPreferNativeTransport(true)
        .setEventLoopPoolSize(Math.max(vertx.getEventLoopPoolSize(), mediaLoops() + controlLoops()));
  }

  /**
   * Adds the node's maps and its identity to the configuration of a Hazelcast that is to be made for the
   * application's clustered Vert.x.
   *
   * @return the same configuration
   */
  public Config addTo(Config hazelcastConfig) {
    return GridConfig.addTo(hazelcastConfig, identity);
  }

  /** Lets the application's HTTP server carry signalling: sub-protocol and sizes of messages. */
  public HttpServerOptions addTo(HttpServerOptions http) {
    return WebVerticle.forSignaling(http, config);
  }

  /**
   * Joins the cluster of this Hazelcast, which the application's Vert.x is clustered by and whose configuration has
   * been through {@link #addTo(Config)}. Without it the node is alone.
   */
  public PlenumOptions hazelcast(HazelcastInstance instance) {
    hazelcast = instance;
    return this;
  }

  /**
   * Puts {@code /ws}, {@code /sockjs}, {@code /healthz}, {@code /readyz}, {@code /metrics} and {@code /debug} on this router in place
   * of listening on {@code http.port}. They come behind what it has already, so the application's own gates come first;
   * but a {@code BodyHandler} must not be in front of {@code /sockjs}. One HTTP server serves the router, on the
   * event-loop context that calls {@link PlenumNode#deploy}. The page is not served.
   */
  public PlenumOptions router(Router applications) {
    router = applications;
    return this;
  }

  /**
   * Called with the reason when the node cannot go on: another process with its serverId has taken over, or nothing can be encrypted
   * in this JVM. By default the node closes.
   */
  public PlenumOptions whenSuperseded(Consumer<String> handler) {
    whenSuperseded = handler;
    return this;
  }

  PlenumConfig config() {
    return config;
  }

  /** @throws ConfigException at the second time: a start has a number of its own */
  void use() {
    if (used.getAndSet(true)) {
      throw new ConfigException("these options have had their start: make new ones for another");
    }
  }

  /** Another node may have {@code data.dir} from now on. */
  void release() {
    try {
      lock.close();
    } catch (IOException e) {
      // Then it goes with the process.
    }
  }

  ServerIdentity identity() {
    return identity;
  }

  HazelcastInstance hazelcast() {
    return hazelcast;
  }

  Router router() {
    return router;
  }

  Consumer<String> whenSuperseded() {
    return whenSuperseded;
  }

  int mediaLoops() {
    return config.media().loops() > 0 ? config.media().loops() : Runtime.getRuntime().availableProcessors();
  }

  int controlLoops() {
    return Math.max(1, mediaLoops() / 2);
  }
}
