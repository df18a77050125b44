package io.plenum.server.cluster;

import com.hazelcast.core.HazelcastInstance;
import io.plenum.server.ServerIdentity;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.security.SecureRandom;

/** A Vert.x that is a member of the cluster: grid and event bus, each behind the cluster's secret. */
public final class ClusteredVertx {
  /**
   * A connection of the event bus that was cut silently for half a minute would, after the cut has healed, wait as long
   * again for TCP to try once more; so it is given up, and made anew when there is something to say.
   */
  private static final int BUS_PING_INTERVAL_MS = 2_000;
  private static final int BUS_PING_TIMEOUT_MS = 6_000;
  private static final int BUS_CONNECT_TIMEOUT_MS = 2_000;

  private final Vertx vertx;
  private final HazelcastInstance hazelcast;

  private ClusteredVertx(Vertx vertx, HazelcastInstance hazelcast) {
    this.vertx = vertx;
    this.hazelcast = hazelcast;
  }

  /**
   * Joins the cluster, on a thread of its own because it waits for the others.
   *
   * @param options in which the event bus is still to be described
   * @param ip that grid and bus listen on
   * @return of no context; fails with a {@link ConfigException}, and nothing is left open then
   */
  public static Future<ClusteredVertx> join(
      VertxOptions options, PlenumConfig config, String ip, ServerIdentity identity) {
    Promise<ClusteredVertx> joined = Promise.promise();
    new Thread(() -> {
      try {
        ClusterKeys keys = ClusterKeys.of(config.cluster().secret(), config.cluster().name());
        describeBus(options.getEventBusOptions(), config, ip, keys);
        HazelcastInstance hazelcast = GuardedGrid.start(GridConfig.of(config, ip, identity, keys), keys);
        build(options, hazelcast, joined);
      } catch (RuntimeException e) {
        joined.fail(e instanceof ConfigException ? e : failure(e));
      }
    }, "plenum-join").start();
    return joined.future();
  }

  private static void describeBus(EventBusOptions bus, PlenumConfig config, String ip, ClusterKeys keys) {
    BusTls.secure(bus, keys, new SecureRandom())
        .setHost(ip)
        .setPort(config.cluster().busPort())
        .setConnectTimeout(BUS_CONNECT_TIMEOUT_MS)
        .setClusterPingInterval(BUS_PING_INTERVAL_MS)
        .setClusterPingReplyInterval(BUS_PING_TIMEOUT_MS);
  }

  private static void build(VertxOptions options, HazelcastInstance hazelcast, Promise<ClusteredVertx> joined) {
    Vertx.builder().with(options).withClusterManager(new HazelcastClusterManager(hazelcast)).buildClustered()
        .onFailure(cause -> new Thread(() -> {
          hazelcast.getLifecycleService().shutdown();
          joined.fail(failure(cause));
        }, "plenum-close").start())
        .onSuccess(vertx -> {
          // All that we say is text: nothing is ever made of a class that a message names.
          vertx.eventBus().serializableChecker(name -> false).clusterSerializableChecker(name -> false);
          joined.complete(new ClusteredVertx(vertx, hazelcast));
        });
  }

  private static ConfigException failure(Throwable cause) {
    return new ConfigException("cannot join the cluster: " + cause.getMessage());
  }

  public Vertx vertx() {
    return vertx;
  }

  public HazelcastInstance hazelcast() {
    return hazelcast;
  }

  /** Of no context: the loops are gone when it completes. */
  public Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    new Thread(() -> vertx.close().onComplete(done -> new Thread(() -> {
      hazelcast.getLifecycleService().shutdown();
      closed.complete();
    }, "plenum-close").start()), "plenum-close").start();
    return closed.future();
  }
}
