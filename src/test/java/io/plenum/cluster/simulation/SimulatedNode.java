package io.plenum.cluster.simulation;

import io.plenum.cluster.Bus;
import io.plenum.cluster.NodeCoordinator;
import io.plenum.cluster.Registry;
import io.plenum.cluster.RoomCoordinator;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.SignalMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** One life of one node: the real coordinators, and the thinnest server layer around them. */
final class SimulatedNode implements Bus, NodeCoordinator.Sink {
  private static final int MAX_STEPS_WITHOUT_REST = 100;

  final SimulatedCluster cluster;
  final String serverId;
  final NodeCoordinator coordinator;
  final Map<String, SimulatedRoom> rooms = new TreeMap<>();
  final List<String> violations = new ArrayList<>();
  /** Which copy of the registry, and which membership, it is with. */
  int side;
  boolean dead;
  boolean frozen;
  boolean ready;
  String refused;
  /** What was heard last, for tests of the bus. */
  RoomMessage published;
  SignalMessage signalled;
  private final List<Runnable> whileFrozen = new ArrayList<>();
  private long wakeNs = Long.MAX_VALUE;

  SimulatedNode(SimulatedCluster cluster, String serverId, long incarnation, int side) {
    this.cluster = cluster;
    this.serverId = serverId;
    this.side = side;
    this.coordinator = new NodeCoordinator(serverId, incarnation,
        new NodeCoordinator.Description("192.0.2.1", "1.0", ""), new NodeRegistry(null), this, this, nowNs());
    rest();
  }

  Owner self() {
    return coordinator.self();
  }

  long nowNs() {
    return cluster.time.nowNs();
  }

  /** The room, made if need be. */
  SimulatedRoom room(String name) {
    return rooms.computeIfAbsent(name, n -> {
      NodeRegistry registry = new NodeRegistry(null);
      SimulatedRoom room = new SimulatedRoom(n, this, registry);
      registry.room = room;
      return room;
    });
  }

  /** Runs it now, or when the node is no longer frozen; never if it is dead. */
  void run(Runnable what) {
    if (dead) {
      return;
    }
    if (frozen) {
      whileFrozen.add(what);
      return;
    }
    what.run();
    rest();
  }

  void post(Runnable what) {
    cluster.time.after(0, () -> run(what));
  }

  void later(long delayNs, Runnable what) {
    cluster.time.after(delayNs, () -> run(what));
  }

  void thaw() {
    frozen = false;
    List<Runnable> all = List.copyOf(whileFrozen);
    whileFrozen.clear();
    wakeNs = Long.MAX_VALUE;
    wake();
    all.forEach(this::run);
  }

  /** Plans the next wake-up. */
  void rest() {
    long next = coordinator.nextDeadlineNs();
    for (SimulatedRoom room : rooms.values()) {
      next = Math.min(next, room.coordinator.nextDeadlineNs());
    }
    if (next < wakeNs) {
      wakeNs = next;
      cluster.time.at(next, this::wake);
    }
  }

  private void wake() {
    if (dead || frozen || nowNs() < wakeNs && wakeNs != Long.MAX_VALUE) {
      return;
    }
    wakeNs = Long.MAX_VALUE;
    for (int steps = 0; coordinator.nextDeadlineNs() <= nowNs(); steps++) {
      require(steps < MAX_STEPS_WITHOUT_REST, "the node coordinator never rests");
      coordinator.onTimeout(nowNs());
    }
    for (SimulatedRoom room : List.copyOf(rooms.values())) {
      for (int steps = 0; room.coordinator.nextDeadlineNs() <= nowNs(); steps++) {
        require(steps < MAX_STEPS_WITHOUT_REST, "the room coordinator never rests");
        room.coordinator.onTimeout(nowNs());
      }
      if (room.coordinator.state() == RoomCoordinator.State.FINISHED) {
        cluster.collect(room);
        rooms.remove(room.name);
        coordinator.onRoomFinished(room.name);
      }
    }
    rest();
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  // ---- bus ----

  @Override
  public void publish(RoomMessage message) {
    cluster.publish(this, message);
  }

  @Override
  public void send(String address, SignalMessage message) {
    cluster.send(this, address, message);
  }

  void onPublished(RoomMessage message) {
    published = message;
    if (message.owner().serverId().equals(serverId)) {
      return;
    }
    coordinator.onHeard(message.owner(), nowNs());
    SimulatedRoom room = rooms.get(message.room());
    if (room != null) {
      room.coordinator.onRoomMessage(message, nowNs());
    }
  }

  void onSignal(SignalMessage message) {
    signalled = message;
    SimulatedRoom room = rooms.get(message.room());
    if (room != null) {
      coordinator.onHeard(message.owner(), nowNs());
      room.coordinator.onSignal(message, nowNs());
    } else {
      coordinator.onSignal(message, nowNs());
    }
  }

  // ---- what the node coordinator says ----

  @Override
  public void onReady(Owner self) {
    ready = true;
    cluster.tellMembers(side);
  }

  @Override
  public void onRefused(String reason) {
    refused = reason;
    post(() -> cluster.end(this));
  }

  @Override
  public void onSuperseded(String reason) {
    refused = reason;
    post(() -> cluster.end(this));
  }

  @Override
  public void onServerUp(Owner owner) {
    rooms.values().forEach(room -> room.coordinator.onServerUp(owner, nowNs()));
  }

  @Override
  public void onServerDown(Owner owner) {
    rooms.values().forEach(room -> room.coordinator.onServerDown(owner, nowNs()));
  }

  @Override
  public void onSuspected(Owner owner, boolean suspected) {}

  @Override
  public void onClusterChanged() {
    rooms.values().forEach(room -> room.coordinator.onClusterChanged(nowNs()));
  }

  /** The registry as one coordinator sees it: answers find their way back to it. */
  private final class NodeRegistry implements Registry {
    private SimulatedRoom room;

    NodeRegistry(SimulatedRoom room) {
      this.room = room;
    }

    private Integer sideNow() {
      return side;
    }

    private Runnable done(long operation) {
      return () -> run(() -> {
        if (room != null) {
          room.coordinator.onRegistryDone(operation, nowNs());
        } else {
          coordinator.onRegistryDone(operation, nowNs());
        }
      });
    }

    private void fetch(long operation, Predicate<Row> which) {
      cluster.registry.fetch(which, this::sideNow, rows -> run(() -> {
        if (room != null) {
          room.coordinator.onRegistryRows(operation, rows, nowNs());
        } else {
          coordinator.onRegistryRows(operation, rows, nowNs());
        }
      }));
    }

    @Override
    public void put(long operation, Row row) {
      cluster.registry.put(row, this::sideNow, done(operation));
    }

    @Override
    public void removeIfOwner(long operation, RowKey key, Owner owner) {
      cluster.registry.removeIfOwner(key, owner, this::sideNow, done(operation));
    }

    @Override
    public void fetchRoom(long operation, String roomName) {
      fetch(operation, row -> row.key().room().equals(roomName) && row.key().table() != RowKey.Table.SERVERS);
    }

    @Override
    public void fetchServers(long operation) {
      fetch(operation, row -> row.key().table() == RowKey.Table.SERVERS);
    }

    @Override
    public void fetchOwned(long operation, String owner) {
      fetch(operation, row -> row.owner().serverId().equals(owner));
    }
  }
}
