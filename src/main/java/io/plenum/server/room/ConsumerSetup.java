package io.plenum.server.room;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.media.PlenumException;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.router.RouterVerticle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives one peer a consumer for one producer: made paused, announced to the client, and resumed when the client says
 * that it is ready, so that the key frame which follows is not lost.
 */
final class ConsumerSetup {
  /** Whatever there is. */
  static final Layers HIGHEST = new Layers(7, 7);

  private static final Logger log = LoggerFactory.getLogger(ConsumerSetup.class);

  private final RoomVerticle room;
  private final RouterVerticle router;
  private final Limits limits;
  /** Consumers of other nodes' producers whose media is not here yet. */
  private final Map<String, Peer> waiting = new LinkedHashMap<>();

  ConsumerSetup(RoomVerticle room, RouterVerticle router, Limits limits) {
    this.room = room;
    this.router = router;
    this.limits = limits;
  }

  /** For a producer of this node. */
  void setUp(Peer peer, Peer owner, Peer.ProducerEntry producer) {
    String consumerId = reserve(peer, producer.id());
    if (consumerId != null) {
      create(peer, consumerId, owner.id(), producer.id(), producer.appData());
    }
  }

  /** For a producer of another node: its media is asked for, and the consumer follows when the router here has it. */
  void setUp(Peer peer, ProducerRow producer) {
    String consumerId = reserve(peer, producer.producerId());
    if (consumerId == null) {
      return;
    }
    waiting.put(consumerId, peer);
    room.presence().onConsumer(consumerId, router.routerId(), producer.producerId(), HIGHEST);
    if (room.remote().isReady(producer.producerId())) {
      createWaiting(consumerId, producer);
    }
  }

  /** The consumer's id, or null if the peer can or may not have it. */
  private String reserve(Peer peer, String producerId) {
    if (peer.rtpCapabilities() == null || peer.consumerTransportId() == null || peer.consumers.containsValue(producerId)) {
      return null;
    }
    if (peer.consumers.size() >= limits.consumersPerPeer()) {
      log.warn("consumer refused room={} peer={} producer={} reason=too-many-consumers limit={}",
          room.name(), peer.id(), producerId, limits.consumersPerPeer());
      return null;
    }
    String consumerId = router.newId();
    peer.consumers.put(consumerId, producerId);
    return consumerId;
  }

  void onRemoteProducerReady(String producerId) {
    ProducerRow producer = room.remote().producer(producerId);
    if (producer == null) {
      return;
    }
    for (String consumerId : List.copyOf(waiting.keySet())) {
      if (producerId.equals(waiting.get(consumerId).consumers.get(consumerId))) {
        createWaiting(consumerId, producer);
      }
    }
  }

  private void createWaiting(String consumerId, ProducerRow producer) {
    Peer peer = waiting.remove(consumerId);
    create(peer, consumerId, producer.peerId(), producer.producerId(), producer.appData());
  }

  /** Consumers that exist are closed with the producer; those that never came to be are forgotten. */
  void onRemoteProducerClosed(String producerId) {
    for (String consumerId : List.copyOf(waiting.keySet())) {
      Peer peer = waiting.get(consumerId);
      if (producerId.equals(peer.consumers.get(consumerId))) {
        waiting.remove(consumerId);
        peer.consumers.remove(consumerId);
        room.presence().onConsumerClosed(consumerId);
      }
    }
  }

  /** The router has closed it. If another node's producer is still there, its pipe broke: it is asked for again. */
  void onConsumerClosed(Peer peer, String consumerId) {
    String producerId = peer.consumers.remove(consumerId);
    room.presence().onConsumerClosed(consumerId);
    ProducerRow producer = producerId == null ? null : room.remote().producer(producerId);
    if (producer != null && !peer.left()) {
      setUp(peer, producer);
    }
  }

  /** The client pauses, resumes, or wants other layers. */
  void onDemand(Peer peer, String consumerId, Layers layers) {
    String producerId = peer.consumers.get(consumerId);
    if (producerId != null && room.remote().producer(producerId) != null) {
      room.presence().onConsumer(consumerId, router.routerId(), producerId, layers);
    }
  }

  void onPeerLeft(Peer peer) {
    for (String consumerId : peer.consumers.keySet()) {
      waiting.remove(consumerId);
      room.presence().onConsumerClosed(consumerId);
    }
    peer.consumers.clear();
  }

  private void create(
      Peer peer, String consumerId, String ownerPeerId, String producerId, Map<String, Object> producerAppData) {
    String transportId = peer.consumerTransportId();
    Map<String, Object> appData = new LinkedHashMap<>(producerAppData);
    appData.put("peerId", ownerPeerId);
    router
        .call(r -> describe(r.transport(transportId).consume(
            ConsumerOptions.paused(consumerId, producerId, peer.rtpCapabilities(), appData), router.nowNs())))
        .onFailure(failure -> onRefused(peer, consumerId, producerId, failure))
        .onSuccess(description -> announce(peer, ownerPeerId, transportId, description));
  }

  private void announce(Peer peer, String ownerPeerId, String transportId, Map<String, Object> description) {
    String consumerId = (String) description.get("consumerId");
    description.put("peerId", ownerPeerId);
    description.put("transportId", transportId);
    peer.channel().request("newConsumer", description).onComplete(answer -> {
      if (peer.left() || !peer.consumers.containsKey(consumerId)) {
        return;
      }
      if (answer.failed()) {
        peer.consumers.remove(consumerId);
        room.presence().onConsumerClosed(consumerId);
        log.info("consumer refused room={} peer={} consumer={} reason=\"{}\"",
            room.name(), peer.id(), consumerId, answer.cause().getMessage());
        router.run(r -> r.consumer(consumerId).close(router.nowNs()));
        return;
      }
      router.run(r -> r.consumer(consumerId).resume(router.nowNs()));
    });
  }

  private void onRefused(Peer peer, String consumerId, String producerId, Throwable failure) {
    peer.consumers.remove(consumerId);
    room.presence().onConsumerClosed(consumerId);
    String code = failure instanceof PlenumException refusal ? refusal.code() : "internal-error";
    log.info("consumer refused room={} peer={} producer={} reason={}", room.name(), peer.id(), producerId, code);
    if (!(failure instanceof PlenumException)) {
      log.error("consumer failed room={} peer={} producer={}", room.name(), peer.id(), producerId, failure);
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
