package io.plenum.server.room;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.ProducerOptions;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sound and picture half of a room: what its peers here produce. On the room's loop. */
public final class MediaRoom {
  private static final Logger log = LoggerFactory.getLogger(MediaRoom.class);

  private final RoomVerticle room;
  private final Limits limits;
  private final ConsumerSetup consumers;

  MediaRoom(RoomVerticle room, Limits limits) {
    this.room = room;
    this.limits = limits;
    this.consumers = new ConsumerSetup(room, new MediaConsumers(limits));
  }

  ConsumerSetup consumers() {
    return consumers;
  }

  /** The producer's id; the others' consumers follow. */
  public Future<String> produce(
      Peer peer, String transportId, MediaKind kind, RtpParameters rtpParameters, boolean paused, Map<String, Object> appData) {
    room.requireJoined(peer);
    peer.requireTransport(transportId);
    if (peer.producers.size() >= limits.producersPerPeer()) {
      throw new PlenumException("too-many-producers", "a peer may have " + limits.producersPerPeer() + " producers (limits.producersPerPeer)");
    }
    if (kind == MediaKind.VIDEO && videoProducers(peer) >= limits.videoProducersPerPeer()) {
      throw new PlenumException("too-many-producers",
          "a peer may have " + limits.videoProducersPerPeer() + " video producers (limits.videoProducersPerPeer)");
    }
    peer.announce();
    RouterVerticle router = peer.router();
    String producerId = room.newId();
    Peer.ProducerEntry entry = new Peer.ProducerEntry(producerId, ProducerKind.of(kind), appData);
    // Counted from now on, so that requests in flight cannot exceed the limit.
    peer.producers.put(producerId, entry);
    peer.onProducerPaused(producerId, paused);
    return router
        .run(r -> r.transport(transportId)
            .produce(new ProducerOptions(producerId, kind, rtpParameters, paused, appData), router.nowNs()))
        .map(done -> {
          log.info("{}", room.line("producer added", peer).transport(transportId).with("producer", producerId)
              .with("kind", kind).with("source", MediaSource.of(kind, appData)).with("paused", paused ? true : null));
          if (!peer.left()) {
            room.presence().onProducerAdded(producerId, router.routerId(), peer.id(), kind, paused, appData);
          }
          return producerId;
        })
        .onFailure(failure -> {
          peer.producers.remove(producerId);
          peer.onProducerPaused(producerId, false);
          // Who joined meanwhile on another router waits for it.
          consumers.onProducerGone(producerId);
        });
  }

  /** To be called when the client has the answer to its produce: the others learn of it. */
  public void afterProduce(Peer peer, String producerId) {
    Peer.ProducerEntry producer = peer.producers.get(producerId);
    if (producer == null || peer.left()) {
      return;
    }
    for (Peer other : room.othersThan(peer)) {
      consumers.setUp(other, peer, producer);
    }
  }

  public Future<?> close(Peer peer, String producerId) {
    peer.requireProducer(producerId);
    peer.producers.remove(producerId);
    onProducerGone(peer, producerId);
    RouterVerticle router = peer.router();
    return router.run(r -> r.producer(producerId).close(router.nowNs()));
  }

  private void onProducerGone(Peer peer, String producerId) {
    log.info("{}", room.line("producer closed", peer).with("producer", producerId));
    peer.onProducerPaused(producerId, false);
    consumers.onProducerGone(producerId);
    room.presence().onProducerClosed(producerId);
  }

  public Future<?> pause(Peer peer, String producerId, boolean paused) {
    peer.requireProducer(producerId);
    if (!paused && peer.isPaused(producerId)) {
      peer.announce();
    }
    if (peer.onProducerPaused(producerId, paused)) {
      log.info("{}", room.line(paused ? "producer paused" : "producer resumed", peer).with("producer", producerId));
    }
    room.presence().onProducerPaused(producerId, paused);
    RouterVerticle router = peer.router();
    return router.run(r -> {
      if (paused) {
        r.producer(producerId).pause(router.nowNs());
      } else {
        r.producer(producerId).resume(router.nowNs());
      }
    });
  }

  /** The client has paused or resumed a consumer. */
  public void onConsumerPaused(Peer peer, String consumerId, boolean paused) {
    consumers.onPaused(peer, consumerId, paused, "client");
    consumers.onDemand(peer, consumerId, paused ? Layers.NONE : MediaConsumers.HIGHEST);
  }

  /** The client wants other layers of a consumer; a level that is negative is left to us. */
  public void onPreferredLayers(Peer peer, String consumerId, int spatialLayer, int temporalLayer) {
    consumers.onDemand(peer, consumerId, new Layers(
        Math.max(0, spatialLayer), temporalLayer < 0 ? MediaConsumers.HIGHEST.temporal() : temporalLayer));
  }

  /** Consumers for all that the other produces. */
  void offer(Peer peer, Peer other) {
    for (Peer.ProducerEntry producer : List.copyOf(other.producers.values())) {
      consumers.setUp(peer, other, producer);
    }
  }

  /** The peer has left; what it had closes with its transports. */
  void onPeerLeft(Peer peer) {
    consumers.onPeerLeft(peer);
    peer.producers.keySet().forEach(producerId -> onProducerGone(peer, producerId));
  }

  private static int videoProducers(Peer peer) {
    return (int) peer.producers.values().stream().filter(p -> p.kind() == ProducerKind.VIDEO).count();
  }
}
