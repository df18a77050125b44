package io.plenum.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

/** What must hold between the values of a configuration, beyond the type of each. */
final class ConfigRules {
  private static final int MAX_PORT = 65_535;
  /** A second lost, one late, and one to spare. */
  private static final int MIN_SILENCE_S = 3;
  /** More than one loop reads, of one peer: whoever wants no limit says that. */
  private static final int MAX_MEDIA_MBIT_PER_SECOND = 8_000;
  private static final int MAX_MEDIA_PACKETS_PER_SECOND = 1_000_000;

  private ConfigRules() {}

  /** Fills in what depends on other values, and refuses what cannot work or would be unsafe. */
  static PlenumConfig apply(PlenumConfig config) {
    requireOneOf("http.tls.mode", config.http().tls().mode(), Set.of("off", "self-signed", "pem"));
    requireOneOf("auth.mode", config.auth().mode(), Set.of("none", "jwt"));
    requireOneOf("log.level", config.log().level(), Set.of("trace", "debug", "info", "warn", "error"));
    requirePort("http.port", config.http().port(), 1);
    requirePort("media.port", config.media().port(), Math.max(1, config.media().loops()));
    requirePort("pipe.port", config.pipe().port(), Math.max(1, config.media().loops()));
    requirePercent("net.impair.lossPercent", config.net().impair().lossPercent());
    requirePercent("net.impair.pipeLossPercent", config.net().impair().pipeLossPercent());
    requirePercent("net.impair.busLossPercent", config.net().impair().busLossPercent());
    requirePercent("net.impair.busRepeatPercent", config.net().impair().busRepeatPercent());
    requirePercent("net.impair.reorderPercent", config.net().impair().reorderPercent());
    if (config.cluster().maxSilenceS() < MIN_SILENCE_S) {
      throw new ConfigException("the key cluster.maxSilenceS must be " + MIN_SILENCE_S
          + " or more: nodes tell each other once a second that they live");
    }
    if (config.media().loops() < 0) {
      throw new ConfigException("the key media.loops must be 0 (one for each processor) or more");
    }
    if (config.drain().timeoutS() < 0 || config.drain().clientsPerSecond() < 1) {
      throw new ConfigException("the key drain.timeoutS takes 0 or more seconds, and drain.clientsPerSecond 1 or more");
    }
    if (config.room().routerCapacity() < 1) {
      throw new ConfigException("the key room.routerCapacity must be 1 or more");
    }
    PlenumConfig.Limits limits = config.limits();
    if (limits.dataMessagesPerSecond() < 1 || limits.dataBytesPerSecond() < 1) {
      throw new ConfigException("the keys limits.dataMessagesPerSecond and limits.dataBytesPerSecond must be 1 or more");
    }
    if (limits.pendingRequestsPerPeer() < limits.consumersPerPeer() + limits.dataConsumersPerPeer()) {
      throw new ConfigException("limits.pendingRequestsPerPeer must not be less than limits.consumersPerPeer and"
          + " limits.dataConsumersPerPeer together: whoever joins a full room is asked about every consumer at once");
    }
    requireRange("limits.mediaMbitPerSecond", limits.mediaMbitPerSecond(), MAX_MEDIA_MBIT_PER_SECOND);
    requireRange("limits.mediaPacketsPerSecond", limits.mediaPacketsPerSecond(), MAX_MEDIA_PACKETS_PER_SECOND);
    if (config.auth().mode().equals("jwt")) {
      throw new ConfigException("auth.mode=jwt is not there yet: use auth.mode=none behind something that lets in only whom you know");
    }
    return withHttpHost(config);
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

  private static void requireRange(String key, int value, int most) {
    if (value < 1 || value > most) {
      throw new ConfigException("the key " + key + " takes 1 to " + most + ", not " + value);
    }
  }

  private static void requirePercent(String key, double value) {
    if (!(value >= 0 && value <= 100)) {
      throw new ConfigException("the key " + key + " takes 0 to 100, not " + value);
    }
  }
}
