package io.plenum.server.room;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.media.PlenumException;
import io.plenum.server.ops.LogLine;
import io.plenum.server.router.RouterVerticle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives one peer a consumer for one producer: made paused, announced to the client, and resumed when the client says
 * that it is ready, so that the key frame which follows is not lost. A room has one of these for media and one for data;
 * a {@link ConsumerMaker} is what they differ in.
 */
final class ConsumerSetup {
  private static final Logger log = LoggerFactory.getLogger(ConsumerSetup.class);

  private final RoomVerticle room;
  private final ConsumerMaker maker;
  /** Consumers whose producer's media is not on the peer's router yet, by id. */
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  private record Waiting(Peer peer, Source source) {}

  /**
   * A producer, of this node or another.
   *
   * @param refusals offers of it that the client has answered with an error
   */
  private record Source(String producerId, String ownerPeerId, Map<String, Object> appData, int refusals) {
    Source(String producerId, String ownerPeerId, Map<String, Object> appData) {
      this(producerId, ownerPeerId, appData, 0);
    }

    Source refused() {
      return new Source(producerId, ownerPeerId, appData, refusals + 1);
    }
  }

  ConsumerSetup(RoomVerticle room, ConsumerMaker maker) {
    this.room = room;
    this.maker = maker;
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
    room.presence().onConsumer(consumerId, peer.router().routerId(), source.producerId, maker.demand());
    if (room.remote().isReady(peer.router().routerId(), source.producerId)) {
      createWaiting(consumerId);
    }
  }

  /** The consumer's id, or null if the peer can or may not have it. */
  private String reserve(Peer peer, String producerId) {
    Map<String, String> consumers = maker.of(peer);
    if (peer.router() == null || maker.transportId(peer) == null || consumers.containsValue(producerId)) {
      return null;
    }
    if (consumers.size() >= maker.limit()) {
      log.warn("{}", room.line(maker.noun() + " refused", peer).with("producer", producerId)
          .with("reason", "too-many-consumers").with("limit", maker.limit()));
      return null;
    }
    String consumerId = room.newId();
    consumers.put(consumerId, producerId);
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
        maker.of(entry.getValue().peer).remove(entry.getKey());
        room.presence().onConsumerClosed(entry.getKey());
      }
    }
  }

  /** The router has closed it. If the producer still is somewhere else, the way to it broke: it is asked for again. */
  void onConsumerClosed(Peer peer, String consumerId) {
    String producerId = forget(peer, consumerId);
    if (producerId != null) {
      renew(peer, producerId);
    }
  }

  /** The consumer is no more. @return its producer's id, or null if it is not known */
  String forget(Peer peer, String consumerId) {
    log.debug("{}", line("closed", peer, consumerId));
    room.presence().onConsumerClosed(consumerId);
    return maker.of(peer).remove(consumerId);
  }

  /** Asks again for a producer that was lost on the way, if it still is somewhere else. */
  void renew(Peer peer, String producerId) {
    if (peer.left()) {
      return;
    }
    ProducerRow remote = room.remote().producer(producerId);
    Peer owner = room.ownerOf(producerId);
    if (remote != null) {
      setUp(peer, remote);
    } else if (owner != null && owner.router() != peer.router()) {
      setUp(peer, owner, owner.producer(producerId));
    }
  }

  /**
   * A line for {@code debug}: a room of n peers has some 2 n² consumers, and at 500 peers their lines would fill a disk in which
   * nobody finds the others any more. What is refused or lost is said at {@code info}.
   */
  private LogLine line(String what, Peer peer, String consumerId) {
    return room.line(maker.noun() + " " + what, peer).with("consumer", consumerId);
  }

  /** @param by whose will it is: the producer's, or the client's */
  void onPaused(Peer peer, String consumerId, boolean paused, String by) {
    log.debug("{}", line(paused ? "paused" : "resumed", peer, consumerId).with("by", by));
  }

  /** The client wants other layers, or none. */
  void onDemand(Peer peer, String consumerId, Layers layers) {
    String producerId = maker.of(peer).get(consumerId);
    if (producerId != null && crosses(peer, producerId)) {
      room.presence().onConsumer(consumerId, peer.router().routerId(), producerId, layers);
    }
  }

  private boolean crosses(Peer peer, String producerId) {
    Peer owner = room.ownerOf(producerId);
    return owner == null ? room.remote().producer(producerId) != null : owner.router() != peer.router();
  }

  void onPeerLeft(Peer peer) {
    for (String consumerId : maker.of(peer).keySet()) {
      log.debug("{}", line("closed", peer, consumerId));
      waiting.remove(consumerId);
      room.presence().onConsumerClosed(consumerId);
    }
    maker.of(peer).clear();
  }

  private void create(Peer peer, String consumerId, Source source) {
    String transportId = maker.transportId(peer);
    Map<String, Object> appData = new LinkedHashMap<>(source.appData);
    appData.put("peerId", source.ownerPeerId);
    peer.router()
        .call(maker.consume(peer, consumerId, source.producerId, appData))
        .onFailure(failure -> onRefused(peer, consumerId, source.producerId, failure))
        .onSuccess(description -> announce(peer, consumerId, source, transportId, description));
  }

  private void announce(
      Peer peer, String consumerId, Source source, String transportId, Map<String, Object> description) {
    description.put("peerId", source.ownerPeerId);
    description.put("transportId", transportId);
    log.debug("{}", line("added", peer, consumerId).transport(transportId)
        .with("producer", maker.of(peer).get(consumerId)).with("from", source.ownerPeerId));
    peer.channel().request(maker.offer(), description).onComplete(answer -> {
      if (peer.left() || !maker.of(peer).containsKey(consumerId)) {
        return;
      }
      RouterVerticle router = peer.router();
      if (answer.failed()) {
        forget(peer, consumerId);
        log.info("{}", room.line(maker.noun() + " refused", peer).with("consumer", consumerId)
            .with("reason", answer.cause().getMessage()));
        router.tell(r -> maker.close(r, consumerId, router.nowNs()));
        offerAgain(peer, source, answer.cause());
        return;
      }
      router.tell(r -> maker.resume(r, consumerId, router.nowNs()));
      maker.onResumed(peer, consumerId);
    });
  }

  /** A client that answered nothing in time, or is gone, is not asked again. */
  private void offerAgain(Peer peer, Source source, Throwable refusal) {
    boolean answered = refusal instanceof PlenumException error && error.code().equals("request-refused");
    boolean exists = room.ownerOf(source.producerId) != null || room.remote().producer(source.producerId) != null;
    if (answered && exists && source.refusals + 1 < maker.offers()) {
      setUp(peer, source.refused(), crosses(peer, source.producerId));
    }
  }

  private void onRefused(Peer peer, String consumerId, String producerId, Throwable failure) {
    forget(peer, consumerId);
    String code = failure instanceof PlenumException refusal ? refusal.code() : "internal-error";
    log.info("{}", room.line(maker.noun() + " refused", peer).with("producer", producerId).with("reason", code));
    if (!(failure instanceof PlenumException)) {
      log.error("{}", room.line(maker.noun() + " failed", peer).with("producer", producerId), failure);
    }
  }
}
