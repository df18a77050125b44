package io.plenum.server.cluster;

import io.plenum.cluster.LoneRoom;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.media.parameters.MediaKind;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.pipe.RouterMedia;
import io.plenum.server.room.RoomPresence;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.room.Rooms;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node without a cluster: its rooms' routers are joined to each other, and that is all. */
public final class LoneNode implements Rooms.Membership {
  private static final Logger log = LoggerFactory.getLogger(LoneNode.class);

  private final Vertx vertx;
  private final PlenumConfig config;

  public LoneNode(Vertx vertx, PlenumConfig config) {
    this.vertx = vertx;
    this.config = config;
  }

  /** On the room's loop. */
  @Override
  public Future<Void> enter(RoomVerticle room) {
    room.presence(new Presence(room, Vertx.currentContext()));
    return Future.succeededFuture();
  }

  /** Drives one room's {@link LoneRoom}, on the room's loop. */
  private final class Presence implements RoomPresence, RouterMedia.Outcomes {
    private final String name;
    private final RouterMedia media;
    private final LoneRoom room;
    private final DeadlineTimer timer;

    Presence(RoomVerticle of, Context context) {
      name = of.name();
      media = new RouterMedia(name, context, of::router, "", config.pipe(), this);
      room = new LoneRoom(name, media, of.remote());
      timer = new DeadlineTimer(vertx, room::nextDeadlineNs, this::onTimeout);
    }

    private void onTimeout(long nowNs) {
      with(room::onTimeout);
    }

    /** Every input goes this way: the core has to say afterwards when it wants to be woken. */
    private void with(LongConsumer input) {
      try {
        input.accept(System.nanoTime());
      } catch (RuntimeException fault) {
        log.error("room coordinator failed room={}", name, fault);
      }
      timer.onChanged();
    }

    @Override
    public void onRouter(String routerId) {
      with(nowNs -> room.onRouterAdded(routerId, nowNs));
    }

    @Override
    public void onProducerAdded(String producerId, String routerId, String peerId, MediaKind kind, boolean paused,
        Map<String, Object> appData) {
      with(nowNs -> room.onProducerAdded(producerId, routerId, peerId, ProducerKind.of(kind), nowNs));
    }

    @Override
    public void onDataProducerAdded(String dataProducerId, String routerId, String peerId, boolean paused,
        Map<String, Object> appData) {
      with(nowNs -> room.onProducerAdded(dataProducerId, routerId, peerId, ProducerKind.DATA, nowNs));
    }

    @Override
    public void onProducerClosed(String producerId) {
      with(nowNs -> room.onProducerClosed(producerId, nowNs));
    }

    @Override
    public void onConsumer(String consumerId, String routerId, String producerId, Layers layers) {
      with(nowNs -> room.onConsumer(consumerId, routerId, producerId, layers, nowNs));
    }

    @Override
    public void onConsumerClosed(String consumerId) {
      with(nowNs -> room.onConsumerClosed(consumerId, nowNs));
    }

    @Override
    public void onTransportFaulted(String transportId) {
      media.onTransportFaulted(transportId);
    }

    @Override
    public void close() {
      with(room::close);
    }

    @Override
    public void onFeedOpened(String feedId) {
      with(nowNs -> room.onFeedOpened(feedId, nowNs));
    }

    @Override
    public void onFeedFailed(String feedId, String reason) {
      with(nowNs -> room.onFeedFailed(feedId, nowNs));
    }
  }
}
