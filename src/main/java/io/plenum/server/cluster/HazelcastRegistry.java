package io.plenum.server.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.IndexConfig;
import com.hazelcast.config.IndexType;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastJsonValue;
import com.hazelcast.map.IMap;
import com.hazelcast.query.Predicate;
import com.hazelcast.query.Predicates;
import io.plenum.cluster.Registry;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.RowKey.Table;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * The shared maps on Hazelcast. Every operation runs on a worker thread, one after another for each event loop, and may
 * stall there for as long as a silent partition takes to be detected: nothing else waits for it.
 */
public final class HazelcastRegistry implements Registry {
  /** Where the outcome of an operation goes, on the loop that asked. */
  public interface Outcomes {
    void onRegistryDone(long operation);

    void onRegistryRows(long operation, List<Row> rows);

    void onRegistryFailed(long operation);
  }

  private final HazelcastInstance hazelcast;
  private final WorkerExecutor workers;
  private final Outcomes outcomes;

  /** @param workers on which operations may block */
  public HazelcastRegistry(HazelcastInstance hazelcast, WorkerExecutor workers, Outcomes outcomes) {
    this.hazelcast = hazelcast;
    this.workers = workers;
    this.outcomes = outcomes;
  }

  /** The same maps for another who asks; operation numbers are each asker's own. */
  HazelcastRegistry answeringTo(Outcomes asker) {
    return new HazelcastRegistry(hazelcast, workers, asker);
  }

  /** Rows of the table whose primary copy is on this member; asks no other one, but is not for an event loop. */
  long ownedRows(Table table) {
    return map(table).getLocalMapStats().getOwnedEntryCount();
  }

  /** The event bus's subscriptions, of any node, whose primary copy is on this member. */
  long ownedSubscriptions() {
    return hazelcast.getMultiMap(GridConfig.SUBSCRIPTIONS).getLocalMultiMapStats().getOwnedEntryCount();
  }

  static String mapName(Table table) {
    return GridConfig.MAP_PREFIX + table.name().toLowerCase(Locale.ROOT);
  }

  /** What rows are looked for by. */
  static void addIndexes(Config grid, MapConfig model) {
    for (Table table : Table.values()) {
      grid.addMapConfig(new MapConfig(model)
          .setName(mapName(table))
          .addIndexConfig(new IndexConfig(IndexType.HASH, "room"))
          .addIndexConfig(new IndexConfig(IndexType.HASH, "owner.serverId")));
    }
  }

  @Override
  public void put(long operation, Row row) {
    HazelcastJsonValue value = new HazelcastJsonValue(ClusterJson.write(row));
    run(operation, () -> {
      map(row.key()).set(text(row.key()), value);
      return null;
    });
  }

  @Override
  public void removeIfOwner(long operation, RowKey key, Owner owner) {
    run(operation, () -> {
      String id = text(key);
      HazelcastJsonValue value = map(key).get(id);
      Row row = value == null ? null : ClusterJson.read(value.getValue(), Row.class);
      if (row != null && row.owner().equals(owner)) {
        // Compared again by the map: the owner may write it in this moment.
        map(key).remove(id, value);
      }
      return null;
    });
  }

  @Override
  public void fetchRoom(long operation, String room) {
    run(operation, () -> rows(List.of(Table.ROOMS, Table.ROUTERS, Table.PEERS, Table.PRODUCERS), Predicates.equal("room", room)));
  }

  @Override
  public void fetchServers(long operation) {
    run(operation, () -> rows(List.of(Table.SERVERS), Predicates.alwaysTrue()));
  }

  @Override
  public void fetchOwned(long operation, String serverId) {
    run(operation, () -> rows(List.of(Table.values()), Predicates.equal("owner.serverId", serverId)));
  }

  private List<Row> rows(List<Table> tables, Predicate<String, HazelcastJsonValue> predicate) {
    List<Row> rows = new ArrayList<>();
    for (Table table : tables) {
      for (HazelcastJsonValue value : map(table).values(predicate)) {
        Row row = ClusterJson.read(value.getValue(), Row.class);
        if (row != null) {
          rows.add(row);
        }
      }
    }
    return rows;
  }

  private void run(long operation, Callable<List<Row>> action) {
    workers.executeBlocking(action, true).onComplete(done -> {
      if (done.failed()) {
        outcomes.onRegistryFailed(operation);
      } else if (done.result() == null) {
        outcomes.onRegistryDone(operation);
      } else {
        outcomes.onRegistryRows(operation, done.result());
      }
    });
  }

  /** The first time, all members are asked to build its indexes, which takes seconds on a busy one. */
  private IMap<String, HazelcastJsonValue> map(Table table) {
    return hazelcast.getMap(mapName(table));
  }

  private IMap<String, HazelcastJsonValue> map(RowKey key) {
    return map(key.table());
  }

  /** The room stands behind the first "@", which is what Hazelcast chooses the partition by. */
  private static String text(RowKey key) {
    return key.id().replace("%", "%25").replace("@", "%40") + "@" + key.room();
  }
}
