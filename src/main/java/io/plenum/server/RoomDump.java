package io.plenum.server;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.room.Rooms;
import io.plenum.server.router.RouterVerticle;
import io.plenum.server.web.DebugSource;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
    return rooms.opened().compose(open -> {
      Promise<Map<String, Object>> dumped = Promise.promise();
      open.stream().filter(each -> each.room().name().equals(roomId)).findFirst().ifPresentOrElse(
          found -> found.context().runOnContext(v -> dump(found.room()).onComplete(dumped)),
          () -> dumped.fail(new PlenumException("room-not-found", "no peer of the room is on this node")));
      return dumped.future();
    });
  }

  /** On the room's loop. */
  private static Future<Map<String, Object>> dump(RoomVerticle room) {
    Dump own = new Dump();
    room.dump(own);
    List<Future<Map<String, Object>>> routers = room.routers().stream().map(RoomDump::dump).toList();
    return Future.all(routers).map(all -> {
      Map<String, Object> tree = new LinkedHashMap<>(own.tree());
      tree.put("routers", routers.stream().map(Future::result).toList());
      return tree;
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
