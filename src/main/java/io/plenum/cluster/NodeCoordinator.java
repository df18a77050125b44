package io.plenum.cluster;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.RouterPair;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.ServerRow;
import io.plenum.cluster.message.SignalMessage;
import io.plenum.cluster.message.SignalMessage.ClosePipeTransport;
import io.plenum.cluster.message.SignalMessage.Consume;
import io.plenum.cluster.message.SignalMessage.CreatePipeTransport;
import io.plenum.cluster.message.SignalMessage.GetRoomState;
import io.plenum.cluster.message.SignalMessage.Ping;
import io.plenum.cluster.message.SignalMessage.Pong;
import io.plenum.cluster.message.SignalMessage.RoomState;
import io.plenum.cluster.message.SignalMessage.Want;
import io.plenum.media.Dump;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One node as a member of the cluster: its start, who else is up, and what no room would clean.
 *
 * <pre>
 *   LOOKING ─▶ PROBING ─▶ CLEANING ─▶ ACTIVE ─▶ DRAINING ─▶ STOPPED
 *                 └─▶ REFUSED            └──────────┴─▶ SUPERSEDED
 * </pre>
 *
 * <p>LOOKING asks the registry for rows of this serverId. If there are any, PROBING asks whether the process that wrote
 * them still lives; CLEANING removes them and writes the new server row.
 */
public final class NodeCoordinator implements Registry.Answers {
  /** In the order of a node's life. */
  public enum State { LOOKING, PROBING, CLEANING, ACTIVE, DRAINING, STOPPED, REFUSED, SUPERSEDED }

  /** What the node is told. All calls but the first three are meant for every open room, too. */
  public interface Sink {
    /** It may open rooms now. */
    void onReady(Owner self);

    /** Another process with this serverId lives: this one must end. */
    void onRefused(String reason);

    /** A later life of this serverId has begun: this one must end. */
    void onSuperseded(String reason);

    void onServerUp(Owner owner);

    void onServerDown(Owner owner);

    void onSuspected(Owner owner, boolean suspected);

    /** Members came or went, or a partition healed: rooms reconcile. */
    void onClusterChanged();
  }

  /** What a server says of itself. */
  public record Description(String ip, String version, String region) {}

  /** How often a former life is asked whether it lives. A hung one does not answer: it is superseded. */
  private static final int PROBES = 4;
  /** A server row of a life that is no member is left for so long: its membership may only be late. */
  private static final long STRANGER_NS = 3 * ClusterTimings.RECONCILE_NS / 2;

  private final String serverId;
  private final Description description;
  private final Registry registry;
  private final Bus bus;
  private final Sink sink;
  private final FailureDetector detector;
  private final RowSweeper sweeper;
  private final Set<String> openRooms = new HashSet<>();
  private final Map<Long, Row> cleaning = new HashMap<>();
  private final Map<String, ServerRow> servers = new HashMap<>();
  private final Map<Owner, Long> strangersSinceNs = new HashMap<>();
  private Owner self;
  private State state = State.LOOKING;
  private List<Row> formerRows = List.of();
  private long operations;
  private long operation = -1;
  private long stepNs;
  private int probes;
  private long pingNs = Long.MAX_VALUE;
  private long pings;
  private long fetchNs = Long.MAX_VALUE;
  private long fetching = -1;
  private boolean laterLife;
  private long sessions;
  private long generation;
  private double load;

  /**
   * @param candidate of this life's incarnation: milliseconds since 1970; raised if an earlier life had a greater one
   */
  public NodeCoordinator(String serverId, long candidate, Description description, Registry registry, Bus bus,
      Sink sink, long nowNs) {
    this.serverId = serverId;
    this.self = new Owner(serverId, candidate);
    this.description = description;
    this.registry = registry;
    this.bus = bus;
    this.sink = sink;
    this.detector = new FailureDetector(new Witness(), nowNs);
    this.sweeper = new RowSweeper(registry, this::nextOperation, this::wanted);
    this.stepNs = nowNs;
  }

  private long nextOperation() {
    return ++operations;
  }

  private boolean wanted(RowKey key) {
    return key.table() == RowKey.Table.SERVERS || openRooms.contains(key.room());
  }

  /** This life; its incarnation is final once the node is ready. */
  public Owner self() {
    return self;
  }

  public State state() {
    return state;
  }

  private boolean active() {
    return state == State.ACTIVE || state == State.DRAINING;
  }

  private boolean ended() {
    return state == State.STOPPED || state == State.REFUSED || state == State.SUPERSEDED;
  }

  /** Other servers that are up. */
  public List<Owner> up() {
    return detector.up();
  }

  /** What the others say of themselves, as far as they are up and not suspected; and this one. */
  public List<ServerRow> candidates() {
    List<ServerRow> candidates = new ArrayList<>();
    detector.up().forEach(owner -> {
      ServerRow row = servers.get(owner.serverId());
      if (row != null && row.owner().equals(owner) && !detector.suspected(owner.serverId())) {
        candidates.add(row);
      }
    });
    candidates.add(ownRow());
    return candidates;
  }

  /** For a new {@link RoomCoordinator}; {@link #onRoomFinished} when it can be forgotten. */
  public long nextSession(String room) {
    openRooms.add(room);
    return ++sessions;
  }

  public void onRoomFinished(String room) {
    openRooms.remove(room);
  }

  public void onLoad(double newLoad) {
    load = newLoad;
  }

  /** No new clients from now on. */
  public void drain(long nowNs) {
    if (state == State.ACTIVE) {
      state = State.DRAINING;
      putOwnRow();
    }
  }

  /** Says good-bye, when all rooms have finished: nobody is to wait for a sign of life. */
  public void stop() {
    if (active()) {
      state = State.STOPPED;
      registry.removeIfOwner(nextOperation(), ownRow().key(), self);
    }
  }

  /** For people at night. */
  public void dump(Dump out) {
    out.value("self", self).value("state", state).value("up", detector.up()).value("openRooms", openRooms.size())
        .value("ownPauses", detector.ownPauses());
  }

  private ServerRow ownRow() {
    return new ServerRow(self, generation, description.ip(), description.version(), description.region(), load,
        state == State.DRAINING ? ServerRow.State.DRAINING : ServerRow.State.ACTIVE);
  }

  private long putOwnRow() {
    generation++;
    long put = nextOperation();
    registry.put(put, ownRow());
    return put;
  }

  // ---- inputs ----

  /** @param members all servers that the cluster counts as members, this one included or not */
  public void onMembership(Collection<Owner> members, long nowNs) {
    List<Owner> others = new ArrayList<>();
    laterLife = false;
    for (Owner member : members) {
      if (!member.serverId().equals(serverId)) {
        others.add(member);
      } else if (self.supersededBy(member)) {
        // It is a member before it knows whether it may start: it asks us, and our Pong ends it. Only a row of it says that
        // it has started, because we were away; so that is looked for.
        laterLife = true;
      }
    }
    detector.onMembership(others, nowNs);
    if (active()) {
      fetchNs = Math.min(fetchNs, nowNs);
      sink.onClusterChanged();
    }
  }

  /** The registry has merged after a partition: rows may be lost. */
  public void onMerged(long nowNs) {
    if (active()) {
      fetchNs = Math.min(fetchNs, nowNs);
      sink.onClusterChanged();
    }
  }

  /** Any sign of life of another server that does not come as a signal: pipe keep-alives, room messages. */
  public void onHeard(Owner owner, long nowNs) {
    detector.onHeard(owner, nowNs);
  }

  /** Every signal that is not for a room which is open here. */
  public void onSignal(SignalMessage message, long nowNs) {
    if (!Protocol.understands(message.version())) {
      return;
    }
    if (message.owner().serverId().equals(serverId)) {
      onOwnEcho(message, nowNs);
      return;
    }
    detector.onHeard(message.owner(), nowNs);
    if (message instanceof GetRoomState ask && active()) {
      bus.send(ask.owner().serverId(), new RoomState(Protocol.VERSION, self, ask.room(),
          RoomEnvironment.firstGeneration(sessions + 1), false, List.of()));
    } else if (message instanceof CreatePipeTransport offer) {
      refusePipe(offer, offer.pair(), offer.end().endId(), offer.yourEndId());
    } else if (message instanceof Want want) {
      refusePipe(want, want.pair(), want.endId(), want.yourEndId());
    } else if (message instanceof Consume consume) {
      refusePipe(consume, consume.pair(), consume.endId(), consume.yourEndId());
    }
  }

  private void refusePipe(SignalMessage message, RouterPair pair, String endId, String otherEndId) {
    bus.send(message.owner().serverId(),
        new ClosePipeTransport(Protocol.VERSION, self, message.room(), pair, endId, otherEndId));
  }

  /** A message of another life of this serverId. */
  private void onOwnEcho(SignalMessage message, long nowNs) {
    if (message.owner().equals(self)) {
      return;
    }
    if (message instanceof Ping ping && active()) {
      // A starting process asks. It hears on an address of its own life: signal.<serverId>#<incarnation>.
      bus.send(ping.owner().toString(), new Pong(Protocol.VERSION, self, ping.sequence()));
    } else if (message instanceof Pong && state == State.PROBING) {
      state = State.REFUSED;
      stepNs = Long.MAX_VALUE;
      sink.onRefused("a process with the serverId " + serverId + " is running (incarnation "
          + message.owner().incarnation() + ")");
    }
  }

  @Override
  public void onRegistryRows(long fetched, List<Row> rows, long nowNs) {
    if (sweeper.onRows(fetched, rows, nowNs)) {
      for (Row row : rows) {
        if (self.supersededBy(row.owner())) {
          superseded(row.owner());
        }
      }
    } else if (fetched == fetching) {
      fetching = -1;
      onServers(rows, nowNs);
    } else if (fetched == operation && state == State.LOOKING) {
      operation = -1;
      onFormerRows(rows, nowNs);
    }
  }

  @Override
  public void onRegistryDone(long done, long nowNs) {
    if (state != State.CLEANING) {
      return;
    }
    cleaning.remove(done);
    if (done == operation) {
      become(State.ACTIVE, nowNs);
    } else if (cleaning.isEmpty() && operation < 0) {
      operation = putOwnRow();
    }
  }

  @Override
  public void onRegistryFailed(long failed, long nowNs) {
    sweeper.onFailed(failed, nowNs);
    if (failed == fetching) {
      fetching = -1;
      fetchNs = Math.min(fetchNs, nowNs + ClusterTimings.REGISTRY_RETRY_NS);
    }
    if (failed == operation || cleaning.containsKey(failed)) {
      stepNs = Math.min(stepNs, nowNs + ClusterTimings.REGISTRY_RETRY_NS);
    }
  }

  // ---- start ----

  private void onFormerRows(List<Row> rows, long nowNs) {
    formerRows = List.copyOf(rows);
    for (Row row : rows) {
      if (row.owner().incarnation() >= self.incarnation()) {
        self = new Owner(serverId, row.owner().incarnation() + 1);
      }
    }
    state = rows.isEmpty() ? State.CLEANING : State.PROBING;
    step(nowNs);
  }

  private void step(long nowNs) {
    if (state == State.LOOKING) {
      operation = nextOperation();
      stepNs = nowNs + ClusterTimings.REGISTRY_DEADLINE_NS;
      registry.fetchOwned(operation, serverId);
    } else if (state == State.PROBING && probes < PROBES) {
      probes++;
      stepNs = nowNs + ClusterTimings.SIGNAL_RETRY_NS;
      bus.send(serverId, new Ping(Protocol.VERSION, self, probes));
    } else if (state == State.PROBING) {
      state = State.CLEANING;
      clean(nowNs);
    } else if (state == State.CLEANING) {
      clean(nowNs);
    }
  }

  private void clean(long nowNs) {
    stepNs = nowNs + ClusterTimings.REGISTRY_DEADLINE_NS;
    List<Row> rest = cleaning.isEmpty() ? formerRows : List.copyOf(cleaning.values());
    formerRows = List.of();
    cleaning.clear();
    operation = -1;
    rest.forEach(row -> cleaning.put(nextOperation(), row));
    if (cleaning.isEmpty()) {
      operation = putOwnRow();
    } else {
      Map.copyOf(cleaning).forEach((remove, row) -> registry.removeIfOwner(remove, row.key(), row.owner()));
    }
  }

  private void become(State next, long nowNs) {
    state = next;
    operation = -1;
    stepNs = Long.MAX_VALUE;
    pingNs = nowNs;
    fetchNs = nowNs;
    sweeper.start(self, nowNs);
    sink.onReady(self);
  }

  private void superseded(Owner later) {
    if (active()) {
      state = State.SUPERSEDED;
      sink.onSuperseded("a later process with the serverId " + serverId + " has started (incarnation "
          + later.incarnation() + ")");
    }
  }

  // ---- life ----

  private void onServers(List<Row> rows, long nowNs) {
    servers.clear();
    boolean own = false;
    List<Owner> up = detector.up();
    strangersSinceNs.keySet().retainAll(rows.stream().map(Row::owner).toList());
    strangersSinceNs.keySet().removeAll(up);
    for (Row row : rows) {
      if (row.owner().equals(self)) {
        own = row.generation() == generation && row instanceof ServerRow there && there.load() == load;
      } else if (self.supersededBy(row.owner())) {
        superseded(row.owner());
        return;
      } else if (row instanceof ServerRow other) {
        servers.put(other.owner().serverId(), other);
        // It may have died before this node came, and all who knew that with it.
        if (!up.contains(other.owner())
            && nowNs - strangersSinceNs.computeIfAbsent(other.owner(), owner -> nowNs) >= STRANGER_NS) {
          strangersSinceNs.remove(other.owner());
          sweeper.onServerDown(other.owner(), nowNs);
        }
      }
    }
    if (!own) {
      putOwnRow();
    }
  }

  /** When {@link #onTimeout} is due. */
  public long nextDeadlineNs() {
    if (ended()) {
      return Long.MAX_VALUE;
    }
    return active() ? Math.min(Math.min(pingNs, fetchNs), sweeper.nextDeadlineNs()) : stepNs;
  }

  public void onTimeout(long nowNs) {
    if (!active()) {
      if (stepNs <= nowNs && !ended()) {
        step(nowNs);
      }
      return;
    }
    if (pingNs <= nowNs) {
      pingNs = nowNs + ClusterTimings.PING_NS;
      pings++;
      detector.onTick(nowNs);
      detector.up().forEach(owner -> bus.send(owner.serverId(), new Ping(Protocol.VERSION, self, pings)));
    }
    if (fetchNs <= nowNs) {
      fetchNs = nowNs + (laterLife ? ClusterTimings.LATER_LIFE_NS : ClusterTimings.RECONCILE_NS);
      fetching = nextOperation();
      registry.fetchServers(fetching);
    }
    sweeper.onTimeout(nowNs);
  }

  /** Passes on what the detector finds. */
  private final class Witness implements FailureDetector.Sink {
    @Override
    public void onServerUp(Owner owner) {
      sweeper.onServerUp(owner);
      sink.onServerUp(owner);
    }

    @Override
    public void onServerDown(Owner owner) {
      sweeper.onServerDown(owner, lastNs());
      sink.onServerDown(owner);
    }

    private long lastNs() {
      return detector.lastTickNs();
    }

    @Override
    public void onSuspected(Owner owner, boolean suspected) {
      sink.onSuspected(owner, suspected);
    }
  }
}
