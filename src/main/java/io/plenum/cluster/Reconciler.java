package io.plenum.cluster;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Looks at the registry's rows of the room every ten seconds and whenever the cluster has changed, and removes those
 * whose owner is dead.
 */
final class Reconciler {
  /** Rows of a life of which nothing else is known are left for so long: its membership may only be late. */
  private static final long STRANGER_NS = 3 * ClusterTimings.RECONCILE_NS / 2;

  private final RoomEnvironment environment;
  private final RoomView view;
  private final LongSupplier operationIds;
  private final Set<Owner> dead = new HashSet<>();
  private final Map<Owner, Long> strangersSinceNs = new HashMap<>();
  private long nextNs = Long.MAX_VALUE;
  private long fetching = -1;
  private long deadlineNs = Long.MAX_VALUE;

  Reconciler(RoomEnvironment environment, RoomView view, LongSupplier operationIds) {
    this.environment = environment;
    this.view = view;
    this.operationIds = operationIds;
  }

  void start(long nowNs) {
    soon(nowNs);
  }

  void stop() {
    nextNs = Long.MAX_VALUE;
    fetching = -1;
    deadlineNs = Long.MAX_VALUE;
  }

  /** Something has changed that the registry may tell more about. */
  void soon(long nowNs) {
    nextNs = Math.min(nextNs, nowNs);
  }

  void onServerDown(Owner owner) {
    dead.add(owner);
  }

  void onServerUp(Owner owner) {
    dead.remove(owner);
    dead.removeIf(former -> former.supersededBy(owner));
  }

  /** @return whether these are the rows that were asked for, and not an answer that comes too late */
  boolean onRows(long operation, List<Row> rows, long nowNs) {
    if (operation != fetching) {
      return false;
    }
    fetching = -1;
    deadlineNs = Long.MAX_VALUE;
    List<Row> orphans = new ArrayList<>();
    Set<Owner> strangers = new HashSet<>();
    for (Row row : rows) {
      Owner owner = row.owner();
      if (owner.serverId().equals(environment.self().serverId()) || view.isUp(owner)) {
        continue;
      }
      strangers.add(owner);
      Owner present = view.upOwner(owner.serverId());
      if (dead.contains(owner) || (present != null && owner.supersededBy(present))
          || nowNs - strangersSinceNs.computeIfAbsent(owner, o -> nowNs) >= STRANGER_NS) {
        orphans.add(row);
      }
    }
    strangersSinceNs.keySet().retainAll(strangers);
    for (Row row : orphans) {
      environment.registry().removeIfOwner(operationIds.getAsLong(), row.key(), row.owner());
    }
    return true;
  }

  void onFailed(long operation, long nowNs) {
    if (operation == fetching) {
      fetching = -1;
      deadlineNs = Long.MAX_VALUE;
      nextNs = Math.min(nextNs, nowNs + ClusterTimings.REGISTRY_RETRY_NS);
    }
  }

  long nextDeadlineNs() {
    return fetching >= 0 ? deadlineNs : nextNs;
  }

  void onTimeout(long nowNs) {
    if (fetching >= 0 && deadlineNs <= nowNs) {
      onFailed(fetching, nowNs);
    }
    if (fetching < 0 && nextNs <= nowNs) {
      nextNs = nowNs + ClusterTimings.RECONCILE_NS;
      fetching = operationIds.getAsLong();
      deadlineNs = nowNs + ClusterTimings.REGISTRY_DEADLINE_NS;
      environment.registry().fetchRoom(fetching, environment.room());
    }
  }
}
