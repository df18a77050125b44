package io.plenum.cluster.simulation;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.ProducerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Some twenty seconds of clients and faults, then silence. */
final class RandomHistory {
  private static final Layers[] LAYERS =
      {Layers.NONE, new Layers(0, 0), new Layers(0, 2), new Layers(1, 1), new Layers(2, 2)};

  final SimulatedCluster cluster;
  private final SplittableRandom random;
  /** Apart, so that what is data changes nothing else of a history. */
  private final SplittableRandom kinds;
  private final int rooms;
  private int names;
  /** Whether peers are sent to other nodes: an orderly thing, of clusters in order. */
  private boolean moves;

  RandomHistory(long seed) {
    cluster = new SimulatedCluster(seed);
    random = new SplittableRandom(seed * 31 + 7);
    kinds = new SplittableRandom(seed * 17 + 3);
    rooms = random.nextInt(4) == 0 ? 2 : 1;
    cluster.startAll(2 + (random.nextInt(3) == 0 ? random.nextInt(4) : random.nextInt(2)));
  }

  void run() {
    boolean badBus = random.nextInt(2) == 0;
    cluster.loss = badBus ? 0.2 * random.nextDouble() : 0;
    cluster.repetition = badBus ? 0.2 * random.nextDouble() : 0;
    cluster.maxDelayNs = random.nextInt(3) == 0 ? 400 * Timeline.MS : 5 * Timeline.MS;
    cluster.registry.lostUpdates = random.nextInt(3) == 0 ? 0.1 : 0;
    double mediaFailures = random.nextInt(4) == 0 ? 0.1 : 0;
    int steps = random.nextInt(15, 60);
    boolean faults = random.nextInt(3) > 0;
    moves = true;
    for (int i = 0; i < steps; i++) {
      cluster.alive().forEach(node -> node.rooms.values().forEach(room -> room.media.failures = mediaFailures));
      if (faults && random.nextInt(12) == 0) {
        fault();
      } else {
        client();
      }
      long pauseNs = random.nextInt(10) == 0 ? 3 * Timeline.SECOND : 400 * Timeline.MS;
      cluster.time.runFor(random.nextLong(1, pauseNs));
    }
    quiet();
  }

  /** Long enough for lingering pipes and a reconcile; after faults also for a merge, its reconcile and a sweep. */
  private void quiet() {
    cluster.alive().forEach(node -> node.rooms.values().forEach(room -> room.media.failures = 0));
    cluster.loss = 0;
    cluster.repetition = 0;
    boolean unclean = cluster.faultsUntilNs > 0 || cluster.registry.lostUpdates > 0;
    cluster.registry.lostUpdates = 0;
    cluster.time.runFor(Math.max(0, cluster.faultsUntilNs - cluster.time.nowNs()));
    cluster.time.runFor(unclean ? 45 * Timeline.SECOND : 25 * Timeline.SECOND);
  }

  private <T> T any(List<T> list) {
    return list.isEmpty() ? null : list.get(random.nextInt(list.size()));
  }

  private void fault() {
    SimulatedNode node = any(cluster.alive());
    if (node == null) {
      return;
    }
    switch (random.nextInt(11)) {
      case 0 -> cluster.kill(node, random.nextBoolean() ? 400 * Timeline.MS : 5 * Timeline.SECOND);
      case 1 -> {
        cluster.kill(node, random.nextBoolean() ? 400 * Timeline.MS : 5 * Timeline.SECOND);
        cluster.time.after(random.nextLong(3 * Timeline.SECOND), () -> {
          if (cluster.node(node.serverId) == node && node.dead) {
            cluster.start(node.serverId);
          }
        });
      }
      case 2 -> cluster.freeze(node, random.nextBoolean() ? 2 * Timeline.SECOND : 12 * Timeline.SECOND);
      case 3 -> cluster.partition(List.of(node), random.nextLong(1, 20) * Timeline.SECOND);
      case 4 -> cluster.stallRegistry(random.nextLong(1, 20) * Timeline.SECOND);
      case 5 -> cluster.blackOut(random.nextLong(500, 5_000) * Timeline.MS);
      case 6, 7 -> node.rooms.values().forEach(room -> room.losePipe(random));
      case 8 -> node.rooms.values().forEach(room -> {
        room.loseConsumer(random);
        if (kinds.nextBoolean()) {
          room.loseDataProducer();
        }
      });
      case 9 -> node.rooms.values().forEach(SimulatedRoom::loseFeed);
      default -> {
        if (cluster.nodes.size() > cluster.alive().size()) {
          cluster.nodes.values().stream().filter(n -> n.dead).findFirst().ifPresent(n -> cluster.start(n.serverId));
        }
      }
    }
  }

  private void client() {
    SimulatedNode node = any(cluster.alive().stream().filter(n -> n.ready && !n.frozen).toList());
    if (node == null) {
      return;
    }
    SimulatedRoom room = node.room("room" + random.nextInt(rooms));
    String peerId = any(new ArrayList<>(room.peers.keySet()));
    int dice = random.nextInt(20);
    if (peerId == null || dice < 2) {
      // Few names, so that the same peer sometimes comes back elsewhere.
      String joining = "peer" + random.nextInt(12);
      if (!room.peers.containsKey(joining)) {
        room.join(joining, "name" + names++);
      }
    } else if (dice < 4) {
      room.leave(peerId);
    } else if (moves && dice < 6) {
      room.sendAway(peerId);
    } else if (dice < 9) {
      room.produce(kinds.nextInt(3) == 0 ? ProducerKind.DATA : ProducerKind.VIDEO, peerId, any(List.copyOf(room.routers)), random.nextInt(4) == 0);
    } else if (dice < 10) {
      room.rename(peerId, "name" + names++);
    } else if (dice < 12) {
      String producerId = any(new ArrayList<>(room.producers.keySet()));
      if (producerId != null) {
        if (random.nextBoolean()) {
          room.pause(producerId, random.nextBoolean());
        } else {
          List<Integer> scores = List.of(random.nextInt(11), random.nextInt(11));
          if (!FakeMedia.isData(producerId)) {
            room.score(producerId, scores);
          }
        }
      }
    } else if (dice < 13) {
      String producerId = any(new ArrayList<>(room.producers.keySet()));
      if (producerId != null) {
        room.closeProducer(producerId);
      }
    } else if (dice < 14 && room.routers.size() < 3) {
      room.act(room::addRouter);
    } else {
      demand(room);
    }
  }

  private void demand(SimulatedRoom room) {
    String consumerId = any(new ArrayList<>(room.consumers.keySet()));
    int dice = random.nextInt(6);
    if (consumerId != null && dice == 0) {
      room.closeConsumer(consumerId);
    } else if (consumerId != null && dice < 3) {
      room.want(consumerId, layers(room.consumers.get(consumerId).producerId()));
    } else {
      List<String> known = new ArrayList<>(room.toldProducers.keySet());
      known.addAll(room.producers.keySet());
      String producerId = any(known);
      if (producerId != null) {
        room.consume(any(List.copyOf(room.routers)), producerId, layers(producerId));
      }
    }
  }

  private Layers layers(String producerId) {
    Layers layers = LAYERS[random.nextInt(LAYERS.length)];
    return FakeMedia.isData(producerId) && layers.flow() ? Layers.DATA : layers;
  }
}
