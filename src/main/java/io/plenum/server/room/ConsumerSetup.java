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
  private final Limits limits;
  /** Consumers whose producer's media is not on the peer's router yet, by id. */
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  private record Waiting(Peer peer, Source source) {}

  /** A producer, of this node or another. */
  private record Source(String producerId, String ownerPeerId, Map<String, Object> appData) {}

  ConsumerSetup(RoomVerticle room, Limits limits) {
    this.room = room;
    this.limits = limits;
  }

  /** For a producer of this node: one on another router is asked for as one of another node is. */
  void setUp(Peer peer, Peer owner, Peer.ProducerEntry producer) {
    setUp(peer, new Source(producer.id(), owner.id(), producer.appData()), owner.router() != peer.router());
  }

  /** For a producer of another node: its media is asked for, and the consumer follows when the router here has it. */
  void setUp(Peer peer, ProducerRow producer) {
    setUp(peer, new Source(producer.producerId(), producer.peerId(), producer.appData()), true);
  }

  private void setUp(Peer peer, Source source, boolean crosses) {
    String consumerId = reserve(peer, source.producerId);
    if (consumerId == null) {
      return;
    }
    if (!crosses) {
      create(peer, consumerId, source);
      return;
    }
    waiting.put(consumerId, new Waiting(peer, source));
    room.presence().onConsumer(consumerId, peer.router().routerId(), source.producerId, HIGHEST);
    if (room.remote().isReady(peer.router().routerId(), source.producerId)) {
      createWaiting(consumerId);
    }
  }

  /** The consumer's id, or null if the peer can or may not have it. */
  private String reserve(Peer peer, String producerId) {
    if (peer.rtpCapabilities() == null || peer.router() == null || peer.consumerTransportId() == null
        || peer.consumers.containsValue(producerId)) {
      return null;
    }
    if (peer.consumers.size() >= limits.consumersPerPeer()) {
      log.warn("consumer refused room={} peer={} producer={} reason=too-many-consumers limit={}",
          room.name(), peer.id(), producerId, limits.consumersPerPeer());
      return null;
    }
    String consumerId = room.newId();
    peer.consumers.put(consumerId, producerId);
    return consumerId;
  }

  /** A producer of another node, or of another router here, has come to that router. */
  void onProducerReady(String routerId, String producerId) {
    for (Map.Entry<String, Waiting> entry : List.copyOf(waiting.entrySet())) {
      Waiting one = entry.getValue();
      if (one.source.producerId.equals(producerId) && one.peer.router().routerId().equals(routerId)) {
        createWaiting(entry.getKey());
      }
    }
  }

  private void createWaiting(String consumerId) {
    Waiting ready = waiting.remove(consumerId);
    create(ready.peer, consumerId, ready.source);
  }

  /** Consumers that exist are closed with the producer; those that never came to be are forgotten. */
  void onProducerGone(String producerId) {
    for (Map.Entry<String, Waiting> entry : List.copyOf(waiting.entrySet())) {
      if (entry.getValue().source.producerId.equals(producerId)) {
        waiting.remove(entry.getKey());
        entry.getValue().peer.consumers.remove(entry.getKey());
        room.presence().onConsumerClosed(entry.getKey());
      }
    }
  }

  /** The router has closed it. If the producer still is somewhere else, the way to it broke: it is asked for again. */
  void onConsumerClosed(Peer peer, String consumerId) {
    String producerId = peer.consumers.remove(consumerId);
    room.presence().onConsumerClosed(consumerId);
    if (producerId == null || peer.left()) {
      return;
    }
    ProducerRow remote = room.remote().producer(producerId);
    Peer owner = room.ownerOf(producerId);
    if (remote != null) {
      setUp(peer, remote);
    } else if (owner != null && owner.router() != peer.router()) {
      setUp(peer, owner, owner.producers.get(producerId));
    }
  }

  /** The client pauses, resumes, or wants other layers. */
  void onDemand(Peer peer, String consumerId, Layers layers) {
    String producerId = peer.consumers.get(consumerId);
    if (producerId != null && crosses(peer, producerId)) {
      room.presence().onConsumer(consumerId, peer.router().routerId(), producerId, layers);
    }
  }

  private boolean crosses(Peer peer, String producerId) {
    Peer owner = room.ownerOf(producerId);
    return owner == null ? room.remote().producer(producerId) != null : owner.router() != peer.router();
  }

  void onPeerLeft(Peer peer) {
    for (String consumerId : peer.consumers.keySet()) {
      waiting.remove(consumerId);
      room.presence().onConsumerClosed(consumerId);
    }
    peer.consumers.clear();
  }

  private void create(Peer peer, String consumerId, Source source) {
    RouterVerticle router = peer.router();
    String transportId = peer.consumerTransportId();
    Map<String, Object> appData = new LinkedHashMap<>(source.appData);
    appData.put("peerId", source.ownerPeerId);
    router
        .call(r -> describe(r.transport(transportId).consume(
            ConsumerOptions.paused(consumerId, source.producerId, peer.rtpCapabilities(), appData), router.nowNs())))
        .onFailure(failure -> onRefused(peer, consumerId, source.producerId, failure))
        .onSuccess(description -> announce(peer, source.ownerPeerId, transportId, description));
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
        peer.router().run(r -> r.consumer(consumerId).close(peer.router().nowNs()));
        return;
      }
      RouterVerticle router = peer.router();
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
