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
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One node as a member of the cluster: a table of contents. {@link NodeStart} is its start, {@link ServerRows} what it and the
 * others say of themselves, {@link FailureDetector} who else is up, {@link RowSweeper} cleans what no room would.
 *
 * <pre>
 *   LOOKING ─▶ PROBING ─▶ CLEANING ─▶ ACTIVE ─▶ DRAINING ─▶ STOPPED
 *                 └─▶ REFUSED            └──────────┴─▶ SUPERSEDED
 * </pre>
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

  private final String serverId;
  private final Registry registry;
  private final Bus bus;
  private final Sink sink;
  private final FailureDetector detector;
  private final RowSweeper sweeper;
  private final Set<String> openRooms = new HashSet<>();
  private final ServerRows serverRows;
  private final NodeStart start;
  private State state = State.LOOKING;
  private long operations;
  private long pingNs = Long.MAX_VALUE;
  private long pings;
  private long sessions;

  /**
   * @param candidate of this life's incarnation: milliseconds since 1970; raised if an earlier life had a greater one
   */
  public NodeCoordinator(String serverId, long candidate, Description description, Registry registry, Bus bus,
      Sink sink, long nowNs) {
    this.serverId = serverId;
    this.registry = registry;
    this.bus = bus;
    this.sink = sink;
    this.detector = new FailureDetector(new Witness(), nowNs);
    this.sweeper = new RowSweeper(registry, this::nextOperation, this::wanted);
    this.serverRows = new ServerRows(description, registry, this::nextOperation, new Found());
    this.start = new NodeStart(
        new Owner(serverId, candidate), registry, bus, this::nextOperation, serverRows::put, nowNs);
  }

  private long nextOperation() {
    return ++operations;
  }

  private boolean wanted(RowKey key) {
    return key.table() == RowKey.Table.SERVERS || openRooms.contains(key.room());
  }

  /** This life; its incarnation is final once the node is ready. */
  public Owner self() {
    return start.self();
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
      ServerRow row = serverRows.of(owner);
      if (row != null && !detector.suspected(owner.serverId())) {
        candidates.add(row);
      }
    });
    candidates.add(serverRows.own(self()));
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
    serverRows.load(newLoad);
  }

  /** No new clients from now on. */
  public void drain(long nowNs) {
    if (state == State.ACTIVE) {
      state = State.DRAINING;
      serverRows.drain();
      serverRows.put(self());
    }
  }

  /** Says good-bye, when all rooms have finished: nobody is to wait for a sign of life. */
  public void stop() {
    if (active()) {
      state = State.STOPPED;
      registry.removeIfOwner(nextOperation(), serverRows.own(self()).key(), self());
    }
  }

  /** For people at night. */
  public void dump(Dump out) {
    out.value("self", self()).value("state", state).value("up", detector.up()).value("openRooms", openRooms.size())
        .value("ownPauses", detector.ownPauses());
  }

  // ---- inputs ----

  /** @param members all servers that the cluster counts as members, this one included or not */
  public void onMembership(Collection<Owner> members, long nowNs) {
    List<Owner> others = new ArrayList<>();
    boolean laterLife = false;
    for (Owner member : members) {
      if (!member.serverId().equals(serverId)) {
        others.add(member);
      } else if (self().supersededBy(member)) {
        // It is a member before it knows whether it may start: it asks us, and our Pong ends it. Only a row of it says that
        // it has started, because we were away; so that is looked for.
        laterLife = true;
      }
    }
    serverRows.hurry(laterLife);
    detector.onMembership(others, nowNs);
    if (active()) {
      serverRows.look(nowNs);
      sink.onClusterChanged();
    }
  }

  /** The registry has merged after a partition: rows may be lost. */
  public void onMerged(long nowNs) {
    if (active()) {
      serverRows.look(nowNs);
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
      bus.send(ask.owner().serverId(), new RoomState(Protocol.VERSION, self(), ask.room(),
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
        new ClosePipeTransport(Protocol.VERSION, self(), message.room(), pair, endId, otherEndId));
  }

  /** A message of another life of this serverId. */
  private void onOwnEcho(SignalMessage message, long nowNs) {
    if (message.owner().equals(self())) {
      return;
    }
    if (message instanceof Ping ping && active()) {
      // A starting process asks. It hears on an address of its own life: signal.<serverId>#<incarnation>.
      bus.send(ping.owner().toString(), new Pong(Protocol.VERSION, self(), ping.sequence()));
    } else if (message instanceof Pong pong) {
      start.onPong(pong);
      followStart(nowNs);
    }
  }

  @Override
  public void onRegistryRows(long fetched, List<Row> rows, long nowNs) {
    if (sweeper.onRows(fetched, rows, nowNs)) {
      for (Row row : rows) {
        if (self().supersededBy(row.owner())) {
          superseded(row.owner());
        }
      }
    } else if (active()) {
      serverRows.onRows(fetched, rows, self(), detector.up(), nowNs);
    } else {
      start.onRegistryRows(fetched, rows, nowNs);
      followStart(nowNs);
    }
  }

  @Override
  public void onRegistryDone(long done, long nowNs) {
    start.onRegistryDone(done);
    followStart(nowNs);
  }

  @Override
  public void onRegistryFailed(long failed, long nowNs) {
    sweeper.onFailed(failed, nowNs);
    serverRows.onFailed(failed, nowNs);
    start.onRegistryFailed(failed, nowNs);
  }

  // ---- start and end ----

  private void followStart(long nowNs) {
    if (active() || ended() || state == start.state()) {
      return;
    }
    state = start.state();
    if (state == State.ACTIVE) {
      pingNs = nowNs;
      serverRows.look(nowNs);
      sweeper.start(self(), nowNs);
      sink.onReady(self());
    } else if (state == State.REFUSED) {
      sink.onRefused(start.refusal());
    }
  }

  private void superseded(Owner later) {
    if (active()) {
      state = State.SUPERSEDED;
      sink.onSuperseded("a later process with the serverId " + serverId + " has started (incarnation "
          + later.incarnation() + ")");
    }
  }

  // ---- life ----

  /** When {@link #onTimeout} is due. */
  public long nextDeadlineNs() {
    if (ended()) {
      return Long.MAX_VALUE;
    }
    return active() ? Math.min(Math.min(pingNs, serverRows.nextDeadlineNs()), sweeper.nextDeadlineNs()) : start.nextDeadlineNs();
  }

  public void onTimeout(long nowNs) {
    if (!active()) {
      if (!ended()) {
        start.onTimeout(nowNs);
        followStart(nowNs);
      }
      return;
    }
    if (pingNs <= nowNs) {
      pingNs = nowNs + ClusterTimings.PING_NS;
      pings++;
      detector.onTick(nowNs);
      detector.up().forEach(owner -> bus.send(owner.serverId(), new Ping(Protocol.VERSION, self(), pings)));
    }
    serverRows.onTimeout(nowNs);
    sweeper.onTimeout(nowNs);
  }

  /** What a look at the others' rows finds. */
  private final class Found implements ServerRows.Sink {
    @Override
    public void onLaterLife(Owner later) {
      superseded(later);
    }

    @Override
    public void onStranger(Owner owner, long nowNs) {
      sweeper.onServerDown(owner, nowNs);
    }
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
