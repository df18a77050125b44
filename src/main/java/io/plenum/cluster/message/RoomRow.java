package io.plenum.cluster.message;

/** The server is present in the room. */
public record RoomRow(Owner owner, long generation, String room) implements Row {
  @Override
  public RowKey key() {
    return new RowKey(RowKey.Table.ROOMS, room, owner.serverId());
  }
}
