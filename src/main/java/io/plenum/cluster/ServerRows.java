package io.plenum.cluster;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.ServerRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** The rows in which servers describe themselves: keeps ours in the registry, and looks at the others' now and then. */
final class ServerRows {
  /** What is found when looking. */
  interface Sink {
    /** A later life of this serverId has written its row. */
    void onLaterLife(Owner later);

    /** A row has been there for a while, and its server is no member: it died before this node came. */
    void onStranger(Owner owner, long nowNs);
  }

  /** A server row of a life that is no member is left for so long: its membership may only be late. */
  private static final long STRANGER_NS = 3 * ClusterTimings.RECONCILE_NS / 2;

  private final NodeCoordinator.Description description;
  private final Registry registry;
  private final LongSupplier operations;
  private final Sink sink;
  private final Map<String, ServerRow> servers = new HashMap<>();
  private final Map<Owner, Long> strangersSinceNs = new HashMap<>();
  private long generation;
  private double load;
  private boolean draining;
  private boolean hurried;
  private long fetchNs = Long.MAX_VALUE;
  private long fetching = -1;

  ServerRows(NodeCoordinator.Description description, Registry registry, LongSupplier operations, Sink sink) {
    this.description = description;
    this.registry = registry;
    this.operations = operations;
    this.sink = sink;
  }

  ServerRow own(Owner self) {
    return new ServerRow(self, generation, description.ip(), description.version(), description.region(), load,
        draining ? ServerRow.State.DRAINING : ServerRow.State.ACTIVE);
  }

  /** Of another server that is up, or null. */
  ServerRow of(Owner owner) {
    ServerRow row = servers.get(owner.serverId());
    return row != null && row.owner().equals(owner) ? row : null;
  }

  /** @return the operation's number */
  long put(Owner self) {
    generation++;
    long put = operations.getAsLong();
    registry.put(put, own(self));
    return put;
  }

  void load(double newLoad) {
    load = newLoad;
  }

  void drain() {
    draining = true;
  }

  /** Looks at the next timeout, and goes on with it. */
  void look(long nowNs) {
    fetchNs = Math.min(fetchNs, nowNs);
  }

  /** Whether to look more often than usual. */
  void hurry(boolean hurry) {
    hurried = hurry;
  }

  long nextDeadlineNs() {
    return fetchNs;
  }

  void onTimeout(long nowNs) {
    if (fetchNs <= nowNs) {
      fetchNs = nowNs + (hurried ? ClusterTimings.LATER_LIFE_NS : ClusterTimings.RECONCILE_NS);
      fetching = operations.getAsLong();
      registry.fetchServers(fetching);
    }
  }

  void onFailed(long operation, long nowNs) {
    if (operation == fetching) {
      fetching = -1;
      fetchNs = Math.min(fetchNs, nowNs + ClusterTimings.REGISTRY_RETRY_NS);
    }
  }

  /** @param up all other servers that are up */
  void onRows(long operation, List<Row> rows, Owner self, List<Owner> up, long nowNs) {
    if (operation != fetching) {
      return;
    }
    fetching = -1;
    servers.clear();
    boolean own = false;
    List<Owner> strangers = new ArrayList<>();
    strangersSinceNs.keySet().retainAll(rows.stream().map(Row::owner).toList());
    strangersSinceNs.keySet().removeAll(up);
    for (Row row : rows) {
      if (row.owner().equals(self)) {
        own = row.generation() == generation && row instanceof ServerRow there && there.load() == load;
      } else if (self.supersededBy(row.owner())) {
        sink.onLaterLife(row.owner());
        return;
      } else if (row instanceof ServerRow other) {
        servers.put(other.owner().serverId(), other);
        if (!up.contains(other.owner())
            && nowNs - strangersSinceNs.computeIfAbsent(other.owner(), owner -> nowNs) >= STRANGER_NS) {
          strangersSinceNs.remove(other.owner());
          strangers.add(other.owner());
        }
      }
    }
    if (!own) {
      put(self);
    }
    strangers.forEach(stranger -> sink.onStranger(stranger, nowNs));
  }
}
