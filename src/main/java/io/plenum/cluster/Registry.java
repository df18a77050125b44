package io.plenum.cluster;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import java.util.List;

/**
 * Port to the shared maps. Every call returns at once; its outcome comes later as {@code onRegistryDone},
 * {@code onRegistryRows} or {@code onRegistryFailed} with the same operation number, or never: the caller has its own
 * deadline, and an operation that it has given up may still take effect.
 *
 * <p>Nothing here is atomic over several rows, writes may be lost in a merge, and a read may be old.
 */
public interface Registry {
  /** Who asks, and so hears what came of it. */
  interface Answers {
    void onRegistryDone(long operation, long nowNs);

    void onRegistryRows(long operation, List<Row> rows, long nowNs);

    void onRegistryFailed(long operation, long nowNs);
  }

  /** Stores the row under its key, whatever is there: only its owner calls this. */
  void put(long operation, Row row);

  /** Removes what is under the key if it belongs to that life of that server; anything else is left alone. */
  void removeIfOwner(long operation, RowKey key, Owner owner);

  /** All rows of a room: memberships, routers, peers, producers. */
  void fetchRoom(long operation, String room);

  /** All rows in {@link RowKey.Table#SERVERS}. */
  void fetchServers(long operation);

  /** All rows of one server, in any table and room, of any of its lives. */
  void fetchOwned(long operation, String serverId);
}
