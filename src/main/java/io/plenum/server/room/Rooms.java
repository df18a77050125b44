package io.plenum.server.room;

import io.plenum.media.PlenumException;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.net.EventLoops;
import io.plenum.server.ops.LogLine;
import io.plenum.server.router.RouterPlacement;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rooms that are present on this node, by name. Lives on one control loop; asked from anywhere. */
public final class Rooms {
  private static final Logger log = LoggerFactory.getLogger(Rooms.class);

  private final EventLoops loops;
  private final Context context;
  private final RouterPlacement placement;
  private final PlenumConfig config;
  private final Membership membership;
  private final UnreachedClients unreached;
  private final Map<String, Entry> rooms = new HashMap<>();
  /** Number of rooms that clients of an address have opened and that are still open. */
  private final Map<Object, Integer> openedBy = new HashMap<>();

  /** One promise per room: whoever asks while it is being made gets the same one. */
  private record Entry(Context context, Object openedBy, Future<RoomVerticle> room) {}

  /** A room, and the context on which it must be spoken to. */
  public record Opened(RoomVerticle room, Context context) {}

  /** Joins the routers of a room that has just opened, and the room to its other nodes; before its first peer. */
  public interface Membership {
    Future<Void> enter(RoomVerticle room);
  }

  /** @param unreached of the node */
  public Rooms(EventLoops loops, RouterPlacement placement, PlenumConfig config, Membership membership,
      UnreachedClients unreached) {
    this.unreached = unreached;
    this.membership = membership;
    this.loops = loops;
    this.context = loops.nextControl();
    this.placement = placement;
    this.config = config;
  }

  /** For somebody who is not counted by an address. */
  public Future<Opened> open(String name) {
    return open(name, null);
  }

  /**
   * The room of that name, made if there is none. Fails with {@code too-many-rooms}.
   *
   * @param address whose client asks; null if it is not counted by its address
   */
  public Future<Opened> open(String name, Object address) {
    Promise<Opened> opened = Promise.promise();
    context.runOnContext(v -> {
      Entry entry = rooms.get(name);
      if (entry == null) {
        if (rooms.size() >= config.limits().roomsPerNode()) {
          opened.fail(new PlenumException("too-many-rooms", "this node has " + rooms.size() + " rooms already (limits.roomsPerNode)"));
          return;
        }
        int perAddress = config.perAddress().rooms();
        if (address != null && perAddress > 0 && openedBy.getOrDefault(address, 0) >= perAddress) {
          opened.fail(new PlenumException("too-many-rooms", "clients of your address have opened " + perAddress + " rooms already"));
          return;
        }
        Context roomContext = loops.nextControl();
        entry = new Entry(roomContext, address, create(name, roomContext));
        rooms.put(name, entry);
        if (address != null) {
          openedBy.merge(address, 1, Integer::sum);
        }
      }
      Entry found = entry;
      found.room.onSuccess(room -> opened.complete(new Opened(room, found.context))).onFailure(opened::fail);
    });
    return opened.future();
  }

  private Future<RoomVerticle> create(String name, Context roomContext) {
    return placement.place().compose(router -> {
      RoomVerticle room = new RoomVerticle(name, config, placement, router, unreached, this::onEmpty);
      Promise<RoomVerticle> created = Promise.promise();
      roomContext.runOnContext(v -> deploy(room, roomContext, created));
      return created.future().onFailure(failure -> placement.remove(router));
    }).onFailure(failure -> {
      log.error("{}", LogLine.of("room not opened").room(name), failure);
      context.runOnContext(v -> forget(name));
    });
  }

  private void forget(String name) {
    Entry entry = rooms.remove(name);
    if (entry != null && entry.openedBy != null) {
      openedBy.computeIfPresent(entry.openedBy, (address, count) -> count == 1 ? null : count - 1);
    }
  }

  private void deploy(RoomVerticle room, Context roomContext, Promise<RoomVerticle> created) {
    try {
      room.deploy(roomContext).compose(done -> membership.enter(room)).<RoomVerticle>map(done -> room).onComplete(created);
    } catch (Exception e) {
      created.fail(e);
    }
  }

  private void onEmpty(RoomVerticle room) {
    context.runOnContext(v -> {
      Entry entry = rooms.get(room.name());
      if (entry != null && entry.room.result() == room) {
        forget(room.name());
      }
    });
  }

  /** All that are open, each with the context on which it must be spoken to. */
  public Future<List<Opened>> opened() {
    Promise<List<Opened>> opened = Promise.promise();
    context.runOnContext(v -> opened.complete(rooms.values().stream()
        .filter(entry -> entry.room.succeeded())
        .map(entry -> new Opened(entry.room.result(), entry.context)).toList()));
    return opened.future();
  }

  /** For dump and metrics, on the context of the rooms. */
  public Future<Map<String, RoomVerticle>> all() {
    Promise<Map<String, RoomVerticle>> all = Promise.promise();
    context.runOnContext(v -> {
      Map<String, RoomVerticle> open = new HashMap<>();
      rooms.forEach((name, entry) -> {
        if (entry.room.succeeded()) {
          open.put(name, entry.room.result());
        }
      });
      all.complete(open);
    });
    return all.future();
  }
}
