package io.plenum.cluster.message;

/** A router that serves the room on one event loop of the server. */
public record RouterRow(Owner owner, long generation, String room, String routerId) implements Row {
  @Override
  public RowKey key() {
    return new RowKey(RowKey.Table.ROUTERS, room, routerId);
  }
}
