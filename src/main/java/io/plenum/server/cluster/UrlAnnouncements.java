package io.plenum.server.cluster;

import io.plenum.cluster.message.Owner;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Who is where for clients. Each node says its own address over the bus, again and again; nothing of it is in the registry, so
 * that there is no row to write late, to clean, or to wait for. An address counts only while its server is up, and as long as it is silent only if there is no other.
 */
final class UrlAnnouncements {
  /** A lost announcement, or one that came before the bus knew who listens, costs a client's list this much. */
  static final long REPEAT_MS = 5_000;
  /** Servers of one cluster, with room to spare; what comes above is dropped. */
  static final int MAX_SERVERS = 1_024;

  /**
   * What goes over the bus.
   *
   * @param url empty when the server takes no more clients
   * @param ask whether the others shall say theirs, too
   */
  record Announcement(Owner owner, String url, boolean ask) {}

  interface Sink {
    void publish(Announcement announcement);

    /** The addresses of all other servers that are up, in a fixed order; only when they have changed. */
    void onOthers(List<String> urls);
  }

  private final Sink sink;
  private final Map<String, Announcement> announced = new TreeMap<>();
  private final Map<String, Owner> up = new HashMap<>();
  private final Set<String> silent = new HashSet<>();
  private Owner self;
  private String own;
  private List<String> told = List.of();

  UrlAnnouncements(Sink sink) {
    this.sink = sink;
  }

  /** From now on clients may be sent to this node; or, when {@code url} is empty, no more. */
  void announce(Owner newSelf, String url) {
    self = newSelf;
    own = url;
    sink.publish(new Announcement(self, own, true));
  }

  void onAnnouncement(Announcement heard) {
    if (heard.owner() == null || heard.owner().serverId() == null || heard.url() == null) {
      return;
    }
    String serverId = heard.owner().serverId();
    if (self != null && serverId.equals(self.serverId())) {
      return;
    }
    Announcement known = announced.get(serverId);
    if (known == null ? announced.size() < MAX_SERVERS : !heard.owner().supersededBy(known.owner())) {
      announced.put(serverId, heard);
      tell();
    }
    if (heard.ask() && own != null) {
      sink.publish(new Announcement(self, own, false));
    }
  }

  void onServerUp(Owner owner) {
    up.put(owner.serverId(), owner);
    silent.remove(owner.serverId());
    tell();
  }

  void onServerDown(Owner owner) {
    up.remove(owner.serverId(), owner);
    silent.remove(owner.serverId());
    Announcement known = announced.get(owner.serverId());
    if (known != null && !owner.supersededBy(known.owner())) {
      announced.remove(owner.serverId());
    }
    tell();
  }

  /** A silent server may be hung: no client shall wait for it if there is another. */
  void onSuspected(Owner owner, boolean suspected) {
    if (suspected) {
      silent.add(owner.serverId());
    } else {
      silent.remove(owner.serverId());
    }
    tell();
  }

  /** Every {@link #REPEAT_MS}. */
  void onRepeat() {
    if (own != null && !own.isEmpty()) {
      sink.publish(new Announcement(self, own, false));
    }
  }

  private List<String> urls(Predicate<String> serverId) {
    return announced.entrySet().stream()
        .filter(entry -> serverId.test(entry.getKey()))
        .map(entry -> entry.getValue().url())
        .filter(url -> !url.isEmpty())
        .distinct()
        .toList();
  }

  private void tell() {
    List<String> urls = urls(serverId -> up.containsKey(serverId) && !silent.contains(serverId));
    if (urls.isEmpty()) {
      // Better a server that may be hung than nowhere to go; and it may be we who do not hear.
      urls = urls(up::containsKey);
    }
    if (!urls.equals(told)) {
      told = urls;
      sink.onOthers(urls);
    }
  }
}
