package io.plenum.cluster;

import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RoomChange;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.SignalMessage.RoomState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What this node knows of a room: its own rows, and those of each other server that is up, by owner. What was told to
 * the local clients is remembered, and every change ends in telling them the difference; so however messages come,
 * clients hear of each peer and producer once.
 */
final class RoomView {
  private final OwnRows own;
  private final RoomListener listener;
  private final Map<String, RemoteOwner> owners = new TreeMap<>();
  private final Map<String, Long> up = new HashMap<>();
  private final Map<String, PeerRow> toldPeers = new LinkedHashMap<>();
  private final Map<String, ProducerRow> toldProducers = new LinkedHashMap<>();
  private final Set<String> replaced = new HashSet<>();
  private long version;

  RoomView(OwnRows own, RoomListener listener) {
    this.own = own;
    this.listener = listener;
  }

  OwnRows own() {
    return own;
  }

  /** Another number whenever the view has changed. */
  long version() {
    return version;
  }

  /** Whether messages of that life are listened to: only what the cluster counts as its member can own anything. */
  boolean isUp(Owner owner) {
    Long incarnation = up.get(owner.serverId());
    return incarnation != null && incarnation == owner.incarnation();
  }

  /** The server's life that is up, or null. */
  Owner upOwner(String serverId) {
    Long incarnation = up.get(serverId);
    return incarnation == null ? null : new Owner(serverId, incarnation);
  }

  /** Servers that are up and known to be in the room, or not known to be out of it. */
  Collection<RemoteOwner> owners() {
    return owners.values();
  }

  void onUp(Owner owner) {
    Long former = up.put(owner.serverId(), owner.incarnation());
    if (former != null && former != owner.incarnation()) {
      owners.remove(owner.serverId());
      tell();
    }
  }

  /** Closes all that came from it. */
  void onDown(Owner owner) {
    if (!isUp(owner)) {
      return;
    }
    up.remove(owner.serverId());
    RemoteOwner remote = owners.get(owner.serverId());
    if (remote != null) {
      remote.onDown();
      tell();
    }
  }

  /** We leave the room: nobody is to be told any more, and should we come back, everybody is asked. */
  void onClosed() {
    toldProducers.clear();
    toldPeers.clear();
    replaced.clear();
    owners.values().forEach(RemoteOwner::onDown);
    owners.values().forEach(RemoteOwner::takeChanged);
    version++;
  }

  /** Whether that life has been heard in this room, and not been dropped since. */
  boolean knows(Owner owner) {
    RemoteOwner remote = owners.get(owner.serverId());
    return remote != null && remote.owner().equals(owner) && !remote.lost();
  }

  /** @return its owner's part, or null if that is not listened to */
  RemoteOwner onMessage(RoomMessage message) {
    RemoteOwner remote = remote(message.owner());
    if (remote == null) {
      return null;
    }
    remote.onGeneration(message.generation());
    List<Notification> notifications = new ArrayList<>();
    for (RoomChange change : message.changes()) {
      Notification notification = remote.onChange(change);
      if (notification != null) {
        notifications.add(notification);
      }
    }
    tellIfChanged(remote);
    notifications.forEach(listener::onNotification);
    return remote;
  }

  RemoteOwner onState(RoomState state) {
    RemoteOwner remote = remote(state.owner());
    if (remote != null) {
      remote.onState(state.generation(), state.present(), state.rows());
      tellIfChanged(remote);
    }
    return remote;
  }

  /** Others' rows as the registry has them. */
  void onRows(Collection<Row> rows) {
    for (Row row : rows) {
      RemoteOwner remote = remote(row.owner());
      if (remote != null) {
        remote.onRow(row);
      }
    }
    boolean changed = false;
    for (RemoteOwner remote : owners.values()) {
      changed |= remote.takeChanged();
    }
    if (changed) {
      tell();
    }
  }

  private void tellIfChanged(RemoteOwner remote) {
    if (remote.takeChanged()) {
      tell();
    }
  }

  private RemoteOwner remote(Owner owner) {
    if (!isUp(owner) || owner.serverId().equals(own.owner().serverId())) {
      return null;
    }
    RemoteOwner remote = owners.get(owner.serverId());
    if (remote == null || remote.owner().incarnation() != owner.incarnation()) {
      remote = new RemoteOwner(owner);
      owners.put(owner.serverId(), remote);
    }
    return remote;
  }

  /** A remote producer that clients may consume, or null. */
  ProducerRow remoteProducer(String producerId) {
    return toldProducers.get(producerId);
  }

  /** A producer of this node, or null. */
  ProducerRow localProducer(String producerId, String room) {
    return (ProducerRow) own.get(new RowKey(RowKey.Table.PRODUCERS, room, producerId));
  }

  Collection<PeerRow> remotePeers() {
    return toldPeers.values();
  }

  Collection<ProducerRow> remoteProducers() {
    return toldProducers.values();
  }

  /** The newest row of a peerId anywhere, or null. */
  PeerRow newestPeer(String peerId) {
    PeerRow[] newest = new PeerRow[1];
    own.all().forEach(row -> newest[0] = newer(newest[0], row, peerId));
    owners.values().forEach(owner -> owner.forEachRow(row -> newest[0] = newer(newest[0], row, peerId)));
    return newest[0];
  }

  private static PeerRow newer(PeerRow best, Row row, String peerId) {
    return row instanceof PeerRow peer && peer.peerId().equals(peerId) && peer.beats(best) ? peer : best;
  }

  /** Own peers or producers have changed: what hid behind them may show. */
  void onOwnChanged() {
    tell();
  }

  /** Settles first what is to be told, then tells it. */
  private void tell() {
    version++;
    Map<String, PeerRow> winners = new HashMap<>();
    own.all().forEach(row -> compete(winners, row));
    Map<RowKey, PeerRow> moving = new HashMap<>();
    owners.values().forEach(owner -> owner.forEachRow(row -> {
      compete(winners, row);
      if (row instanceof PeerRow peer && peer.moving()) {
        moving.put(peer.key(), peer);
      }
    }));

    Map<String, PeerRow> peers = new LinkedHashMap<>();
    List<String> newlyReplaced = new ArrayList<>();
    winners.forEach((peerId, peer) -> {
      if (!peer.owner().equals(own.owner())) {
        peers.put(peerId, peer);
      }
    });
    for (Row row : own.all()) {
      if (row instanceof PeerRow mine) {
        if (!peers.containsKey(mine.peerId())) {
          replaced.remove(mine.peerId());
        } else if (replaced.add(mine.peerId())) {
          newlyReplaced.add(mine.peerId());
        }
      }
    }
    // A producer shows only together with its peer. When that peer is on another node by now, it shows only if the peer was
    // sent there: then it is the old node's to say when the old stream ends, so that the new one can come first.
    Map<String, ProducerRow> producers = new LinkedHashMap<>();
    owners.values().forEach(owner -> owner.forEachRow(row -> {
      if (row instanceof ProducerRow producer) {
        PeerRow peer = peers.get(producer.peerId());
        if (peer != null && peer.owner().equals(producer.owner())
            || moving.containsKey(PeerRow.key(producer.room(), producer.peerId(), producer.owner()))) {
          producers.put(producer.producerId(), producer);
        }
      }
    }));
    tellDifference(peers, producers, moving);
    newlyReplaced.forEach(listener::onLocalPeerReplaced);
  }

  private static void compete(Map<String, PeerRow> winners, Row row) {
    if (row instanceof PeerRow peer && peer.beats(winners.get(peer.peerId()))) {
      winners.put(peer.peerId(), peer);
    }
  }

  private void tellDifference(Map<String, PeerRow> peers, Map<String, ProducerRow> producers, Map<RowKey, PeerRow> moving) {
    List<Runnable> news = new ArrayList<>();
    Set<String> left = new HashSet<>();
    toldPeers.forEach((peerId, former) -> {
      if (!sameSession(former, peers.get(peerId)) && !moved(former, peers.get(peerId), moving.values())) {
        left.add(peerId);
      }
    });
    Set<String> closed = new HashSet<>();
    toldProducers.forEach((producerId, former) -> {
      // A peer may have left and come again on the same node while nothing was heard of its producers' end: they go with it,
      // and come again with it until the truth is known.
      boolean leavesToo = left.contains(former.peerId())
          && !moving.containsKey(PeerRow.key(former.room(), former.peerId(), former.owner()));
      if (leavesToo || !sameOwner(former, producers.get(producerId))) {
        closed.add(producerId);
        news.add(() -> listener.onProducerClosed(former));
      }
    });
    toldPeers.forEach((peerId, former) -> {
      if (left.contains(peerId)) {
        news.add(() -> listener.onPeerLeft(former));
      }
    });
    peers.forEach((peerId, peer) -> {
      PeerRow former = toldPeers.get(peerId);
      if (moved(former, peer, moving.values())) {
        news.add(() -> listener.onPeerMoved(peer, former.displayName()));
      } else if (!sameSession(former, peer)) {
        news.add(() -> listener.onPeerJoined(peer));
      } else if (!former.displayName().equals(peer.displayName())) {
        news.add(() -> listener.onPeerDisplayNameChanged(peer, former.displayName()));
      } else if (peer.moving() && !former.moving()) {
        news.add(() -> listener.onPeerMoving(peer));
      }
    });
    producers.forEach((producerId, producer) -> {
      ProducerRow former = toldProducers.get(producerId);
      if (former == null || closed.contains(producerId)) {
        news.add(() -> listener.onProducerAdded(producer));
      } else if (former.paused() != producer.paused()) {
        news.add(() -> listener.onProducerPauseChanged(producer));
      }
    });
    toldPeers.clear();
    toldPeers.putAll(peers);
    toldProducers.clear();
    toldProducers.putAll(producers);
    news.forEach(Runnable::run);
  }

  /** Whether it has another node now and old streams that go on: to the clients it is the same peer, never away. */
  private static boolean moved(PeerRow former, PeerRow present, Collection<PeerRow> moving) {
    return former != null && present != null && !sameSession(former, present)
        && moving.stream().anyMatch(row -> row.peerId().equals(present.peerId()));
  }

  private static boolean sameOwner(Row former, Row present) {
    return former != null && present != null && former.owner().equals(present.owner());
  }

  private static boolean sameSession(PeerRow former, PeerRow present) {
    return sameOwner(former, present) && former.term() == present.term();
  }
}
