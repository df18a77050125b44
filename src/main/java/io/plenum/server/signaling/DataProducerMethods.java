package io.plenum.server.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.protocol.sctp.dcep.DcepMessage;
import io.plenum.server.room.Peer;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a peer does with its own data producers. */
final class DataProducerMethods {
  private final RoomVerticle room;
  private final Peer peer;

  DataProducerMethods(RoomVerticle room, Peer peer) {
    this.room = room;
    this.peer = peer;
  }

  Map<String, PeerSession.Method> methods() {
    return Map.of(
        "produceData", this::produce,
        "closeDataProducer", data -> room.data().close(peer, RequestData.text(data, "dataProducerId")),
        "pauseDataProducer", data -> room.data().pause(peer, RequestData.text(data, "dataProducerId"), true),
        "resumeDataProducer", data -> room.data().pause(peer, RequestData.text(data, "dataProducerId"), false),
        "getDataProducerStats", this::stats);
  }

  private Future<?> produce(JsonNode data) {
    String label = name(data, "label");
    String protocol = name(data, "protocol");
    return room.data()
        .produce(peer, RequestData.text(data, "transportId"), new DataProducerOptions(
            "", RequestData.object(data, "sctpStreamParameters", SctpStreamParameters.class), label, protocol,
            data.path("paused").asBoolean(), RequestData.appData(data)))
        .compose(dataProducerId -> {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("id", dataProducerId);
          answer.put("dataProducerId", dataProducerId);
          return RoomMethods.answerThen(answer, () -> room.data().afterProduce(peer, dataProducerId));
        });
  }

  /** Everybody is told it: no longer than a channel that is opened in band may have. */
  private static String name(JsonNode data, String field) {
    String name = data.hasNonNull(field) ? RequestData.text(data, field) : "";
    if (name.getBytes(StandardCharsets.UTF_8).length > DcepMessage.MAX_NAME_BYTES) {
      throw new PlenumException("invalid-request", field + " has more than " + DcepMessage.MAX_NAME_BYTES + " bytes");
    }
    return name;
  }

  private Future<?> stats(JsonNode data) {
    String dataProducerId = RequestData.text(data, "dataProducerId");
    peer.requireDataProducer(dataProducerId);
    RouterVerticle router = peer.router();
    return router
        .call(r -> r.dataProducer(dataProducerId).stats(System.currentTimeMillis()))
        .map(stats -> TransportMethods.inForm(peer, stats));
  }
}
