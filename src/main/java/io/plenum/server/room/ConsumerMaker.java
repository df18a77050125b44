package io.plenum.server.room;

import io.plenum.cluster.message.Layers;
import io.plenum.media.router.Router;
import java.util.Map;
import java.util.function.Function;

/** What is different between consumers and data consumers when {@link ConsumerSetup} gives one to a peer. */
interface ConsumerMaker {
  /** As the log calls them. */
  String noun();

  /** The request that offers one to the client. */
  String offer();

  /** Offers of one producer at most, while the client answers each with an error. */
  default int offers() {
    return 1;
  }

  /** How many a peer may have. */
  int limit();

  /** What one wants of its producer to begin with. */
  Layers demand();

  /** Those of the peer: consumer id to producer id. */
  Map<String, String> of(Peer peer);

  /** The peer's transport that they go over, or null if it can receive none. */
  String transportId(Peer peer);

  /**
   * Makes it, paused, and describes it as the client is told. Called on the room's loop; what comes back runs on the
   * router's.
   */
  Function<Router, Map<String, Object>> consume(
      Peer peer, String consumerId, String producerId, Map<String, Object> appData);

  /** The client is ready. On the router's loop. */
  void resume(Router router, String consumerId, long nowNs);

  /** The client has accepted, and its consumer is resumed. On the room's loop. */
  default void onResumed(Peer peer, String consumerId) {}

  /** On the router's loop. */
  void close(Router router, String consumerId, long nowNs);
}
