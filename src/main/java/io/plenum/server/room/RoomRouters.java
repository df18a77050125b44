package io.plenum.server.room;

import io.plenum.cluster.RouterChooser;
import io.plenum.server.ops.LogLine;
import io.plenum.server.router.RouterPlacement;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routers of one room on this node, each on a media loop of its own: the first from the room's beginning, further ones
 * when those there have enough. Once made, a router stays until the room closes here: other nodes' media may arrive on it, and
 * the next peers find it. On the room's loop.
 */
final class RoomRouters {
  private static final Logger log = LoggerFactory.getLogger(RoomRouters.class);

  /** A router, or one that is on its way. */
  static final class Place {
    private final int loop;
    private RouterVerticle router;
    private Future<RouterVerticle> ready;

    private Place(int loop) {
      this.loop = loop;
    }
  }

  private final String room;
  private final RouterPlacement placement;
  private final int capacity;
  private final Consumer<RouterVerticle> onAdded;
  private final List<Place> places = new ArrayList<>();
  private boolean closed;

  /**
   * @param capacity consumers that one router should have
   * @param onAdded called on the room's loop with each router but the first, before any peer is on it
   */
  RoomRouters(String room, RouterPlacement placement, RouterVerticle first, int capacity, Consumer<RouterVerticle> onAdded) {
    this.room = room;
    this.placement = placement;
    this.capacity = capacity;
    this.onAdded = onAdded;
    Place place = new Place(placement.loopOf(first));
    place.router = first;
    place.ready = Future.succeededFuture(first);
    places.add(place);
  }

  RouterVerticle first() {
    return places.get(0).router;
  }

  /** All that run. */
  List<RouterVerticle> all() {
    return places.stream().filter(place -> place.router != null).map(place -> place.router).toList();
  }

  /** Null if the room has none of that id. */
  RouterVerticle byId(String routerId) {
    for (Place place : places) {
      if (place.router != null && place.router.routerId().equals(routerId)) {
        return place.router;
      }
    }
    return null;
  }

  /**
   * mediasoup's {@code getBestRouterForRoom}: the router that the peer is on. If it has none yet, one is chosen, and the peer
   * counts as being there from now on. Completes when the router runs; with the room's first if it could not be made.
   *
   * @param peers all of the room here, this one included
   * @param remoteProducers that the room has on other nodes
   */
  Future<RouterVerticle> routerFor(Peer peer, Collection<Peer> peers, int remoteProducers) {
    if (peer.place() == null) {
      long nowNs = System.nanoTime();
      int producers = remoteProducers + peers.stream().mapToInt(each -> each.expectedProducers(nowNs)).sum();
      peer.place(best(peers, producers));
    }
    return peer.place().ready
        .recover(failure -> closed ? Future.failedFuture(failure) : Future.succeededFuture(first()))
        .onSuccess(router -> {
          peer.router(router);
          peer.place(placeOf(router));
        });
  }

  /** @param producers of the room: everybody will consume all of them */
  private Place best(Collection<Peer> peers, int producers) {
    List<RouterChooser.Router> routers = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      Place place = places.get(i);
      long peersThere = peers.stream().filter(peer -> peer.place() == place).count();
      int consumers = (int) Math.min(peersThere * producers, Integer.MAX_VALUE / 2);
      routers.add(new RouterChooser.Router(Integer.toString(i), place.loop, consumers));
    }
    RouterChooser.Choice choice = RouterChooser.choose(routers, placement.burdens(), producers, capacity);
    return choice.routerId() != null ? places.get(Integer.parseInt(choice.routerId())) : add(choice.loop());
  }

  private Place add(int loop) {
    Place place = new Place(loop);
    places.add(place);
    Promise<RouterVerticle> ready = Promise.promise();
    Context context = Vertx.currentContext();
    place.ready = ready.future();
    placement.place(loop).onComplete(placed -> context.runOnContext(v -> {
      if (placed.failed() || closed) {
        if (placed.succeeded()) {
          placement.remove(placed.result());
        } else {
          log.error("{}", LogLine.of("router not added").room(room).with("loop", loop), placed.cause());
        }
        places.remove(place);
        ready.fail(placed.failed() ? placed.cause() : new IllegalStateException("the room has closed"));
        return;
      }
      place.router = placed.result();
      log.info("{}", LogLine.of("router added").room(room).router(place.router.routerId())
          .with("loop", loop).with("routers", places.size()));
      onAdded.accept(place.router);
      ready.complete(place.router);
    }));
    return place;
  }

  private Place placeOf(RouterVerticle router) {
    return places.stream().filter(place -> place.router == router).findFirst().orElse(null);
  }

  /** The last peer has left: all routers close. */
  void close() {
    closed = true;
    all().forEach(placement::remove);
  }
}
