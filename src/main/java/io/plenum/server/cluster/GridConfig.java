package io.plenum.server.cluster;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.PartitioningStrategyConfig;
import com.hazelcast.config.YamlConfigBuilder;
import com.hazelcast.partition.strategy.StringPartitioningStrategy;
import io.plenum.server.ServerIdentity;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import java.io.FileNotFoundException;

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

  private GridConfig() {}

  /** @param nodeIp the address the grid binds to, and no other */
  public static Config of(PlenumConfig config, String nodeIp, ServerIdentity identity) {
    return addTo(config.cluster().config().isEmpty() ? own(config, nodeIp) : fromFile(config.cluster().config()), identity);
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

  private static Config own(PlenumConfig config, String nodeIp) {
    Config grid = new Config();
    PlenumConfig.Cluster cluster = config.cluster();
    grid.setClusterName(cluster.name());
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
    // Members read each other's bytes before they know each other: nothing is made of them but what we and the grid send.
    grid.getSerializationConfig().setJavaSerializationFilterConfig(new JavaSerializationFilterConfig()
        .setWhitelist(new ClassFilter().addPrefixes("io.vertx.spi.cluster.hazelcast.")));
    NetworkConfig network = grid.getNetworkConfig();
    network.setPort(cluster.port()).setPortAutoIncrement(false);
    network.getInterfaces().setEnabled(true).addInterface(nodeIp);
    network.setPublicAddress(nodeIp + ":" + cluster.port());
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    switch (cluster.discovery()) {
      case "" -> {
        join.getTcpIpConfig().setEnabled(true);
        for (String member : cluster.members().split(",")) {
          if (!member.isBlank()) {
            join.getTcpIpConfig().addMember(member.strip());
          }
        }
      }
      case "multicast" -> join.getMulticastConfig().setEnabled(true);
      case "kubernetes" -> join.getKubernetesConfig().setEnabled(true)
          .setProperty("service-dns", requireServiceDns(cluster.members()));
      default -> throw new ConfigException("the key cluster.discovery takes kubernetes, multicast or nothing, not \""
          + cluster.discovery() + "\"");
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
