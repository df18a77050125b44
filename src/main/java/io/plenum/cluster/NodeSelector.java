package io.plenum.cluster;

import io.plenum.cluster.message.ServerRow;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/** Which node a client of a room is best sent to. */
public final class NodeSelector {
  /** A node this full is chosen only when all are. */
  static final double FULL = 0.9;

  private NodeSelector() {}

  /**
   * Nodes that drain are never chosen, full ones last. Among the rest: those in the client's region first, then those
   * where the room is already, so that fewer pipes are needed, then the least loaded.
   *
   * @param servers that are up
   * @param serversOfRoom serverIds present in the room
   * @param region of the client; empty when unknown
   * @return empty when all are draining
   */
  public static Optional<ServerRow> select(Collection<ServerRow> servers, Set<String> serversOfRoom, String region) {
    return servers.stream()
        .filter(server -> server.state() == ServerRow.State.ACTIVE)
        .min(Comparator.<ServerRow, Boolean>comparing(server -> server.load() >= FULL)
            .thenComparing(server -> !region.isEmpty() && !server.region().equals(region))
            .thenComparing(server -> !serversOfRoom.contains(server.owner().serverId()))
            .thenComparingDouble(ServerRow::load)
            .thenComparing(server -> server.owner().serverId()));
  }
}
