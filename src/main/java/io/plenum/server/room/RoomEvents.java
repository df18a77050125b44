package io.plenum.server.room;

import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.media.router.RouterListener;
import io.plenum.media.router.SctpLinkState;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.server.ops.LogLine;
import io.plenum.server.router.RouterVerticle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes on to the clients, and to other nodes, what one router of the room reports. Runs on the room's event loop. */
final class RoomEvents implements RouterListener {
  private static final Logger log = LoggerFactory.getLogger(RoomEvents.class);

  /** Does something after so many milliseconds, on the room's loop. */
  interface Later {
    void after(long milliseconds, Runnable action);
  }

  private final RoomVerticle room;
  private final RouterVerticle router;
  private final LongSupplier nowNs;
  private final Later later;
  private final LostMedia lost = new LostMedia(this::onLostForGood);
  private boolean waking;

  RoomEvents(RoomVerticle room, RouterVerticle router) {
    this(room, router, System::nanoTime, room::after);
  }

  /** With a time of one's own. */
  RoomEvents(RoomVerticle room, RouterVerticle router, LongSupplier nowNs, Later later) {
    this.room = room;
    this.router = router;
    this.nowNs = nowNs;
    this.later = later;
  }

  @Override
  public void onIceStateChanged(String transportId, IceState from, IceState to, TransportTuple tuple) {
    Peer peer = owner(transportId);
    if (peer == null) {
      return;
    }
    long changedNs = nowNs.getAsLong();
    log.info("{}", room.line("ice " + from.label() + "→" + to.label(), peer).transport(transportId)
        .with("tuple", tuple).with("after", peer.onIceChanged(transportId, changedNs) / 1_000_000 + "ms"));
    if (to == IceState.DISCONNECTED) {
      peer.channel().notify("transportStateChanged",
          Map.of("transportId", transportId, "iceState", "disconnected"));
      lost.onIceDisconnected(transportId, changedNs);
      wakeForLost();
    } else {
      lost.onIceUsable(transportId);
    }
  }

  /** The client knows where to send and sends checks from now on; unless nothing lets them through. */
  void onTransportConnected(String transportId) {
    later.after(UnreachedClients.PATIENCE_MS, () -> {
      Peer peer = owner(transportId);
      if (peer != null && peer.hasLiving(transportId) && !peer.isReached(transportId)) {
        room.unreached().onUnreached(room.line("media never arrived", peer).transport(transportId)
            .with("remote", peer.channel().remoteAddress()), nowNs.getAsLong());
      }
    });
  }

  private void wakeForLost() {
    long dueNs = lost.nextDeadlineNs();
    if (waking || dueNs == Long.MAX_VALUE) {
      return;
    }
    waking = true;
    // Rounded up, or it would ring just before it is due.
    later.after(Math.max(0, dueNs - nowNs.getAsLong()) / 1_000_000 + 1, () -> {
      waking = false;
      lost.onTimeout(nowNs.getAsLong());
      wakeForLost();
    });
  }

  /** The client had its time. What is left of it holds a place in the room that nobody fills. */
  private void onLostForGood(String transportId, LostMedia.Cause cause) {
    Peer peer = owner(transportId);
    if (peer != null) {
      log.info("{}", room.line("peer lost", peer).transport(transportId).with("reason", cause.code()));
      peer.channel().disconnect(cause.code() + ": " + cause.sentence());
    }
  }

  @Override
  public void onDtlsStateChanged(String transportId, DtlsState state, String reason) {
    Peer peer = owner(transportId);
    if (peer != null && state == DtlsState.FAILED) {
      lost.onDtlsFailed(transportId, nowNs.getAsLong());
      wakeForLost();
    }
    if (peer != null && (state == DtlsState.FAILED || state == DtlsState.CLOSED)) {
      peer.channel().notify("transportStateChanged", Map.of(
          "transportId", transportId, "dtlsState", state == DtlsState.FAILED ? "failed" : "closed", "reason", reason));
    }
  }

  @Override
  public void onSctpStateChanged(String transportId, SctpLinkState state, String reason) {
    Peer peer = owner(transportId);
    if (peer == null) {
      return;
    }
    log.info("{}", room.line("sctp " + state.label(), peer).transport(transportId)
        .with("reason", reason.isEmpty() ? null : reason));
    if (state == SctpLinkState.FAILED || state == SctpLinkState.CLOSED) {
      peer.onDataLost(transportId);
      peer.channel().notify("transportStateChanged",
          Map.of("transportId", transportId, "sctpState", state.label(), "reason", reason));
    }
  }

  @Override
  public void onTransportFaulted(String transportId, Throwable fault, Map<String, Object> dump) {
    Peer peer = owner(transportId);
    log.error("{}", LogLine.of("transport closed after a fault of ours").room(room.name()).router(router.routerId())
        .peer(peer == null ? null : peer.id()).transport(transportId).withAll("dump", dump), fault);
    if (peer == null) {
      room.presence().onTransportFaulted(transportId);
    } else {
      peer.channel().disconnect("transport-fault: a transport of yours had to be closed after a fault in the server");
    }
  }

  @Override
  public void onMediaPoliced(String transportId) {
    Peer peer = owner(transportId);
    if (peer != null) {
      log.warn("{}", room.line("media policed", peer).transport(transportId).with("reason", "over-rate"));
    }
  }

  @Override
  public void onConsumerClosed(String consumerId) {
    Peer peer = ownerOfConsumer(consumerId);
    if (peer != null) {
      peer.channel().notify("consumerClosed", Map.of("consumerId", consumerId));
      room.consumers(ProducerKind.VIDEO).onConsumerClosed(peer, consumerId);
    }
  }

  @Override
  public void onConsumerProducerPaused(String consumerId, boolean paused) {
    Peer peer = ownerOfConsumer(consumerId);
    if (peer != null) {
      room.consumers(ProducerKind.VIDEO).onPaused(peer, consumerId, paused, "producer");
      peer.channel().notify(paused ? "consumerPaused" : "consumerResumed", Map.of("consumerId", consumerId));
    }
  }

  @Override
  public void onConsumerScore(String consumerId, Object score) {
    Peer peer = ownerOfConsumer(consumerId);
    if (peer != null) {
      peer.channel().notify("consumerScore", Map.of("consumerId", consumerId, "score", score));
    }
  }

  @Override
  public void onConsumerLayersChanged(String consumerId, int spatialLayer, int temporalLayer) {
    Peer peer = ownerOfConsumer(consumerId);
    if (peer == null) {
      return;
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("consumerId", consumerId);
    if (spatialLayer >= 0) {
      data.put("spatialLayer", spatialLayer);
      data.put("temporalLayer", temporalLayer);
      data.put("layers", Map.of("spatialLayer", spatialLayer, "temporalLayer", temporalLayer));
    }
    peer.channel().notify("consumerLayersChanged", data);
  }

  @Override
  public void onDownlinkEstimate(String transportId, long desiredBps, long effectiveDesiredBps, long availableBps) {
    Peer peer = owner(transportId);
    if (peer != null) {
      peer.channel().notify("downlinkBwe", Map.of(
          "desiredBitrate", desiredBps,
          "effectiveDesiredBitrate", effectiveDesiredBps,
          "availableBitrate", availableBps));
    }
  }

  @Override
  public void onProducerScore(String producerId, List<Integer> encodingScores, Object scores) {
    Peer peer = room.ownerOf(producerId);
    // Where it has only been fed to, it mirrors what is told here.
    if (peer != null && peer.router() == router) {
      room.presence().onProducerScore(producerId, encodingScores);
      peer.channel().notify("producerScore", Map.of("producerId", producerId, "score", scores));
    }
  }

  @Override
  public void onAudioLevels(List<AudioLevel> loudestFirst) {
    List<Map<String, Object>> volumes = loudestFirst.stream()
        .filter(level -> peerIdOfProducer(level.producerId()) != null)
        .map(level -> Map.<String, Object>of(
            "peerId", peerIdOfProducer(level.producerId()), "volume", level.dbov()))
        .toList();
    String loudest = volumes.isEmpty() ? null : (String) volumes.get(0).get("peerId");
    Map<String, Object> speaker = new LinkedHashMap<>();
    speaker.put("peerId", loudest);
    if (loudest != null) {
      speaker.put("volume", volumes.get(0).get("volume"));
    }
    // Each router hears what its own peers hear.
    for (Peer peer : room.joinedPeers()) {
      if (peer.router() == router || peer.router() == null && router == room.routers().get(0)) {
        peer.channel().notify("speakingPeers", Map.of("peerVolumes", volumes));
        peer.channel().notify("activeSpeaker", speaker);
      }
    }
  }

  @Override
  public void onDataProducerClosed(String dataProducerId) {
    room.data().onClosed(dataProducerId);
  }

  @Override
  public void onDataConsumerClosed(String dataConsumerId) {
    Peer peer = ownerOfDataConsumer(dataConsumerId);
    if (peer != null) {
      peer.channel().notify("dataConsumerClosed", Map.of("dataConsumerId", dataConsumerId));
      room.data().onConsumerClosed(peer, dataConsumerId);
    }
  }

  @Override
  public void onDataConsumerProducerPaused(String dataConsumerId, boolean paused) {
    Peer peer = ownerOfDataConsumer(dataConsumerId);
    if (peer != null) {
      room.consumers(ProducerKind.DATA).onPaused(peer, dataConsumerId, paused, "producer");
      peer.channel().notify(paused ? "dataConsumerPaused" : "dataConsumerResumed",
          Map.of("dataConsumerId", dataConsumerId));
    }
  }

  /** Its client does not take what it is sent, and has lost a message that was perhaps promised: it must know. */
  @Override
  public void onDataConsumerSendBufferFull(String dataConsumerId) {
    Peer peer = ownerOfDataConsumer(dataConsumerId);
    if (peer != null) {
      log.info("{}", room.line("data lost", peer).with("consumer", dataConsumerId).with("reason", "send-buffer-full"));
      peer.channel().notify("dataConsumerSendBufferFull", Map.of("dataConsumerId", dataConsumerId));
    }
  }

  private Peer owner(String transportId) {
    return find(peer -> peer.transports.containsKey(transportId));
  }

  private Peer ownerOfConsumer(String consumerId) {
    return find(peer -> peer.consumers.containsKey(consumerId));
  }

  private Peer ownerOfDataConsumer(String dataConsumerId) {
    return find(peer -> peer.dataConsumers.containsKey(dataConsumerId));
  }

  /** Also of another node's producer. */
  private String peerIdOfProducer(String producerId) {
    Peer owner = room.ownerOf(producerId);
    if (owner != null) {
      return owner.id();
    }
    ProducerRow remote = room.remote().producer(producerId);
    return remote == null ? null : remote.peerId();
  }

  private Peer find(Predicate<Peer> test) {
    for (Peer peer : room.peers()) {
      if (test.test(peer)) {
        return peer;
      }
    }
    return null;
  }
}
