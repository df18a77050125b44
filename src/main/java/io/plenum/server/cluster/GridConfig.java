package io.plenum.server.cluster;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.PartitioningStrategyConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.SocketInterceptorConfig;
import com.hazelcast.config.YamlConfigBuilder;
import com.hazelcast.partition.strategy.StringPartitioningStrategy;
import io.plenum.server.ServerIdentity;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import java.io.FileNotFoundException;
import java.util.Set;

/** The embedded data grid's configuration: from ours, or a whole Hazelcast YAML of the operator's with what we cannot do without. */
public final class GridConfig {
  /** Names of the shared maps. */
  static final String MAP_PREFIX = "plenum.";
  /** The map in which Vert.x keeps who listens to which address. */
  static final String SUBSCRIPTIONS = "__vertx.subs";
  /** Member attributes by which others know which server a member is. */
  public static final String SERVER_ID = "plenum.serverId";
  public static final String INCARNATION = "plenum.incarnation";

  /** Two nodes may be lost at once without losing a row or a subscription. */
  private static final int BACKUPS = 2;
  private static final int OPERATION_TIMEOUT_MS = 5_000;
  /**
   * By itself Hazelcast waits for ever: TCP's pauses, up to 16 s in a cut of 30 s, would hold up the merge after it.
   */
  private static final int CONNECT_TIMEOUT_S = 2;

  /**
   * Classes that Java serialisation may make of what members send: exceptions of the grid's own operations, which the
   * calling member acts upon, and their parts. Rows and messages are JSON, and Vert.x's subscriptions write themselves.
   */
  private static final Set<String> DESERIALISED = Set.of(
      "java.lang.Throwable", "java.lang.Exception", "java.lang.RuntimeException", "java.lang.Error",
      "java.lang.IllegalStateException", "java.lang.IllegalArgumentException", "java.lang.NullPointerException",
      "java.lang.UnsupportedOperationException", "java.lang.IndexOutOfBoundsException", "java.lang.ClassCastException",
      "java.lang.SecurityException", "java.lang.InterruptedException", "java.lang.AssertionError",
      "java.lang.StackTraceElement", "[Ljava.lang.StackTraceElement;", "java.util.Collections$EmptyList",
      "java.io.IOException", "java.io.EOFException", "java.util.concurrent.TimeoutException",
      "java.util.concurrent.ExecutionException", "java.util.concurrent.CancellationException",
      "java.util.concurrent.RejectedExecutionException",
      "com.hazelcast.internal.cluster.impl.ClusterTopologyChangedException",
      "com.hazelcast.internal.cluster.impl.ConfigMismatchException",
      "com.hazelcast.internal.cluster.impl.MasterNodeChangedException",
      "com.hazelcast.internal.cluster.impl.VersionMismatchException",
      "com.hazelcast.internal.partition.PartitionStateVersionMismatchException",
      "com.hazelcast.nio.serialization.HazelcastSerializationException",
      "com.hazelcast.partition.NoDataMemberInClusterException", "com.hazelcast.query.QueryException");
  private static final Set<String> DESERIALISED_PACKAGES =
      Set.of("com.hazelcast.core.", "com.hazelcast.spi.exception.");

  private GridConfig() {}

  /** @param ip the address the grid binds to, and no other */
  public static Config of(PlenumConfig config, String ip, ServerIdentity identity, ClusterKeys keys) {
    Config grid = config.cluster().config().isEmpty() ? own(config, ip) : fromFile(config.cluster().config());
    grid.setClusterName(keys.gridName());
    grid.getSerializationConfig().setJavaSerializationFilterConfig(new JavaSerializationFilterConfig()
        .setDefaultsDisabled(true)
        .setWhitelist(new ClassFilter()
            .addClasses(DESERIALISED.toArray(String[]::new))
            .addPrefixes(DESERIALISED_PACKAGES.toArray(String[]::new))));
    return addTo(grid, identity);
  }

  /** Has the grid call {@link GridHandshake} for each connection of members. */
  static void requireHandshake(Config grid) {
    SocketInterceptorConfig called =
        new SocketInterceptorConfig().setEnabled(true).setClassName(GridHandshake.class.getName());
    if (grid.getAdvancedNetworkConfig().isEnabled()) {
      grid.getAdvancedNetworkConfig().getEndpointConfigs().values()
          .forEach(endpoint -> endpoint.setSocketInterceptorConfig(called));
    } else {
      grid.getNetworkConfig().setSocketInterceptorConfig(called);
    }
  }

  /** What a node cannot do without, added to a configuration that is somebody else's. */
  public static Config addTo(Config grid, ServerIdentity identity) {
    grid.getMemberAttributeConfig().setAttribute(SERVER_ID, identity.serverId());
    grid.getMemberAttributeConfig().setAttribute(INCARNATION, Long.toString(identity.incarnation()));
    // The keys of one room carry it behind an "@", so that they live on one member and are fetched in one call.
    HazelcastRegistry.addIndexes(grid, new MapConfig()
        .setBackupCount(BACKUPS)
        .setPerEntryStatsEnabled(true)
        .setPartitioningStrategyConfig(new PartitioningStrategyConfig(StringPartitioningStrategy.class.getName())));
    grid.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(BACKUPS));
    grid.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(BACKUPS));
    // With one backup, two nodes lost at once would take event-bus subscriptions of the living with them.
    grid.addMultiMapConfig(new MultiMapConfig(SUBSCRIPTIONS)
        .setBackupCount(BACKUPS)
        .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    return grid;
  }

  private static Config own(PlenumConfig config, String ip) {
    Config grid = new Config();
    PlenumConfig.Cluster cluster = config.cluster();
    grid.setProperty("hazelcast.logging.type", "slf4j");
    grid.setProperty("hazelcast.health.monitoring.level", "OFF");
    grid.setProperty("hazelcast.phone.home.enabled", "false");
    grid.setProperty("hazelcast.shutdownhook.enabled", "false");
    grid.setProperty("hazelcast.socket.bind.any", "false");
    grid.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    grid.setProperty("hazelcast.max.no.heartbeat.seconds", Integer.toString(cluster.maxSilenceS()));
    grid.setProperty("hazelcast.operation.call.timeout.millis", Integer.toString(OPERATION_TIMEOUT_MS));
    grid.setProperty("hazelcast.wait.seconds.before.join", "0");
    grid.setProperty("hazelcast.max.wait.seconds.before.join", "0");
    grid.setProperty("hazelcast.merge.first.run.delay.seconds", "4");
    grid.setProperty("hazelcast.merge.next.run.delay.seconds", "2");
    // A socket for members and none for clients, REST or memcache: they are refused by their first three bytes.
    AdvancedNetworkConfig network = grid.getAdvancedNetworkConfig().setEnabled(true);
    ServerSocketEndpointConfig members = new ServerSocketEndpointConfig()
        .setPort(cluster.port())
        .setPortAutoIncrement(false)
        .setPublicAddress(ip + ":" + cluster.port());
    members.setInterfaces(new InterfacesConfig().setEnabled(true).addInterface(ip));
    members.setSocketConnectTimeoutSeconds(CONNECT_TIMEOUT_S);
    network.setMemberEndpointConfig(members);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    if (cluster.discovery().equals("kubernetes")) {
      join.getKubernetesConfig().setEnabled(true).setProperty("service-dns", requireServiceDns(cluster.members()));
    } else {
      join.getTcpIpConfig().setEnabled(true);
      cluster.memberList().forEach(join.getTcpIpConfig()::addMember);
    }
    return grid;
  }

  private static String requireServiceDns(String members) {
    if (members.isBlank()) {
      throw new ConfigException("with cluster.discovery=kubernetes, cluster.members takes the DNS name of the headless service");
    }
    return members.strip();
  }

  private static Config fromFile(String file) {
    try {
      Config grid = new YamlConfigBuilder(file).build();
      // Its own default would write past the log.
      grid.getProperties().putIfAbsent("hazelcast.logging.type", "slf4j");
      return grid;
    } catch (FileNotFoundException e) {
      throw new ConfigException("cannot read the file of cluster.config: " + file);
    } catch (RuntimeException e) {
      throw new ConfigException("the file of cluster.config is not a Hazelcast YAML: " + e.getMessage());
    }
  }
}
