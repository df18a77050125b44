package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.SignalMessage;
import java.util.HashMap;
import java.util.Map;

/**
 * A room on a node that is alone: nobody is to be told anything, but its routers are joined to each other as in a
 * cluster. What {@link RoomCoordinator} is for a room that spans nodes; inputs mean the same.
 */
public final class LoneRoom {
  /** Nobody listens. */
  private static final Bus NOBODY = new Bus() {
    @Override
    public void publish(RoomMessage message) {
      // There is no other node.
    }

    @Override
    public void send(String serverId, SignalMessage message) {
      // There is no other node.
    }
  };
  private static final Owner SELF = new Owner("alone", 1);

  private final String room;
  private final Map<String, ProducerRow> producers = new HashMap<>();
  private final Crossings crossings;
  private boolean closed;

  public LoneRoom(String room, Media media, RoomListener listener) {
    this.room = room;
    this.crossings = new Crossings(new RoomEnvironment(room, SELF, 1, null, NOBODY, media, listener, new OwnScores()),
        producers::get);
  }

  public void onRouterAdded(String routerId, long nowNs) {
    crossings.onRouterAdded(routerId);
    settle(nowNs);
  }

  public void onProducerAdded(String producerId, String routerId, String peerId, ProducerKind kind, long nowNs) {
    producers.put(producerId, new ProducerRow(SELF, 1, room, producerId, routerId, peerId, kind, false, Map.of()));
    crossings.onProducersChanged();
    settle(nowNs);
  }

  public void onProducerClosed(String producerId, long nowNs) {
    if (producers.remove(producerId) != null) {
      crossings.onOwnProducerClosed(producerId);
      settle(nowNs);
    }
  }

  /** @param layers {@link Layers#NONE} while the consumer is paused */
  public void onConsumer(String consumerId, String routerId, String producerId, Layers layers, long nowNs) {
    crossings.onConsumer(consumerId, routerId, producerId, layers, nowNs);
    settle(nowNs);
  }

  public void onConsumerClosed(String consumerId, long nowNs) {
    crossings.onConsumerClosed(consumerId, nowNs);
    settle(nowNs);
  }

  public void onFeedOpened(String feedId, long nowNs) {
    crossings.onFeedOpened(feedId);
    settle(nowNs);
  }

  public void onFeedFailed(String feedId, long nowNs) {
    crossings.onFeedFailed(feedId, nowNs);
    settle(nowNs);
  }

  /** The last peer has left. */
  public void close(long nowNs) {
    closed = true;
    crossings.closeAll(nowNs);
    producers.clear();
  }

  private void settle(long nowNs) {
    if (!closed) {
      crossings.settle(nowNs);
    }
  }

  /** When {@link #onTimeout} is due; {@code Long.MAX_VALUE} for never. */
  public long nextDeadlineNs() {
    return closed ? Long.MAX_VALUE : crossings.nextDeadlineNs();
  }

  public void onTimeout(long nowNs) {
    if (!closed) {
      crossings.onTimeout(nowNs);
      settle(nowNs);
    }
  }
}
