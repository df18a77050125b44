package io.plenum.cluster;

import io.plenum.cluster.message.Owner;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which other servers are up. Two witnesses are needed to declare one dead: the cluster's membership has dropped it,
 * and nothing has been heard of it for a while. Before believing in silence it is made sure that it was not this node
 * that was away: if the own timer comes late, all get a fresh start.
 */
final class FailureDetector {
  /** A server that is neither up nor a member is forgotten after this long. */
  private static final long FORGET_NS = 600_000_000_000L;

  interface Sink {
    /** A life of a server is up, for the first time or again. One that it supersedes is told down before. */
    void onServerUp(Owner owner);

    void onServerDown(Owner owner);

    /** It is silent, or no longer so; nothing is closed for that. */
    void onSuspected(Owner owner, boolean suspected);
  }

  private static final class Server {
    Owner owner;
    boolean member;
    boolean up;
    boolean suspected;
    long heardNs;

    Server(Owner owner) {
      this.owner = owner;
    }
  }

  private final Sink sink;
  private final Map<String, Server> servers = new TreeMap<>();
  private long lastTickNs;
  private long ownPauses;

  FailureDetector(Sink sink, long nowNs) {
    this.sink = sink;
    this.lastTickNs = nowNs;
  }

  /** All that are up, suspected or not. */
  List<Owner> up() {
    List<Owner> up = new ArrayList<>();
    servers.values().stream().filter(server -> server.up).forEach(server -> up.add(server.owner));
    return up;
  }

  boolean suspected(String serverId) {
    Server server = servers.get(serverId);
    return server != null && server.suspected;
  }

  long lastTickNs() {
    return lastTickNs;
  }

  /** How often this node found that it had been away itself. */
  long ownPauses() {
    return ownPauses;
  }

  /** @param members the other servers that the cluster counts as its members now */
  void onMembership(Collection<Owner> members, long nowNs) {
    Map<String, Owner> byId = new HashMap<>();
    for (Owner owner : members) {
      byId.merge(owner.serverId(), owner, (one, other) -> one.supersededBy(other) ? other : one);
    }
    List<Runnable> news = new ArrayList<>();
    for (Owner owner : byId.values()) {
      Server server = servers.computeIfAbsent(owner.serverId(), id -> new Server(owner));
      if (owner.supersededBy(server.owner)) {
        continue;
      }
      if (server.owner.supersededBy(owner)) {
        Owner former = server.owner;
        if (server.up) {
          news.add(() -> sink.onServerDown(former));
        }
        server.owner = owner;
        server.up = false;
        server.suspected = false;
      }
      server.member = true;
      if (!server.up) {
        server.up = true;
        server.heardNs = nowNs;
        news.add(() -> sink.onServerUp(owner));
      }
    }
    for (Server server : servers.values()) {
      Owner member = byId.get(server.owner.serverId());
      server.member = member != null && member.equals(server.owner);
    }
    news.forEach(Runnable::run);
  }

  /** A ping, or any other sign of life, over the bus or over a pipe. */
  void onHeard(Owner owner, long nowNs) {
    Server server = servers.get(owner.serverId());
    if (server == null || !server.owner.equals(owner)) {
      return;
    }
    server.heardNs = nowNs;
    if (server.suspected) {
      server.suspected = false;
      sink.onSuspected(owner, false);
    }
  }

  /** Called about every {@link ClusterTimings#PING_NS}; that it is not is how own pauses are noticed. */
  void onTick(long nowNs) {
    if (nowNs - lastTickNs > ClusterTimings.PING_NS + ClusterTimings.OWN_PAUSE_NS) {
      ownPauses++;
      servers.values().forEach(server -> server.heardNs = nowNs);
    }
    lastTickNs = nowNs;
    List<Runnable> news = new ArrayList<>();
    for (Server server : servers.values()) {
      boolean silent = nowNs - server.heardNs >= ClusterTimings.SILENCE_NS;
      Owner owner = server.owner;
      if (!server.up || !silent) {
        continue;
      }
      if (!server.member) {
        server.up = false;
        server.suspected = false;
        news.add(() -> sink.onServerDown(owner));
      } else if (!server.suspected) {
        server.suspected = true;
        news.add(() -> sink.onSuspected(owner, true));
      }
    }
    servers.values().removeIf(server -> !server.up && !server.member && nowNs - server.heardNs > FORGET_NS);
    news.forEach(Runnable::run);
  }
}
