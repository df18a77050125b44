package io.plenum.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** What must hold between the values of a configuration, beyond the type of each. */
final class ConfigRules {
  private static final int MAX_PORT = 65_535;
  /** More of anything than one machine has, and small enough that two of these together are still an {@code int}. */
  private static final int PLENTY = 1_000_000_000;

  /** What a number may be. Ports are not here: how many a node needs depends on its loops. */
  private record Range(String key, ToDoubleFunction<PlenumConfig> value, double least, double most, String why) {
    void require(PlenumConfig config) {
      double is = value.applyAsDouble(config);
      // So that NaN is refused, too.
      if (!(is >= least && is <= most)) {
        throw new ConfigException("the key " + key + " takes " + text(least) + " to " + text(most) + " (" + why + "), not " + text(is));
      }
    }

    private static String text(double number) {
      return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
  }

  private static final List<Range> RANGES = List.of(
      range("media.loops", c -> c.media().loops(), 0, 1_024, "0 is one for each processor"),
      range("media.consentTimeoutS", c -> c.media().consentTimeoutS(), 10, 60, "browsers check a path every 2.5 to 6 s"),
      range("room.routerCapacity", c -> c.room().routerCapacity(), 1, PLENTY, "consumers"),
      range("cluster.maxSilenceS", c -> c.cluster().maxSilenceS(), 3, 3_600, "nodes tell each other once a second that they live"),
      range("limits.roomsPerNode", c -> c.limits().roomsPerNode(), 1, PLENTY, "rooms"),
      range("limits.peersPerRoom", c -> c.limits().peersPerRoom(), 1, PLENTY, "peers"),
      range("limits.transportsPerPeer", c -> c.limits().transportsPerPeer(), 1, PLENTY, "a client needs one for each direction"),
      range("limits.producersPerPeer", c -> c.limits().producersPerPeer(), 0, PLENTY, "0: nobody sends sound or picture"),
      range("limits.videoProducersPerPeer", c -> c.limits().videoProducersPerPeer(), 0, PLENTY, "0: nobody sends a picture"),
      range("limits.consumersPerPeer", c -> c.limits().consumersPerPeer(), 0, PLENTY, "0: nobody receives sound or picture"),
      range("limits.mediaMbitPerSecond", c -> c.limits().mediaMbitPerSecond(), 1, 8_000, "of one peer; one loop reads no more"),
      range("limits.mediaPacketsPerSecond", c -> c.limits().mediaPacketsPerSecond(), 1, 1_000_000, "of one peer"),
      range("limits.dataProducersPerPeer", c -> c.limits().dataProducersPerPeer(), 0, PLENTY, "0: no data channels to us"),
      range("limits.dataConsumersPerPeer", c -> c.limits().dataConsumersPerPeer(), 0, PLENTY, "0: no data channels from us"),
      range("limits.dataMessagesPerSecond", c -> c.limits().dataMessagesPerSecond(), 1, PLENTY, "messages of one client"),
      range("limits.dataBytesPerSecond", c -> c.limits().dataBytesPerSecond(), 1, PLENTY, "bytes of one client"),
      range("limits.pendingRequestsPerPeer", c -> c.limits().pendingRequestsPerPeer(), 1, PLENTY, "requests"),
      range("limits.connections", c -> c.limits().connections(), 1, PLENTY, "connections"),
      range("limits.messageBytes", c -> c.limits().messageBytes(), 1_000, PLENTY, "a browser's join has some 10,000"),
      range("limits.messagesPerSecond", c -> c.limits().messagesPerSecond(), 1, 1_000_000, "messages"),
      range("limits.joinTimeoutS", c -> c.limits().joinTimeoutS(), 1, 86_400, "seconds"),
      range("perAddress.connections", c -> c.perAddress().connections(), 0, PLENTY, "connections; 0: no limit"),
      range("perAddress.rooms", c -> c.perAddress().rooms(), 0, PLENTY, "rooms; 0: no limit"),
      range("perAddress.messagesPerSecond", c -> c.perAddress().messagesPerSecond(), 0, 1_000_000, "messages; 0: no limit"),
      range("drain.timeoutS", c -> c.drain().timeoutS(), 0, 86_400, "seconds; 0: at once"),
      range("drain.clientsPerSecond", c -> c.drain().clientsPerSecond(), 1, PLENTY, "clients"),
      range("net.impair.lossPercent", c -> c.net().impair().lossPercent(), 0, 100, "percent"),
      range("net.impair.delayMs", c -> c.net().impair().delayMs(), 0, 60_000, "milliseconds"),
      range("net.impair.reorderPercent", c -> c.net().impair().reorderPercent(), 0, 100, "percent"),
      range("net.impair.pipeLossPercent", c -> c.net().impair().pipeLossPercent(), 0, 100, "percent"),
      range("net.impair.busLossPercent", c -> c.net().impair().busLossPercent(), 0, 100, "percent"),
      range("net.impair.busRepeatPercent", c -> c.net().impair().busRepeatPercent(), 0, 100, "percent"));

  private ConfigRules() {}

  /** Fills in what depends on other values, and refuses what cannot work or would be unsafe. */
  static PlenumConfig apply(PlenumConfig config) {
    requireOneOf("http.tls.mode", config.http().tls().mode(), Set.of("off", "self-signed", "pem"));
    requireOneOf("auth.mode", config.auth().mode(), Set.of("none", "jwt"));
    requireOneOf("log.level", config.log().level(), Set.of("trace", "debug", "info", "warn", "error"));
    RANGES.forEach(range -> range.require(config));
    requirePort("http.port", config.http().port(), 1);
    requirePort("media.port", config.media().port(), Math.max(1, config.media().loops()));
    requirePort("pipe.port", config.pipe().port(), Math.max(1, config.media().loops()));
    requirePort("cluster.port", config.cluster().port(), 1);
    requirePort("cluster.busPort", config.cluster().busPort(), 1);
    PlenumConfig.Limits limits = config.limits();
    if (limits.pendingRequestsPerPeer() < limits.consumersPerPeer() + limits.dataConsumersPerPeer()) {
      throw new ConfigException("limits.pendingRequestsPerPeer must not be less than limits.consumersPerPeer and"
          + " limits.dataConsumersPerPeer together: whoever joins a full room is asked about every consumer at once");
    }
    if (config.auth().mode().equals("jwt")) {
      throw new ConfigException("auth.mode=jwt is not there yet: use auth.mode=none behind something that lets in only whom you know");
    }
    return ClusterRules.apply(withHttpHost(config));
  }

  /** Without authentication nobody but this machine gets in, unless somebody says so aloud. */
  private static PlenumConfig withHttpHost(PlenumConfig config) {
    boolean open = !config.auth().mode().equals("none") || config.auth().allowOpen();
    String host = config.http().host();
    if (host.isEmpty()) {
      host = open ? "0.0.0.0" : "127.0.0.1";
    } else if (!open && !isLoopback(host)) {
      throw new ConfigException("auth.mode=none would let in anyone who reaches http.host=" + host
          + ": set http.host=127.0.0.1, or auth.allowOpen=true if that is what you want");
    }
    PlenumConfig.Http http = config.http();
    return config.withHttp(new PlenumConfig.Http(host, http.port(), publicUrl(http), http.allowedOrigins(), http.tls()));
  }

  private static String publicUrl(PlenumConfig.Http http) {
    String url = http.publicUrl().isEmpty() ? "" : PublicUrl.normal(http.publicUrl());
    if (url == null) {
      throw new ConfigException("the key http.publicUrl takes an address such as https://call.example.org, without a path, not \""
          + http.publicUrl() + "\"");
    }
    return url;
  }

  static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigException("the key http.host has no address: " + host);
    }
  }

  private static void requireOneOf(String key, String value, Set<String> allowed) {
    if (!allowed.contains(value)) {
      throw new ConfigException("the key " + key + " takes one of " + String.join(", ", allowed.stream().sorted().toList())
          + ", not \"" + value + "\"");
    }
  }

  /** 0 is any free port; otherwise the ports of all loops must fit. */
  private static void requirePort(String key, int port, int ports) {
    if (port < 0 || port + ports - 1 > MAX_PORT) {
      throw new ConfigException("the key " + key + " takes a port, with room for " + ports + " up to " + MAX_PORT + ", not " + port);
    }
  }

  private static Range range(String key, ToDoubleFunction<PlenumConfig> value, double least, double most, String why) {
    return new Range(key, value, least, most, why);
  }
}
