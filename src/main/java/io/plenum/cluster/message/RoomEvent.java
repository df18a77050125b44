package io.plenum.cluster.message;

/** What happened in a room, by its name on the wire. */
public enum RoomEvent {
  PEER_JOIN("peer:join"),
  PEER_LEAVE("peer:leave"),
  PEER_DISPLAY_NAME("peer:displayName"),
  PEER_MOVE("peer:move"),
  PRODUCER_ADD("producer:add"),
  PRODUCER_CLOSE("producer:close"),
  PRODUCER_PAUSE("producer:pause"),
  PRODUCER_RESUME("producer:resume"),
  ROUTER_ADD("router:add"),
  ROUTER_CLOSE("router:close"),
  ROOM_ENTER("room:enter"),
  ROOM_LEAVE("room:leave"),
  NOTIFICATION("notification");

  private final String wireName;

  RoomEvent(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }

  /** Null for a name that this version does not know: its change is skipped, its generation is counted. */
  public static RoomEvent ofWireName(String name) {
    for (RoomEvent event : values()) {
      if (event.wireName.equals(name)) {
        return event;
      }
    }
    return null;
  }

  /** Whether the row that comes with it is to be forgotten. */
  public boolean removes() {
    return this == PEER_LEAVE || this == PRODUCER_CLOSE || this == ROUTER_CLOSE;
  }
}
