package io.plenum.server.room;

import io.plenum.media.PlenumException;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.router.RouterVerticle;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives one peer a consumer for one producer: made paused, announced to the client, and resumed when the client says
 * that it is ready, so that the key frame which follows is not lost.
 */
final class ConsumerSetup {
  private static final Logger log = LoggerFactory.getLogger(ConsumerSetup.class);

  private final RoomVerticle room;
  private final RouterVerticle router;
  private final Limits limits;

  ConsumerSetup(RoomVerticle room, RouterVerticle router, Limits limits) {
    this.room = room;
    this.router = router;
    this.limits = limits;
  }

  void setUp(Peer peer, Peer owner, Peer.ProducerEntry producer) {
    String transportId = peer.consumerTransportId();
    if (peer.rtpCapabilities() == null || transportId == null) {
      return;
    }
    if (peer.consumers.size() >= limits.consumersPerPeer()) {
      log.warn("consumer refused room={} peer={} producer={} reason=too-many-consumers limit={}",
          room.name(), peer.id(), producer.id(), limits.consumersPerPeer());
      return;
    }
    String consumerId = router.newId();
    peer.consumers.put(consumerId, producer.id());
    Map<String, Object> appData = new LinkedHashMap<>(producer.appData());
    appData.put("peerId", owner.id());
    router
        .call(r -> describe(r.transport(transportId).consume(
            ConsumerOptions.paused(consumerId, producer.id(), peer.rtpCapabilities(), appData), router.nowNs())))
        .onFailure(failure -> onRefused(peer, consumerId, producer, failure))
        .onSuccess(description -> announce(peer, owner, transportId, description));
  }

  private void announce(Peer peer, Peer owner, String transportId, Map<String, Object> description) {
    String consumerId = (String) description.get("consumerId");
    description.put("peerId", owner.id());
    description.put("transportId", transportId);
    peer.channel().request("newConsumer", description).onComplete(answer -> {
      if (peer.left() || !peer.consumers.containsKey(consumerId)) {
        return;
      }
      if (answer.failed()) {
        peer.consumers.remove(consumerId);
        log.info("consumer refused room={} peer={} consumer={} reason=\"{}\"",
            room.name(), peer.id(), consumerId, answer.cause().getMessage());
        router.run(r -> r.consumer(consumerId).close(router.nowNs()));
        return;
      }
      router.run(r -> r.consumer(consumerId).resume(router.nowNs()));
    });
  }

  private void onRefused(Peer peer, String consumerId, Peer.ProducerEntry producer, Throwable failure) {
    peer.consumers.remove(consumerId);
    String code = failure instanceof PlenumException refusal ? refusal.code() : "internal-error";
    log.info("consumer refused room={} peer={} producer={} reason={}", room.name(), peer.id(), producer.id(), code);
    if (!(failure instanceof PlenumException)) {
      log.error("consumer failed room={} peer={} producer={}", room.name(), peer.id(), producer.id(), failure);
    }
  }

  /** What newConsumer carries, in the field names of both vintages. Runs on the router's loop. */
  private static Map<String, Object> describe(Consumer consumer) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", consumer.id());
    data.put("consumerId", consumer.id());
    data.put("producerId", consumer.producerId());
    data.put("kind", consumer.kind());
    data.put("rtpParameters", consumer.rtpParameters());
    data.put("type", consumer.type());
    data.put("producerPaused", consumer.producerPaused());
    data.put("consumerScore", consumer.score());
    data.put("appData", consumer.appData());
    return data;
  }
}
