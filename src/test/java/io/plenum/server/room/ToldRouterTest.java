package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.CapturedLog;
import io.plenum.media.PlenumException;
import io.plenum.server.router.RouterVerticle;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is asked of a router while nobody waits for the outcome. */
class ToldRouterTest {
  @Test
  void aFaultOfOursIsLoggedWithItsStackAndARefusalAtDebug() throws Exception {
    try (SocketlessRooms rooms = new SocketlessRooms(Map.of()); CapturedLog log = CapturedLog.of(RouterVerticle.class)) {
      Rooms.Opened opened = rooms.open("told");
      RouterVerticle router = SocketlessRooms.on(opened.context(), () -> {
        RouterVerticle first = opened.room().routers().get(0);
        first.tell(r -> {
          throw new PlenumException("consumer-not-found", "it has gone");
        });
        first.tell(r -> {
          throw new IllegalStateException("a fault");
        });
        return first;
      });
      // Behind the two on the router's loop, and its answer behind theirs on the room's.
      SocketlessRooms.await(SocketlessRooms.on(opened.context(), () -> router.run(r -> { })));
      SocketlessRooms.on(opened.context(), () -> null);
      assertEquals(List.of(
          "DEBUG router refused router=" + router.routerId() + " code=consumer-not-found reason=\"it has gone\"",
          "ERROR router failed router=" + router.routerId() + " java.lang.IllegalStateException: a fault"), log.lines());
    }
  }
}
