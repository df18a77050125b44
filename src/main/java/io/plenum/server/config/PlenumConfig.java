package io.plenum.server.config;

import java.util.Arrays;
import java.util.List;

/**
 * The process's configuration: one record for each section of {@code conf/plenum.yaml}, where every key has its reason,
 * unit and default. Made by {@link ConfigLoader}; never changes while the process runs.
 */
public record PlenumConfig(
    Data data, Log log, Node node, Http http, Media media, Room room, Pipe pipe, Cluster cluster, Auth auth, Limits limits,
    PerAddress perAddress, Drain drain, Net net) {

  PlenumConfig withHttp(Http newHttp) {
    return new PlenumConfig(data, log, node, newHttp, media, room, pipe, cluster, auth, limits, perAddress, drain, net);
  }

  PlenumConfig withCluster(Cluster newCluster) {
    return new PlenumConfig(data, log, node, http, media, room, pipe, newCluster, auth, limits, perAddress, drain, net);
  }

  public record Data(String dir) {}

  public record Log(String level) {}

  public record Node(String ip, String region) {}

  public record Http(String host, int port, String publicUrl, String allowedOrigins, Tls tls) {
    public record Tls(String mode, String cert, String key) {}

    /** Whether only this machine reaches page and signalling. */
    public boolean onLoopback() {
      return ConfigRules.isLoopback(host);
    }
  }

  public record Media(String ip, String announcedIp, int port, int loops, int consentTimeoutS) {}

  public record Room(int routerCapacity) {}

  public record Pipe(String ip, int port, boolean srtp, boolean rtx) {}

  public record Cluster(
      boolean enabled, String name, String secret, String secretFile, int port, int busPort, String members,
      String discovery, int maxSilenceS, String config) {
    /** Each {@code host:port} of {@code members}. */
    public List<String> memberList() {
      return Arrays.stream(members.split(",")).map(String::strip).filter(member -> !member.isEmpty()).toList();
    }

    Cluster withSecret(String read) {
      return new Cluster(enabled, name, read, secretFile, port, busPort, members, discovery, maxSilenceS, config);
    }

    /** Without the secret, wherever it may be printed. */
    @Override
    public String toString() {
      return "Cluster[enabled=" + enabled + ", name=" + name + "]";
    }
  }

  public record Auth(String mode, boolean allowOpen) {}

  public record Limits(
      int roomsPerNode,
      int peersPerRoom,
      int transportsPerPeer,
      int producersPerPeer,
      int videoProducersPerPeer,
      int consumersPerPeer,
      int mediaMbitPerSecond,
      int mediaPacketsPerSecond,
      int dataProducersPerPeer,
      int dataConsumersPerPeer,
      int dataMessagesPerSecond,
      int dataBytesPerSecond,
      int pendingRequestsPerPeer,
      int connections,
      int messageBytes,
      int messagesPerSecond,
      int joinTimeoutS) {}

  /** Limits of all clients of one address together; 0: no limit. */
  public record PerAddress(int connections, int rooms, int messagesPerSecond, String exempt) {}

  public record Drain(int timeoutS, int clientsPerSecond, boolean remote) {}

  public record Net(Impair impair) {
    public record Impair(
        double lossPercent, int delayMs, double reorderPercent, double pipeLossPercent, double busLossPercent,
        double busRepeatPercent, long seed) {
      public boolean active() {
        return lossPercent > 0 || delayMs > 0 || reorderPercent > 0;
      }
    }
  }
}
