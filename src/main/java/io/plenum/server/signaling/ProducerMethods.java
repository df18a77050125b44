package io.plenum.server.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.server.room.Peer;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a peer does with its own producers. */
final class ProducerMethods {
  private final RoomVerticle room;
  private final Peer peer;

  ProducerMethods(RoomVerticle room, Peer peer) {
    this.room = room;
    this.peer = peer;
  }

  Map<String, PeerSession.Method> methods() {
    return Map.of(
        "produce", this::produce,
        "closeProducer", data -> room.media().close(peer, RequestData.text(data, "producerId")),
        "pauseProducer", data -> room.media().pause(peer, RequestData.text(data, "producerId"), true),
        "resumeProducer", data -> room.media().pause(peer, RequestData.text(data, "producerId"), false),
        "getProducerStats", this::stats);
  }

  private Future<?> produce(JsonNode data) {
    return room.media()
        .produce(peer,
            RequestData.text(data, "transportId"),
            RequestData.object(data, "kind", MediaKind.class),
            RequestData.object(data, "rtpParameters", RtpParameters.class),
            data.path("paused").asBoolean(),
            RequestData.appData(data))
        .compose(producerId -> {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("id", producerId);
          answer.put("producerId", producerId);
          return RoomMethods.answerThen(answer, () -> room.media().afterProduce(peer, producerId));
        });
  }

  private Future<?> stats(JsonNode data) {
    String producerId = RequestData.text(data, "producerId");
    peer.requireProducer(producerId);
    RouterVerticle router = peer.router();
    return router
        .call(r -> r.producer(producerId).stats(router.nowNs(), System.currentTimeMillis()))
        .map(stats -> TransportMethods.inForm(peer, stats));
  }
}
