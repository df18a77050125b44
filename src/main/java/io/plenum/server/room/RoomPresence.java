package io.plenum.server.room;

import io.plenum.cluster.message.Layers;
import io.plenum.media.parameters.MediaKind;
import java.util.List;
import java.util.Map;

/** The room's presence in the cluster: what other nodes are to learn of what happens here. Called on the room's loop. */
public interface RoomPresence {
  /** A node that is alone. */
  RoomPresence ALONE = new RoomPresence() {};

  /** A router of the room is there. */
  default void onRouter(String routerId) {}

  default void onPeerJoined(String peerId, String displayName, Map<String, Object> device) {}

  default void onDisplayName(String peerId, String displayName) {}

  /** It has been told to go to another node. */
  default void onPeerMoving(String peerId) {}

  default void onPeerLeft(String peerId) {}

  default void onProducerAdded(
      String producerId, String routerId, String peerId, MediaKind kind, boolean paused, Map<String, Object> appData) {}

  /** Its pause and its end are told as a producer's. What else its consumers must know comes with it over the pipe. */
  default void onDataProducerAdded(
      String dataProducerId, String routerId, String peerId, boolean paused, Map<String, Object> appData) {}

  /** Also of a data producer. */
  default void onProducerPaused(String producerId, boolean paused) {}

  /** Also of a data producer. */
  default void onProducerClosed(String producerId) {}

  /** @param scores how well it arrives, one for each encoding */
  default void onProducerScore(String producerId, List<Integer> scores) {}

  /** A fault of ours closed a transport that is no peer's. */
  default void onTransportFaulted(String transportId) {}

  /**
   * A consumer here wants media of a producer that is not on its router; {@link Layers#NONE} while it is paused. Also a data
   * consumer, which wants {@link Layers#DATA} or nothing.
   */
  default void onConsumer(String consumerId, String routerId, String producerId, Layers layers) {}

  /** Also of a data consumer. */
  default void onConsumerClosed(String consumerId) {}

  /** The last peer here has left. */
  default void close() {}
}
