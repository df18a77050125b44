package io.plenum.server.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.router.Consumer;
import io.plenum.server.room.Peer;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Future;
import java.util.Map;

/** What a peer does with its own consumers. */
final class ConsumerMethods {
  private final RoomVerticle room;
  private final Peer peer;

  ConsumerMethods(RoomVerticle room, Peer peer) {
    this.room = room;
    this.peer = peer;
  }

  Map<String, PeerSession.Method> methods() {
    return Map.of(
        "pauseConsumer", this::pause,
        "resumeConsumer", this::resume,
        "requestConsumerKeyFrame", data -> with(data, consumer -> consumer.requestKeyFrame(peer.router().nowNs())),
        "setConsumerPreferredLayers", this::setPreferredLayers,
        "setConsumerPriority", this::setPriority,
        "getConsumerStats", this::stats);
  }

  private Future<?> with(JsonNode data, java.util.function.Consumer<Consumer> action) {
    String consumerId = RequestData.text(data, "consumerId");
    peer.requireConsumer(consumerId);
    return peer.router().run(r -> action.accept(r.consumer(consumerId)));
  }

  private Future<?> pause(JsonNode data) {
    Future<?> paused = with(data, Consumer::pause);
    room.media().onConsumerPaused(peer, RequestData.text(data, "consumerId"), true);
    return paused;
  }

  private Future<?> resume(JsonNode data) {
    Future<?> resumed = with(data, consumer -> consumer.resume(peer.router().nowNs()));
    room.media().onConsumerPaused(peer, RequestData.text(data, "consumerId"), false);
    return resumed;
  }

  private Future<?> setPreferredLayers(JsonNode data) {
    int spatialLayer = RequestData.integer(data, "spatialLayer");
    int temporalLayer = RequestData.optionalInteger(data, "temporalLayer", -1);
    room.media().onPreferredLayers(peer, RequestData.text(data, "consumerId"), spatialLayer, temporalLayer);
    return with(data, consumer -> consumer.setPreferredLayers(spatialLayer, temporalLayer, peer.router().nowNs()));
  }

  private Future<?> setPriority(JsonNode data) {
    int priority = RequestData.integer(data, "priority");
    return with(data, consumer -> consumer.setPriority(priority));
  }

  private Future<?> stats(JsonNode data) {
    String consumerId = RequestData.text(data, "consumerId");
    peer.requireConsumer(consumerId);
    RouterVerticle router = peer.router();
    return router
        .call(r -> r.consumer(consumerId).stats(router.nowNs(), System.currentTimeMillis()))
        .map(stats -> TransportMethods.inForm(peer, stats));
  }
}
