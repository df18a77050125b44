package io.plenum.server.ops;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What must be true before this node takes clients: named conditions, set from any thread, read by {@code /readyz}.
 * A condition that nobody has named is not waited for, so whoever starts a slow thing {@link #require requires} it
 * before the web layer listens.
 */
public final class Readiness {
  /** The ciphers of SRTP are compiled: the first client does not pay for it. */
  public static final String CRYPTO_WARM = "crypto-warm";
  /** A DTLS handshake against ourselves has run. */
  public static final String DTLS_WARM = "dtls-warm";
  /** Member of the cluster; only required where {@code cluster.enabled}. */
  public static final String CLUSTER_JOINED = "cluster-joined";
  /** Met until the node is told to send its clients elsewhere. */
  public static final String NOT_DRAINING = "not-draining";

  private final Map<String, Boolean> conditions = new ConcurrentSkipListMap<>();

  /** From now on not ready until {@link #met} says so. */
  public void require(String condition) {
    conditions.put(condition, false);
  }

  public void met(String condition) {
    conditions.put(condition, true);
  }

  public boolean ready() {
    return missing().isEmpty();
  }

  /** The conditions that are not met, in alphabetical order. */
  public List<String> missing() {
    return conditions.entrySet().stream().filter(entry -> !entry.getValue()).map(Map.Entry::getKey).toList();
  }
}
