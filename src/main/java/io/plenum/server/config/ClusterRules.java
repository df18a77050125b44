package io.plenum.server.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Conditions under which a node may join others: on this machine alone, or with a secret that all of them know. */
final class ClusterRules {
  /** 16 random characters of base64 are 96 bits. */
  private static final int MIN_SECRET_CHARACTERS = 16;
  /** A file that is larger is no secret's. */
  private static final int MAX_SECRET_CHARACTERS = 4_096;
  private static final String MAKE_ONE = "openssl rand -base64 32 makes one";

  private ClusterRules() {}

  /** Reads the secret, and refuses what would be open to strangers. */
  static PlenumConfig apply(PlenumConfig config) {
    requireDiscovery(config.cluster().discovery());
    PlenumConfig withSecret = config.withCluster(config.cluster().withSecret(secret(config.cluster())));
    if (config.cluster().enabled() && withSecret.cluster().secret().isEmpty()) {
      requireLoopback(withSecret);
    }
    return withSecret;
  }

  /** Hazelcast reads multicast datagrams of anyone before it knows whose they are, and no secret can keep them out. */
  private static void requireDiscovery(String discovery) {
    if (!discovery.isEmpty() && !discovery.equals("kubernetes")) {
      throw new ConfigException("the key cluster.discovery takes kubernetes or nothing, not \"" + discovery + "\""
          + (discovery.equals("multicast") ? ": name the nodes in cluster.members, one that is up is enough" : ""));
    }
  }

  private static String secret(PlenumConfig.Cluster cluster) {
    if (!cluster.secret().isEmpty() && !cluster.secretFile().isEmpty()) {
      throw new ConfigException("cluster.secret and cluster.secretFile are both set: leave one of them out");
    }
    boolean inFile = !cluster.secretFile().isEmpty();
    String secret = inFile ? read(cluster.secretFile()) : cluster.secret();
    if ((inFile || !secret.isEmpty()) && secret.length() < MIN_SECRET_CHARACTERS) {
      throw new ConfigException((inFile ? "the file of cluster.secretFile" : "cluster.secret") + " has fewer than "
          + MIN_SECRET_CHARACTERS + " characters: " + MAKE_ONE);
    }
    return secret;
  }

  private static String read(String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MAX_SECRET_CHARACTERS) {
        throw new ConfigException(
            "the file of cluster.secretFile has more than " + MAX_SECRET_CHARACTERS + " bytes: " + file);
      }
      return Files.readString(path).strip();
    } catch (NoSuchFileException e) {
      throw new ConfigException("the file of cluster.secretFile is not there: " + file);
    } catch (IOException e) {
      throw new ConfigException("cannot read the file of cluster.secretFile: " + e.getMessage());
    }
  }

  /** Anything by which the node would reach others, or others would reach it, from beyond this machine. */
  private static void requireLoopback(PlenumConfig config) {
    PlenumConfig.Cluster cluster = config.cluster();
    if (!config.node().ip().isEmpty() && !isLoopback(config.node().ip())) {
      throw noSecret("node.ip=" + config.node().ip());
    }
    if (!config.pipe().ip().isEmpty() && !isLoopback(config.pipe().ip())) {
      throw noSecret("pipe.ip=" + config.pipe().ip());
    }
    if (!cluster.discovery().isEmpty()) {
      throw noSecret("cluster.discovery=" + cluster.discovery());
    }
    if (!cluster.config().isEmpty()) {
      throw noSecret("cluster.config=" + cluster.config());
    }
    for (String member : cluster.memberList()) {
      if (!isLoopback(host(member))) {
        throw noSecret("cluster.members has " + member);
      }
    }
  }

  private static ConfigException noSecret(String why) {
    return new ConfigException("a cluster beyond this machine (" + why
        + ") needs cluster.secret, or cluster.secretFile, the same on all nodes: " + MAKE_ONE);
  }

  /** {@code 10.0.0.1:5701}, {@code name}, {@code [::1]:5701}. */
  private static String host(String member) {
    int colon = member.lastIndexOf(':');
    boolean port = colon > 0 && (member.indexOf(':') == colon || member.charAt(colon - 1) == ']');
    return port ? member.substring(0, colon) : member;
  }

  /** A name that nothing is known of yet is another machine's. */
  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
