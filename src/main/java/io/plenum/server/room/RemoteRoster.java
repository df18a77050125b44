package io.plenum.server.room;

import io.plenum.cluster.RoomListener;
import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The peers and producers that the room has on other nodes, and what the clients here are told of them. On the room's loop.
 */
public final class RemoteRoster implements RoomListener {
  private final RoomVerticle room;
  private final Map<String, PeerRow> peers = new LinkedHashMap<>();
  private final Map<String, ProducerRow> producers = new LinkedHashMap<>();
  /** What has come to a router here from another node, or from another router. */
  private final Set<Ready> ready = new HashSet<>();

  private record Ready(String routerId, String producerId) {}

  RemoteRoster(RoomVerticle room) {
    this.room = room;
  }

  public Collection<PeerRow> peers() {
    return peers.values();
  }

  public Collection<ProducerRow> producers() {
    return producers.values();
  }

  /** How many of them are sound or picture. */
  int mediaProducers() {
    return (int) producers.values().stream().filter(producer -> producer.kind() != ProducerKind.DATA).count();
  }

  /** Null if it is on no other node. */
  PeerRow peer(String peerId) {
    return peers.get(peerId);
  }

  /** Null if it is not another node's. */
  ProducerRow producer(String producerId) {
    return producers.get(producerId);
  }

  boolean isReady(String routerId, String producerId) {
    return ready.contains(new Ready(routerId, producerId));
  }

  @Override
  public void onPeerJoined(PeerRow peer) {
    boolean known = peers.put(peer.peerId(), peer) != null;
    if (!known && !room.hasJoined(peer.peerId())) {
      Map<String, Object> newPeer = describe(peer);
      newPeer.put("peer", describe(peer));
      room.notifyJoined("newPeer", newPeer);
    }
  }

  /** A peer has joined here. Who was sent here has never been away; anybody else comes as somebody new. */
  void tellJoined(Peer peer) {
    PeerRow former = peers.get(peer.id());
    if (former != null && former.moving()) {
      tellRenamed(peer.id(), peer.displayName(), former.displayName());
      return;
    }
    if (former != null) {
      room.notifyOthers(peer, "peerClosed", Map.of("peerId", peer.id()));
    }
    Map<String, Object> newPeer = new LinkedHashMap<>(peer.describe());
    newPeer.put("peer", peer.describe());
    room.notifyOthers(peer, "newPeer", newPeer);
  }

  /** A peer has left here; if it is on another node by now, it is still in the room. */
  void tellLeft(Peer peer) {
    PeerRow elsewhere = peers.get(peer.id());
    if (elsewhere == null) {
      room.notifyOthers(peer, "peerClosed", Map.of("peerId", peer.id()));
    } else {
      tellRenamed(peer.id(), elsewhere.displayName(), peer.displayName());
    }
  }

  private void tellRenamed(String peerId, String displayName, String former) {
    if (!displayName.equals(former)) {
      room.notifyJoined("peerDisplayNameChanged",
          Map.of("peerId", peerId, "displayName", displayName, "oldDisplayName", former));
    }
  }

  /** Nothing to tell anybody; should it come here, {@link #tellJoined} knows that it was sent. */
  @Override
  public void onPeerMoving(PeerRow peer) {
    peers.put(peer.peerId(), peer);
  }

  @Override
  public void onPeerMoved(PeerRow peer, String formerDisplayName) {
    peers.put(peer.peerId(), peer);
    if (!room.hasJoined(peer.peerId())) {
      tellRenamed(peer.peerId(), peer.displayName(), formerDisplayName);
    }
  }

  @Override
  public void onPeerDisplayNameChanged(PeerRow peer, String formerDisplayName) {
    peers.put(peer.peerId(), peer);
    room.notifyJoined("peerDisplayNameChanged", Map.of(
        "peerId", peer.peerId(), "displayName", peer.displayName(), "oldDisplayName", formerDisplayName));
  }

  @Override
  public void onPeerLeft(PeerRow peer) {
    if (peers.remove(peer.peerId()) != null && !room.hasJoined(peer.peerId())) {
      room.notifyJoined("peerClosed", Map.of("peerId", peer.peerId()));
    }
  }

  @Override
  public void onProducerAdded(ProducerRow producer) {
    producers.put(producer.producerId(), producer);
    for (Peer peer : room.joinedPeers()) {
      // Who is moving is here and there for a while, and needs not see itself.
      if (!peer.id().equals(producer.peerId())) {
        room.consumers(producer.kind()).setUp(peer, producer);
      }
    }
  }

  @Override
  public void onProducerPauseChanged(ProducerRow producer) {
    producers.put(producer.producerId(), producer);
  }

  @Override
  public void onProducerClosed(ProducerRow producer) {
    producers.remove(producer.producerId());
    room.consumers(producer.kind()).onProducerGone(producer.producerId());
  }

  @Override
  public void onNotification(Notification notification) {
    if (notification.toPeerId() == null) {
      room.notifyJoined(notification.method(), notification.data());
    } else {
      Peer peer = room.peer(notification.toPeerId());
      if (peer != null) {
        peer.channel().notify(notification.method(), notification.data());
      }
    }
  }

  @Override
  public void onLocalPeerReplaced(String peerId) {
    Peer peer = room.peer(peerId);
    if (peer != null) {
      room.moves().onReplaced(peer);
    }
  }

  @Override
  public void onProducerReady(String routerId, String producerId) {
    ready.add(new Ready(routerId, producerId));
    room.consumers(ProducerKind.VIDEO).onProducerReady(routerId, producerId);
    room.consumers(ProducerKind.DATA).onProducerReady(routerId, producerId);
  }

  @Override
  public void onProducerGone(String routerId, String producerId) {
    ready.remove(new Ready(routerId, producerId));
  }

  /** The same form as {@link Peer#describe}. */
  static Map<String, Object> describe(PeerRow peer) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("id", peer.peerId());
    description.put("peerId", peer.peerId());
    description.put("displayName", peer.displayName());
    description.put("device", peer.device() == null ? Map.of() : peer.device());
    return description;
  }
}
