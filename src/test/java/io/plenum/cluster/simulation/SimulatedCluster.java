package io.plenum.cluster.simulation;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.SignalMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Real coordinators over a made-up bus, registry and membership. The seed replays everything. */
final class SimulatedCluster {
  final Timeline time = new Timeline();
  final SplittableRandom random;
  final FakeRegistry registry;
  /** The newest life of each server. */
  final Map<String, SimulatedNode> nodes = new LinkedHashMap<>();
  final List<String> violations = new ArrayList<>();
  /** What the cluster counts as its members, by side: a life that has died stays until it is detected. */
  private final Map<Integer, Set<SimulatedNode>> members = new HashMap<>();
  private final Set<String> cut = new LinkedHashSet<>();
  private long blackUntilNs;
  private int sides;
  private long incarnations = 1_000;
  double loss;
  double repetition;
  long maxDelayNs = 3 * Timeline.MS;
  boolean everybodyConsumes;
  long messages;
  /** When the last fault so far has passed, the merge after it included. */
  long faultsUntilNs;
  /** Messages that match it are delivered this much later. */
  Predicate<RoomMessage> held = message -> false;
  long holdNs;

  SimulatedCluster(long seed) {
    random = new SplittableRandom(seed);
    registry = new FakeRegistry(time, random);
    members.put(0, new LinkedHashSet<>());
  }

  List<SimulatedNode> alive() {
    return nodes.values().stream().filter(node -> !node.dead).toList();
  }

  SimulatedNode node(String serverId) {
    return nodes.get(serverId);
  }

  /** Starts a node, or another life of it, whatever the former does. */
  SimulatedNode start(String serverId) {
    incarnations += 10;
    SimulatedNode node = new SimulatedNode(this, serverId, incarnations, 0);
    SimulatedNode former = nodes.put(serverId, node);
    if (former != null && !former.dead) {
      node.violations.add("two lives");
    }
    members.get(0).add(node);
    return node;
  }

  void startAll(int count) {
    for (int i = 0; i < count; i++) {
      start("n" + (i + 1));
    }
    time.runFor(Timeline.SECOND);
  }

  /** kill -9: noticed soon because connections close, or only after the heartbeats are missed. */
  void kill(SimulatedNode node, long detectedAfterNs) {
    end(node);
    faultFor(detectedAfterNs + 3 * Timeline.SECOND);
    time.after(detectedAfterNs, () -> {
      for (Map.Entry<Integer, Set<SimulatedNode>> side : members.entrySet()) {
        if (side.getValue().remove(node)) {
          tellMembers(side.getKey());
        }
      }
    });
  }

  void stallRegistry(long durationNs) {
    faultFor(durationNs + Timeline.SECOND);
    registry.stall(durationNs);
  }

  /** Nothing crosses the bus, and nobody is told. */
  void blackOut(long durationNs) {
    faultFor(durationNs);
    blackUntilNs = Math.max(blackUntilNs, time.nowNs() + durationNs);
  }

  private void faultFor(long durationNs) {
    faultsUntilNs = Math.max(faultsUntilNs, time.nowNs() + durationNs);
  }

  void end(SimulatedNode node) {
    if (!node.dead) {
      node.dead = true;
      node.rooms.values().forEach(this::collect);
      violations.addAll(node.violations);
      if (alive().isEmpty()) {
        // Nobody is left who held the maps.
        registry.forgetAll();
      }
    }
  }

  void collect(SimulatedRoom room) {
    violations.addAll(room.violations);
    violations.addAll(room.media.violations);
  }

  /** SIGSTOP. If it lasts, the others lose the member; it finds itself alone when it wakes, and merges later. */
  void freeze(SimulatedNode node, long durationNs) {
    if (node.frozen || node.dead) {
      return;
    }
    node.frozen = true;
    faultFor(durationNs + 5 * Timeline.SECOND);
    boolean noticed = durationNs > 5 * Timeline.SECOND && node.side == 0;
    if (noticed) {
      time.after(5 * Timeline.SECOND, () -> separate(List.of(node)));
    }
    time.after(durationNs, () -> {
      if (!node.dead) {
        node.thaw();
      }
      if (noticed) {
        time.after(4 * Timeline.SECOND, () -> merge(node.side));
      }
    });
  }

  /** Cuts the network between these and the rest, silently; both sides go on by themselves once they have noticed. */
  void partition(List<SimulatedNode> away, long durationNs) {
    Set<String> names = new LinkedHashSet<>();
    away.forEach(node -> names.add(node.serverId));
    if (!cut.isEmpty() || away.stream().anyMatch(node -> node.side != 0 || node.frozen)) {
      return;
    }
    cut.addAll(names);
    faultFor(durationNs + 10 * Timeline.SECOND);
    registry.stall(5 * Timeline.SECOND);
    int[] side = new int[1];
    boolean noticed = durationNs > 5 * Timeline.SECOND;
    if (noticed) {
      time.after(5 * Timeline.SECOND, () -> side[0] = separate(away));
    }
    time.after(durationNs, () -> {
      cut.clear();
      if (noticed) {
        time.after(random.nextLong(3, 9) * Timeline.SECOND, () -> merge(side[0]));
      }
    });
  }

  private int separate(List<SimulatedNode> away) {
    int side = ++sides;
    registry.split(0, side);
    members.put(side, new LinkedHashSet<>());
    for (SimulatedNode node : away) {
      members.get(0).remove(node);
      members.get(side).add(node);
      node.side = side;
    }
    tellMembers(0);
    tellMembers(side);
    return side;
  }

  private void merge(int side) {
    Set<SimulatedNode> joining = side == 0 ? null : members.remove(side);
    if (joining == null) {
      return;
    }
    registry.merge(side, 0, 0.6);
    for (SimulatedNode node : joining) {
      node.side = 0;
      if (!node.dead) {
        members.get(0).add(node);
      }
    }
    tellMembers(0);
    for (SimulatedNode node : members.get(0)) {
      node.later(random.nextLong(500 * Timeline.MS), () -> node.coordinator.onMerged(time.nowNs()));
    }
  }

  /** A node counts from when it is ready: before that it may yet be refused. */
  void tellMembers(int side) {
    for (SimulatedNode node : members.getOrDefault(side, Set.of())) {
      node.later(random.nextLong(Timeline.MS, 20 * Timeline.MS), () -> {
        List<Owner> owners = members.getOrDefault(node.side, Set.of()).stream()
            .filter(member -> member.ready).map(SimulatedNode::self).toList();
        node.coordinator.onMembership(owners, time.nowNs());
      });
    }
  }

  private boolean connected(SimulatedNode from, SimulatedNode to) {
    return time.nowNs() >= blackUntilNs && !to.dead && from.side == to.side
        && cut.contains(from.serverId) == cut.contains(to.serverId);
  }

  void publish(SimulatedNode from, RoomMessage message) {
    for (SimulatedNode to : nodes.values()) {
      deliver(from, to, held.test(message) ? holdNs : 0, () -> to.onPublished(message));
    }
  }

  void send(SimulatedNode from, String address, SignalMessage message) {
    for (SimulatedNode to : members.getOrDefault(from.side, Set.of())) {
      boolean addressed = address.equals(to.self().toString()) || (address.equals(to.serverId) && to.ready);
      if (addressed) {
        deliver(from, to, 0, () -> to.onSignal(message));
      }
    }
  }

  private void deliver(SimulatedNode from, SimulatedNode to, long extraNs, Runnable delivery) {
    messages++;
    int copies = random.nextDouble() < repetition ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      if (from != to && connected(from, to) && random.nextDouble() >= loss) {
        time.after(extraNs + random.nextLong(Timeline.MS / 5, maxDelayNs), () -> to.run(delivery));
      }
    }
  }
}
