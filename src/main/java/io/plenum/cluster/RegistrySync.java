package io.plenum.cluster;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Brings the registry to what this node owns in a room, and back to it whenever a look shows a difference: rows that a
 * merge has lost are written again, rows that a late operation has left are removed. A registry that does not answer
 * costs nothing but a list of keys.
 */
final class RegistrySync {
  /** Operations under way at once: a burst of changes shall not fill the registry's queues. */
  static final int MAX_IN_FLIGHT = 32;

  private record Operation(RowKey key, long generation, long deadlineNs) {}

  private final OwnRows own;
  private final Registry registry;
  private final LongSupplier operationIds;
  /** Keys to be written or removed, and whose row a removal is about. */
  private final Map<RowKey, Owner> dirty = new LinkedHashMap<>();
  private final Map<Long, Operation> inFlight = new LinkedHashMap<>();
  private final Set<RowKey> busy = new HashSet<>();
  private long notBeforeNs = Long.MIN_VALUE;

  RegistrySync(OwnRows own, Registry registry, LongSupplier operationIds) {
    this.own = own;
    this.registry = registry;
    this.operationIds = operationIds;
  }

  /** The own row under that key has been put or removed. */
  void onChanged(RowKey key, long nowNs) {
    dirty.put(key, own.owner());
    flush(nowNs);
  }

  /** Nothing is left to do. */
  boolean settled() {
    return dirty.isEmpty() && inFlight.isEmpty();
  }

  /** All rows of the room as the registry has them. */
  void onRows(Collection<Row> rows, long nowNs) {
    Map<RowKey, Row> stored = new HashMap<>();
    for (Row row : rows) {
      if (!row.owner().serverId().equals(own.owner().serverId())) {
        continue;
      }
      stored.put(row.key(), row);
      if (own.get(row.key()) == null && row.owner().incarnation() <= own.owner().incarnation()) {
        dirty.put(row.key(), row.owner());
      }
    }
    for (Row row : own.all()) {
      Row there = stored.get(row.key());
      if (there == null || !there.owner().equals(own.owner()) || there.generation() != row.generation()) {
        dirty.put(row.key(), own.owner());
      }
    }
    flush(nowNs);
  }

  void onDone(long operationId, long nowNs) {
    Operation operation = inFlight.remove(operationId);
    if (operation == null) {
      return;
    }
    busy.remove(operation.key);
    Row row = own.get(operation.key);
    if (operation.generation != (row == null ? 0 : row.generation())) {
      dirty.put(operation.key, own.owner());
    }
    flush(nowNs);
  }

  void onFailed(long operationId, long nowNs) {
    Operation operation = inFlight.remove(operationId);
    if (operation != null) {
      giveUp(operation, nowNs);
    }
  }

  private void giveUp(Operation operation, long nowNs) {
    busy.remove(operation.key);
    dirty.put(operation.key, own.owner());
    notBeforeNs = nowNs + ClusterTimings.REGISTRY_RETRY_NS;
  }

  long nextDeadlineNs() {
    long next = dirty.isEmpty() || inFlight.size() >= MAX_IN_FLIGHT || busy.containsAll(dirty.keySet())
        ? Long.MAX_VALUE : notBeforeNs;
    for (Operation operation : inFlight.values()) {
      next = Math.min(next, operation.deadlineNs);
    }
    return next;
  }

  void onTimeout(long nowNs) {
    for (Iterator<Operation> all = inFlight.values().iterator(); all.hasNext();) {
      Operation operation = all.next();
      if (operation.deadlineNs <= nowNs) {
        all.remove();
        giveUp(operation, nowNs);
      }
    }
    flush(nowNs);
  }

  private void flush(long nowNs) {
    if (dirty.isEmpty() || nowNs < notBeforeNs) {
      return;
    }
    List<Map.Entry<RowKey, Owner>> chosen = new ArrayList<>();
    for (Iterator<Map.Entry<RowKey, Owner>> all = dirty.entrySet().iterator(); all.hasNext();) {
      Map.Entry<RowKey, Owner> entry = all.next();
      if (inFlight.size() + chosen.size() >= MAX_IN_FLIGHT) {
        break;
      }
      // One at a time for each key, so that they cannot overtake each other.
      if (busy.add(entry.getKey())) {
        chosen.add(Map.entry(entry.getKey(), entry.getValue()));
        all.remove();
      }
    }
    for (Map.Entry<RowKey, Owner> entry : chosen) {
      long operation = operationIds.getAsLong();
      Row row = own.get(entry.getKey());
      inFlight.put(operation, new Operation(
          entry.getKey(), row == null ? 0 : row.generation(), nowNs + ClusterTimings.REGISTRY_DEADLINE_NS));
      if (row == null) {
        registry.removeIfOwner(operation, entry.getKey(), entry.getValue());
      } else {
        registry.put(operation, row);
      }
    }
  }
}
