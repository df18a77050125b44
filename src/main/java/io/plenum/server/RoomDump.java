package io.plenum.server;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.room.Rooms;
import io.plenum.server.web.DebugSource;
import io.vertx.core.Future;
import java.util.Map;

/** Everything one room holds on this node, as {@code /debug?room=} shows it. */
final class RoomDump implements DebugSource {
  private final Rooms rooms;

  RoomDump(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<Map<String, Object>> dump(String roomId) {
    return rooms.all().compose(all -> {
      RoomVerticle room = all.get(roomId);
      if (room == null) {
        return Future.failedFuture(new PlenumException("room-not-found", "no peer of the room is on this node"));
      }
      return room.router().call(router -> {
        Dump dump = new Dump();
        dump.value("room", roomId).part("router", router::dump);
        return dump.tree();
      });
    });
  }
}
