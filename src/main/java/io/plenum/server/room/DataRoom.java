package io.plenum.server.room;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.media.PlenumException;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data half of a room: what its peers here say beside sound and picture. For the cluster a data producer is a producer of the
 * kind {@link ProducerKind#DATA}, with the same life. On the room's loop.
 */
public final class DataRoom {
  private static final Logger log = LoggerFactory.getLogger(DataRoom.class);

  private final RoomVerticle room;
  private final Limits limits;
  private final ConsumerSetup consumers;

  DataRoom(RoomVerticle room, Limits limits) {
    this.room = room;
    this.limits = limits;
    this.consumers = new ConsumerSetup(room, new DataConsumers(limits));
  }

  ConsumerSetup consumers() {
    return consumers;
  }

  /**
   * The data producer's id; the others' data consumers follow.
   *
   * @param wanted its id is not looked at
   */
  public Future<String> produce(Peer peer, String transportId, DataProducerOptions wanted) {
    room.requireJoined(peer);
    peer.requireTransport(transportId);
    if (!peer.hasData(transportId)) {
      throw new PlenumException("unsupported", "the transport has no SCTP, or no more");
    }
    if (peer.dataProducers.size() >= limits.dataProducersPerPeer()) {
      throw new PlenumException("too-many-data-producers",
          "a peer may have " + limits.dataProducersPerPeer() + " data producers (limits.dataProducersPerPeer)");
    }
    peer.announce();
    RouterVerticle router = peer.router();
    String id = room.newId();
    // Counted from now on, so that requests in flight cannot exceed the limit.
    peer.dataProducers.put(id, new Peer.ProducerEntry(id, ProducerKind.DATA, wanted.appData()));
    peer.onProducerPaused(id, wanted.paused());
    return router
        .run(r -> r.transport(transportId).produceData(new DataProducerOptions(id, wanted.sctpStreamParameters(),
            wanted.label(), wanted.protocol(), wanted.paused(), wanted.appData()), router.nowNs()))
        .map(done -> {
          log.info("{}", room.line("data producer added", peer).transport(transportId).with("producer", id)
              .with("label", wanted.label()).with("paused", wanted.paused() ? true : null));
          if (!peer.left() && peer.dataProducers.containsKey(id)) {
            room.presence().onDataProducerAdded(id, router.routerId(), peer.id(), wanted.paused(), wanted.appData());
          }
          return id;
        })
        .onFailure(failure -> {
          peer.dataProducers.remove(id);
          peer.onProducerPaused(id, false);
          // Who joined meanwhile on another router waits for it.
          consumers.onProducerGone(id);
        });
  }

  /** To be called when the client has the answer to its produceData: the others learn of it. */
  public void afterProduce(Peer peer, String dataProducerId) {
    Peer.ProducerEntry producer = peer.dataProducers.get(dataProducerId);
    if (producer == null || peer.left()) {
      return;
    }
    for (Peer other : room.othersThan(peer)) {
      consumers.setUp(other, peer, producer);
    }
  }

  public Future<?> close(Peer peer, String dataProducerId) {
    peer.requireDataProducer(dataProducerId);
    forget(peer, dataProducerId);
    RouterVerticle router = peer.router();
    return router.run(r -> r.dataProducer(dataProducerId).close(router.nowNs()));
  }

  /** Its client has closed the channel, or its association is gone. */
  void onClosed(String dataProducerId) {
    Peer peer = room.ownerOf(dataProducerId);
    if (peer != null) {
      forget(peer, dataProducerId);
      peer.channel().notify("dataProducerClosed", Map.of("dataProducerId", dataProducerId));
    }
  }

  private void forget(Peer peer, String dataProducerId) {
    peer.dataProducers.remove(dataProducerId);
    peer.onProducerPaused(dataProducerId, false);
    log.info("{}", room.line("data producer closed", peer).with("producer", dataProducerId));
    consumers.onProducerGone(dataProducerId);
    room.presence().onProducerClosed(dataProducerId);
  }

  public Future<?> pause(Peer peer, String dataProducerId, boolean paused) {
    peer.requireDataProducer(dataProducerId);
    if (!paused && peer.isPaused(dataProducerId)) {
      peer.announce();
    }
    if (peer.onProducerPaused(dataProducerId, paused)) {
      log.info("{}", room.line(paused ? "data producer paused" : "data producer resumed", peer).with("producer", dataProducerId));
    }
    room.presence().onProducerPaused(dataProducerId, paused);
    RouterVerticle router = peer.router();
    return router.run(r -> {
      if (paused) {
        r.dataProducer(dataProducerId).pause(router.nowNs());
      } else {
        r.dataProducer(dataProducerId).resume(router.nowNs());
      }
    });
  }

  /** The client pauses or resumes a data consumer. */
  public void onConsumerPaused(Peer peer, String dataConsumerId, boolean paused) {
    consumers.onPaused(peer, dataConsumerId, paused, "client");
    consumers.onDemand(peer, dataConsumerId, paused ? Layers.NONE : Layers.DATA);
  }

  /**
   * The router has closed a data consumer: because its producer is gone there, which may only be the way from another router that
   * broke, or because its client has closed the channel. Only the router knows which.
   */
  void onConsumerClosed(Peer peer, String dataConsumerId) {
    String dataProducerId = consumers.forget(peer, dataConsumerId);
    if (dataProducerId != null && !peer.left()) {
      peer.router().call(r -> r.hasDataProducer(dataProducerId)).onSuccess(there -> {
        if (!there) {
          consumers.renew(peer, dataProducerId);
        }
      });
    }
  }

  /** Data consumers for all that the other produces. */
  void offer(Peer peer, Peer other) {
    for (Peer.ProducerEntry producer : List.copyOf(other.dataProducers.values())) {
      consumers.setUp(peer, other, producer);
    }
  }

  /** The peer has left; its channels close with its transports. */
  void onPeerLeft(Peer peer) {
    consumers.onPeerLeft(peer);
    List.copyOf(peer.dataProducers.keySet()).forEach(id -> forget(peer, id));
  }
}
