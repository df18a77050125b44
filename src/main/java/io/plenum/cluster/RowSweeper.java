package io.plenum.cluster;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Looks for rows that nobody else would remove: those of dead servers in rooms that are open nowhere any more, and own
 * ones that a late operation has left behind.
 */
final class RowSweeper {
  /** A dead server's last writes may take effect after it was declared dead; so its rows are looked for this often. */
  static final int SWEEPS_OF_THE_DEAD = 4;

  private static final class Sweep {
    /** Remaining for a dead server; for the own one it never ends. */
    int remaining = SWEEPS_OF_THE_DEAD;
    long dueNs;
    long operation = -1;
  }

  private final Registry registry;
  private final LongSupplier operationIds;
  private final Predicate<RowKey> isOwnAndWanted;
  private final Map<Owner, Sweep> sweeps = new LinkedHashMap<>();
  private final Map<Long, Owner> asked = new HashMap<>();
  private Owner self;

  /** @param isOwnAndWanted whether a row of this life of this server is in a room that is open */
  RowSweeper(Registry registry, LongSupplier operationIds, Predicate<RowKey> isOwnAndWanted) {
    this.registry = registry;
    this.operationIds = operationIds;
    this.isOwnAndWanted = isOwnAndWanted;
  }

  void start(Owner newSelf, long nowNs) {
    self = newSelf;
    Sweep own = new Sweep();
    own.dueNs = nowNs + ClusterTimings.SWEEP_NS;
    sweeps.put(self, own);
  }

  void onServerDown(Owner owner, long nowNs) {
    Sweep sweep = new Sweep();
    sweep.dueNs = nowNs;
    sweeps.put(owner, sweep);
  }

  void onServerUp(Owner owner) {
    sweeps.remove(owner);
  }

  /** @return whether that was an answer to one of ours */
  boolean onRows(long operation, List<Row> rows, long nowNs) {
    Owner owner = asked.remove(operation);
    if (owner == null) {
      return false;
    }
    Sweep sweep = sweeps.get(owner);
    if (sweep == null || sweep.operation != operation) {
      return true;
    }
    next(owner, sweep, nowNs);
    // The server row last: as long as it is there, another node can find out that there is something to sweep.
    List<Row> serverLast = new ArrayList<>(rows);
    serverLast.sort(Comparator.comparing(row -> row.key().table() == RowKey.Table.SERVERS));
    for (Row row : serverLast) {
      boolean earlierLife = row.owner().supersededBy(owner);
      boolean thisLife = row.owner().equals(owner) && !(owner.equals(self) && isOwnAndWanted.test(row.key()));
      if (earlierLife || thisLife) {
        registry.removeIfOwner(operationIds.getAsLong(), row.key(), row.owner());
      }
    }
    return true;
  }

  private void next(Owner owner, Sweep sweep, long nowNs) {
    sweep.operation = -1;
    sweep.dueNs = nowNs + (owner.equals(self) ? ClusterTimings.SWEEP_NS : ClusterTimings.RECONCILE_NS);
    if (!owner.equals(self) && --sweep.remaining == 0) {
      sweeps.remove(owner);
    }
  }

  void onFailed(long operation, long nowNs) {
    Owner owner = asked.remove(operation);
    Sweep sweep = owner == null ? null : sweeps.get(owner);
    if (sweep != null && sweep.operation == operation) {
      sweep.operation = -1;
      sweep.dueNs = nowNs + ClusterTimings.REGISTRY_RETRY_NS;
    }
  }

  long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (Sweep sweep : sweeps.values()) {
      next = Math.min(next, sweep.dueNs);
    }
    return next;
  }

  void onTimeout(long nowNs) {
    sweeps.forEach((owner, sweep) -> {
      if (sweep.dueNs <= nowNs) {
        asked.remove(sweep.operation);
        sweep.operation = operationIds.getAsLong();
        sweep.dueNs = nowNs + ClusterTimings.REGISTRY_DEADLINE_NS;
        asked.put(sweep.operation, owner);
        registry.fetchOwned(sweep.operation, owner.serverId());
      }
    });
  }
}
