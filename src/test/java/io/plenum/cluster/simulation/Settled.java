package io.plenum.cluster.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.RoomCoordinator;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RowKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What must hold when the dust has settled. */
final class Settled {
  private final SimulatedCluster cluster;
  private final String about;

  private Settled(SimulatedCluster cluster, String about) {
    this.cluster = cluster;
    this.about = about;
  }

  static void check(SimulatedCluster cluster, String about) {
    Settled settled = new Settled(cluster, about);
    settled.views();
    settled.rows();
    settled.pipes();
    settled.noViolations();
  }

  /** Only that all know the same of the room: media may still be on its way. */
  static void checkViews(SimulatedCluster cluster, String about) {
    new Settled(cluster, about).views();
  }

  private List<SimulatedRoom> open(String name) {
    List<SimulatedRoom> open = new ArrayList<>();
    for (SimulatedNode node : cluster.alive()) {
      SimulatedRoom room = node.rooms.get(name);
      if (room != null && room.open()) {
        open.add(room);
      }
    }
    return open;
  }

  private Set<String> roomNames() {
    Set<String> names = new TreeSet<>();
    cluster.alive().forEach(node -> names.addAll(node.rooms.keySet()));
    return names;
  }

  /** Every node's clients know exactly the peers and producers of all other nodes. */
  private void views() {
    for (String name : roomNames()) {
      List<SimulatedRoom> open = open(name);
      for (SimulatedRoom here : open) {
        Map<String, String> peers = new TreeMap<>();
        Map<String, String> producers = new TreeMap<>();
        for (SimulatedRoom other : open) {
          if (other != here) {
            other.peers.forEach((id, displayName) -> peers.put(id, displayName + "@" + other.node.self()));
            other.producers.forEach((id, p) -> producers.put(id, SimulatedRoom.kind(id) + " " + p.peerId() + " " + p.routerId() + " " + p.paused()));
          }
        }
        Map<String, String> toldPeers = new TreeMap<>();
        for (PeerRow peer : here.toldPeers.values()) {
          toldPeers.put(peer.peerId(), peer.displayName() + "@" + peer.owner());
        }
        Map<String, String> toldProducers = new TreeMap<>();
        for (ProducerRow p : here.toldProducers.values()) {
          toldProducers.put(p.producerId(), p.kind() + " " + p.peerId() + " " + p.routerId() + " " + p.paused());
        }
        assertEquals(peers, toldPeers, () -> about + ": peers of " + name + " as seen by " + here.node.self());
        assertEquals(producers, toldProducers,
            () -> about + ": producers of " + name + " as seen by " + here.node.self());
      }
    }
  }

  /** The registry has each row of each living node, and no other. */
  private void rows() {
    Set<String> expected = new TreeSet<>();
    for (SimulatedNode node : cluster.alive()) {
      expected.add(RowKey.Table.SERVERS + "  " + node.serverId + " " + node.self());
      for (SimulatedRoom room : node.rooms.values()) {
        if (!room.open()) {
          continue;
        }
        expected.add(RowKey.Table.ROOMS + " " + room.name + " " + node.serverId + " " + node.self());
        room.routers.forEach(id -> expected.add(RowKey.Table.ROUTERS + " " + room.name + " " + id + " " + node.self()));
        room.peers.keySet().forEach(id -> expected.add(
            RowKey.Table.PEERS + " " + room.name + " " + id + "@" + node.serverId + " " + node.self()));
        room.producers.keySet().forEach(
            id -> expected.add(RowKey.Table.PRODUCERS + " " + room.name + " " + id + " " + node.self()));
      }
    }
    Set<String> stored = new TreeSet<>();
    cluster.registry.rows(0).forEach((key, row) ->
        stored.add(key.table() + " " + key.room() + " " + key.id() + " " + row.owner()));
    assertEquals(expected, stored, () -> about + ": rows");
  }

  /** What is wanted is there with its layers and pause; nothing else is; and both ends agree. */
  private void pipes() {
    Map<String, FakeMedia.End> ends = new TreeMap<>();
    for (SimulatedNode node : cluster.alive()) {
      node.rooms.values().forEach(room -> room.media.ends.forEach(ends::put));
    }
    for (FakeMedia.End end : ends.values()) {
      FakeMedia.End other = end.remote == null ? null : ends.get(end.remote.endId());
      assertEquals(end.endId, other == null ? "nothing" : other.remote.endId(), () -> about + ": pipe " + end.endId);
      assertEquals(false, end.consumers.isEmpty() && end.producers.isEmpty(), () -> about + ": idle pipe " + end.endId);
      Map<String, String> sent = new TreeMap<>();
      end.consumers.forEach((consumerId, consumer) -> sent.put(consumerId, consumer.producerId()));
      Map<String, String> received = new TreeMap<>();
      other.producers.forEach((consumerId, producer) -> received.put(consumerId, producer.producerId()));
      assertEquals(sent, received, () -> about + ": what crosses from " + end.endId + " to " + other.endId);
    }
    for (String name : roomNames()) {
      for (SimulatedRoom room : open(name)) {
        wantedIsThere(room, ends);
      }
    }
  }

  private void wantedIsThere(SimulatedRoom room, Map<String, FakeMedia.End> ends) {
    Map<String, Set<String>> onRouters = new TreeMap<>();
    room.routers.forEach(routerId -> onRouters.put(routerId, new TreeSet<>()));
    room.producers.forEach((id, producer) -> onRouters.get(producer.routerId()).add(id));
    Map<String, Layers> wanted = new TreeMap<>();
    Set<String> ready = new TreeSet<>();
    room.consumers.values().forEach(consumer -> {
      SimulatedRoom.Produced own = room.producers.get(consumer.producerId());
      if (own == null && !room.toldProducers.containsKey(consumer.producerId())) {
        return;
      }
      onRouters.get(consumer.routerId()).add(consumer.producerId());
      if (own == null) {
        wanted.merge(consumer.producerId(), consumer.layers(), Layers::max);
      }
      if (own == null || !own.routerId().equals(consumer.routerId())) {
        ready.add(consumer.routerId() + " " + consumer.producerId());
      }
    });
    Map<String, Layers> fed = new TreeMap<>();
    room.consumers.values().forEach(consumer -> fed.merge(
        consumer.routerId() + " " + consumer.producerId(), consumer.layers(), Layers::max));
    fed.keySet().retainAll(ready);
    Map<String, Set<String>> actual = new TreeMap<>();
    room.media.producersOfRouter.forEach((id, producers) -> actual.put(id, new TreeSet<>(producers)));
    Map<String, Layers> pulled = new TreeMap<>();
    for (FakeMedia.End end : room.media.ends.values()) {
      end.producers.forEach((consumerId, producer) -> {
        FakeMedia.PushedConsumer consumer = ends.get(end.remote.endId()).consumers.get(consumerId);
        Layers former = pulled.put(producer.producerId(), consumer.layers());
        assertEquals(null, former, () -> about + ": crosses twice: " + producer.producerId());
        assertEquals(room.toldProducers.get(producer.producerId()).paused(), producer.paused(),
            () -> about + ": pause of " + producer.producerId() + " at " + room.node.self());
        assertEquals(originScores(room, producer.producerId()), producer.scores(),
            () -> about + ": scores of " + producer.producerId() + " at " + room.node.self());
        // It stays where it arrived first, while any router of the node wants it.
        onRouters.get(end.routerId).add(producer.producerId());
        ready.add(end.routerId + " " + producer.producerId());
        fed.remove(end.routerId + " " + producer.producerId());
      });
    }
    Map<String, Layers> feeds = new TreeMap<>();
    room.media.feeds.values().forEach(feed -> feeds.put(feed.to() + " " + feed.producerId(), feed.layers()));
    assertEquals(fed, feeds, () -> about + ": feeds of " + room.name + " at " + room.node.self());
    assertEquals(ready, new TreeSet<>(room.ready), () -> about + ": ready in " + room.name + " of " + room.node.self());
    assertEquals(onRouters, actual, () -> about + ": producers on routers of " + room.name + " at " + room.node.self());
    assertEquals(wanted, pulled, () -> about + ": what crosses to " + room.name + " at " + room.node.self());
  }

  private List<Integer> originScores(SimulatedRoom room, String producerId) {
    return open(room.name).stream().map(origin -> origin.scores.get(producerId))
        .filter(Objects::nonNull).findFirst().orElse(null);
  }

  private void noViolations() {
    List<String> violations = new ArrayList<>(cluster.violations);
    for (SimulatedNode node : cluster.alive()) {
      violations.addAll(node.violations);
      for (SimulatedRoom room : node.rooms.values()) {
        violations.addAll(room.violations);
        violations.addAll(room.media.violations);
        assertEquals(RoomCoordinator.State.OPEN, room.coordinator.state(), () -> about + ": " + room.name);
        assertEquals(false, room.peers.isEmpty(), () -> about + ": an empty room");
      }
    }
    assertEquals(List.of(), violations, () -> about + ": violations");
  }
}
