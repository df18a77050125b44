package io.plenum.cluster.message;

/**
 * Where a row is stored. Keys of one room live in one partition of the registry.
 *
 * @param room empty for {@link Table#SERVERS}
 * @param id a key belongs to one server for ever: ids of routers and producers are unique, those of room memberships
 *     and
 *     peers contain the serverId. So no two servers ever write the same key, and a merge has nothing to decide.
 */
public record RowKey(Table table, String room, String id) {
  /** The shared maps. */
  public enum Table { SERVERS, ROOMS, ROUTERS, PEERS, PRODUCERS }
}
