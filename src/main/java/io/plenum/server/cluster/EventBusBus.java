package io.plenum.server.cluster;

import io.plenum.cluster.Bus;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.SignalMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Consumer;

/** Rooms' topics and servers' addresses on Vert.x's clustered event bus. What cannot be read is dropped. */
public final class EventBusBus implements Bus {
  private static final String ROOM = "room.";
  private static final String SIGNAL = "signal.";
  private static final String URLS = "urls";

  private final Vertx vertx;
  private final BusImpairment impairment;

  EventBusBus(Vertx vertx, BusImpairment impairment) {
    this.vertx = vertx;
    this.impairment = impairment;
  }

  @Override
  public void publish(RoomMessage message) {
    vertx.eventBus().publish(ROOM + message.room(), ClusterJson.write(message));
  }

  @Override
  public void send(String serverId, SignalMessage message) {
    vertx.eventBus().send(SIGNAL + serverId, ClusterJson.write(message));
  }

  void publish(UrlAnnouncements.Announcement announcement) {
    vertx.eventBus().publish(URLS, ClusterJson.write(announcement));
  }

  /** Every server's address for clients, on the caller's context. */
  MessageConsumer<String> subscribeUrls(Consumer<UrlAnnouncements.Announcement> handler) {
    return subscribe(URLS, UrlAnnouncements.Announcement.class, handler);
  }

  /** Messages of the room's topic, on the caller's context, until the consumer is unregistered. */
  MessageConsumer<String> subscribeRoom(String room, Consumer<RoomMessage> handler) {
    return subscribe(ROOM + room, RoomMessage.class, handler);
  }

  /** Messages to this server, on the caller's context. */
  MessageConsumer<String> subscribeSignal(String serverId, Consumer<SignalMessage> handler) {
    return subscribe(SIGNAL + serverId, SignalMessage.class, handler);
  }

  private <T> MessageConsumer<String> subscribe(String address, Class<T> type, Consumer<T> handler) {
    return vertx.eventBus().consumer(address, message -> {
      T read = ClusterJson.read(message.body(), type);
      for (int copies = read == null ? 0 : impairment.copies(); copies > 0; copies--) {
        handler.accept(read);
      }
    });
  }
}
