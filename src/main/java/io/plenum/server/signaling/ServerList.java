package io.plenum.server.signaling;

import io.plenum.server.config.PublicUrl;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The addresses at which clients find the nodes of the cluster: this one's, and those of the others that take clients now. Also
 * remembers whose pages may speak to this node: the page of a node that has died is exactly the one that comes here.
 *
 * <p>Asked and told from any thread. It changes when a node comes or goes; what is asked for is a snapshot.
 */
public final class ServerList {
  /** Enough for a client to find one that lives; each is in a header of the page, too. */
  static final int MAX_OTHERS = 32;
  /** A page keeps the origin of the node that served it for as long as it is open: longer than any call. */
  static final long REMEMBER_NS = 24 * 3_600_000_000_000L;
  /** Origins that are remembered: of a day, with nodes whose addresses change at each start. The oldest goes first. */
  static final int MAX_ORIGINS = 1_024;

  private final LongSupplier nowNs;
  private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  /** Each origin and when it was last seen in the list; the longest unseen first. Under this object's lock. */
  private final Map<String, Long> seenNs = new LinkedHashMap<>();
  private volatile String own = "";
  private volatile List<String> others = List.of();
  private volatile boolean sharedEntry;
  private volatile boolean draining;

  /** @param nowNs the time, as {@link System#nanoTime} */
  public ServerList(LongSupplier nowNs) {
    this.nowNs = nowNs;
  }

  /** This node's address; known when it listens. */
  public void own(String url) {
    synchronized (this) {
      String normal = PublicUrl.normal(url);
      if (normal == null || normal.equals(own)) {
        return;
      }
      own = normal;
      if (others.contains(own)) {
        sharedEntry = true;
        others = others.stream().filter(other -> !other.equals(normal)).toList();
      }
      see();
    }
    tell();
  }

  /** Replaces the addresses of the other nodes; what is no address is left out. */
  public void others(Collection<String> urls) {
    synchronized (this) {
      // Those that are no longer there were there until now.
      see();
      List<String> usable = urls.stream().map(PublicUrl::normal).filter(Objects::nonNull).distinct().toList();
      sharedEntry = usable.contains(own);
      List<String> normal = usable.stream().filter(url -> !url.equals(own)).limit(MAX_OTHERS).toList();
      if (normal.equals(others)) {
        return;
      }
      others = normal;
      see();
    }
    tell();
  }

  /** This node's address first. Behind a balancer all nodes may have the same: then there is one. */
  public List<String> urls() {
    List<String> urls = new ArrayList<>(MAX_OTHERS + 1);
    if (!own.isEmpty()) {
      urls.add(own);
    }
    urls.addAll(others);
    return urls;
  }

  /** As {@link #urls}, the others in an order of this client's own, so that those of a dead node do not all go to the same. */
  List<String> urlsFor(Random random) {
    List<String> urls = urls();
    Collections.shuffle(urls.subList(Math.min(1, urls.size()), urls.size()), random);
    return urls;
  }

  /**
   * Where a client goes that must not stay here, in an order of its own; empty if there is no other node. When all nodes are
   * behind one address, that address: it leads elsewhere once the balancer has seen that this node is not ready.
   */
  public List<String> elsewhereFor(Random random) {
    List<String> urls = new ArrayList<>(others);
    Collections.shuffle(urls, random);
    if (sharedEntry) {
      urls.add(own);
    }
    return urls;
  }

  /** Whether another node has the same address: then it is a balancer's. */
  public boolean sharedEntry() {
    return sharedEntry;
  }

  /** From now on no client may come. */
  public void drain() {
    draining = true;
  }

  public boolean draining() {
    return draining;
  }

  /**
   * Whether pages of this origin come from a node of the cluster, one that is here or was within {@link #REMEMBER_NS}.
   *
   * @param origin in the form of {@link PublicUrl#normal}
   */
  public synchronized boolean knowsOrigin(String origin) {
    Long atNs = seenNs.get(origin);
    return atNs != null && (current(origin) || nowNs.getAsLong() - atNs <= REMEMBER_NS);
  }

  private boolean current(String origin) {
    return urls().stream().anyMatch(url -> spellings(url).contains(origin));
  }

  /** @return cancels it; the listener is called on whatever thread brings the news */
  Runnable onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void tell() {
    listeners.forEach(Runnable::run);
  }

  private void see() {
    long now = nowNs.getAsLong();
    for (String url : urls()) {
      for (String origin : spellings(url)) {
        seenNs.remove(origin);
        seenNs.put(origin, now);
      }
    }
    seenNs.values().removeIf(atNs -> now - atNs > REMEMBER_NS);
    while (seenNs.size() > MAX_ORIGINS) {
      seenNs.remove(seenNs.keySet().iterator().next());
    }
  }

  /** A node that only this machine reaches is opened under either name. */
  private static List<String> spellings(String url) {
    String scheme = url.substring(0, url.indexOf("//") + 2);
    String rest = url.substring(scheme.length());
    for (String[] pair : new String[][] {{"localhost", "127.0.0.1"}, {"127.0.0.1", "localhost"}}) {
      if (rest.equals(pair[0]) || rest.startsWith(pair[0] + ":")) {
        return List.of(url, scheme + pair[1] + rest.substring(pair[0].length()));
      }
    }
    return List.of(url);
  }
}
