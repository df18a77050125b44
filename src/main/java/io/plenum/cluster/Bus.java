package io.plenum.cluster;

import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.SignalMessage;

/** Port to the event bus, which may lose, repeat, reorder and delay. */
public interface Bus {
  /** To all nodes that subscribe to the room's topic; one's own come back and are ignored. */
  void publish(RoomMessage message);

  /** To {@code signal.<serverId>}. */
  void send(String serverId, SignalMessage message);
}
