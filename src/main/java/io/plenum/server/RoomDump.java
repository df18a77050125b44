package io.plenum.server;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.room.Rooms;
import io.plenum.server.router.RouterVerticle;
import io.plenum.server.web.DebugSource;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything one room holds on this node, as {@code /debug?room=} shows it. */
final class RoomDump implements DebugSource {
  private final Rooms rooms;

  RoomDump(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<Map<String, Object>> dump(String roomId) {
    return rooms.all().compose(open -> {
      RoomVerticle room = open.get(roomId);
      if (room == null) {
        return Future.failedFuture(new PlenumException("room-not-found", "no peer of the room is on this node"));
      }
      List<Future<Map<String, Object>>> routers = room.routers().stream().map(RoomDump::dump).toList();
      return Future.all(routers).map(all -> {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("room", roomId);
        tree.put("routers", routers.stream().map(Future::result).toList());
        return tree;
      });
    });
  }

  private static Future<Map<String, Object>> dump(RouterVerticle router) {
    return router.call(r -> {
      Dump dump = new Dump();
      r.dump(dump);
      return dump.tree();
    });
  }
}
