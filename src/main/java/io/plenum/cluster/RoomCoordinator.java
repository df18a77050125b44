package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.RoomChange;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.RoomRow;
import io.plenum.cluster.message.RouterRow;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import io.plenum.cluster.message.RowKey.Table;
import io.plenum.cluster.message.SignalMessage;
import io.plenum.cluster.message.SignalMessage.GetRoomState;
import io.plenum.cluster.message.SignalMessage.RoomState;
import io.plenum.media.Dump;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * One room on one node, as a part of the room that spans nodes: says what happens here, hears what happens elsewhere,
 * and keeps the pipes that are wanted. Driven by the room's verticle; speaks through the ports {@link Registry},
 * {@link Bus}, {@link Media} and {@link RoomListener}.
 *
 * <p>A table of contents: {@link OwnRows} is what is ours, {@link RoomTopic} tells it, {@link RoomView} is what we know of
 * others, {@link CatchUp} asks for what was missed, {@link FirstState} says when enough is known, {@link RegistrySync} and
 * {@link Reconciler} keep the shared maps true, {@link Crossings} knows what should cross to the routers here, and brings it
 * about.
 */
public final class RoomCoordinator implements Registry.Answers {
  /** OPEN between the first local peer and the last; CLOSING until all have been told; then it can be forgotten. */
  public enum State { NEW, OPEN, CLOSING, FINISHED }

  /** Digests that repeat that we have left. */
  private static final int FAREWELLS = 3;

  private final RoomEnvironment environment;
  private final OwnRows own;
  private final RoomTopic topic;
  private final RoomView view;
  private final RegistrySync sync;
  private final Reconciler reconciler;
  private final CatchUp catchUp;
  private final FirstState firstState = new FirstState();
  private final Crossings crossings;
  private final Pipes pipes;
  private State state = State.NEW;
  private long operations;
  private long closingSinceNs;
  private long plannedVersion = -1;

  /**
   * @param self this life of this server
   * @param session from {@link NodeCoordinator#nextSession()}
   * @param up all other servers that are up; changes are told with {@link #onServerUp} and {@link #onServerDown}
   */
  public RoomCoordinator(String room, Owner self, long session, Collection<Owner> up, Registry registry, Bus bus,
      Media media, RoomListener listener) {
    this.environment = new RoomEnvironment(room, self, session, registry, bus, media, listener, new OwnScores());
    this.own = new OwnRows(self, RoomEnvironment.firstGeneration(session));
    this.topic = new RoomTopic(environment, own);
    this.view = new RoomView(own, listener);
    this.sync = new RegistrySync(own, registry, this::nextOperation);
    this.reconciler = new Reconciler(environment, view, this::nextOperation);
    this.catchUp = new CatchUp(environment, view);
    this.crossings = new Crossings(environment, this::producer);
    this.pipes = crossings.pipes();
    up.forEach(view::onUp);
  }

  private long nextOperation() {
    return ++operations;
  }

  public State state() {
    return state;
  }

  /**
   * True once it is known, as far as it can be, what the room has on other nodes: then the first local peer may come.
   */
  public boolean knowsRoom() {
    return firstState.known();
  }

  // ---- what happens on this node ----

  /** The first local peer is about to come; also when the room was closing. The topic is subscribed to already. */
  public void open(long nowNs) {
    if (state == State.OPEN) {
      return;
    }
    state = State.OPEN;
    topic.onEntered();
    put(RoomEvent.ROOM_ENTER, generation -> new RoomRow(environment.self(), generation, environment.room()), nowNs);
    reconciler.start(nowNs);
    firstState.onOpened(nowNs);
    settle(nowNs);
  }

  /** The last local peer has left: everything of ours goes. Finished when {@link #state()} says so. */
  public void close(long nowNs) {
    if (state != State.OPEN) {
      return;
    }
    state = State.CLOSING;
    closingSinceNs = nowNs;
    List<Row> rows = own.snapshot();
    RoomChange left = own.leave(nowNs);
    crossings.closeAll(nowNs);
    reconciler.stop();
    view.onClosed();
    topic.onLeft(left, nowNs);
    rows.forEach(row -> sync.onChanged(row.key(), nowNs));
  }

  public void onRouterAdded(String routerId, long nowNs) {
    crossings.onRouterAdded(routerId);
    put(RoomEvent.ROUTER_ADD, g -> new RouterRow(environment.self(), g, environment.room(), routerId), nowNs);
    settle(nowNs);
  }

  public void onRouterClosed(String routerId, long nowNs) {
    crossings.onRouterClosed(routerId, nowNs);
    remove(RoomEvent.ROUTER_CLOSE, Table.ROUTERS, routerId, nowNs);
    settle(nowNs);
  }

  /** Of a peerId that is not joined here: a former connection has left before. */
  public void onPeerJoined(String peerId, String displayName, Map<String, Object> device, long nowNs) {
    PeerRow former = view.newestPeer(peerId);
    long term = former == null ? 1 : former.term() + 1;
    put(RoomEvent.PEER_JOIN, generation -> new PeerRow(
        environment.self(), generation, environment.room(), peerId, term, displayName, device, false), nowNs);
    view.onOwnChanged();
    settle(nowNs);
  }

  public void onDisplayName(String peerId, String displayName, long nowNs) {
    if (own.get(peerKey(peerId)) instanceof PeerRow peer) {
      put(RoomEvent.PEER_DISPLAY_NAME, generation -> peer.renamed(generation, displayName), nowNs);
      settle(nowNs);
    }
  }

  /** It has been told to go to another node, and may be there and here for a while. */
  public void onPeerMoving(String peerId, long nowNs) {
    if (own.get(peerKey(peerId)) instanceof PeerRow peer && !peer.moving()) {
      put(RoomEvent.PEER_MOVE, peer::onItsWay, nowNs);
      settle(nowNs);
    }
  }

  /** Its producers are closed one by one before. */
  public void onPeerLeft(String peerId, long nowNs) {
    remove(RoomEvent.PEER_LEAVE, Table.PEERS, peerKey(peerId).id(), nowNs);
    view.onOwnChanged();
    settle(nowNs);
  }

  private RowKey peerKey(String peerId) {
    return PeerRow.key(environment.room(), peerId, environment.self());
  }

  public void onProducerAdded(String producerId, String routerId, String peerId, ProducerKind kind, boolean paused,
      Map<String, Object> appData, long nowNs) {
    put(RoomEvent.PRODUCER_ADD, generation -> new ProducerRow(environment.self(), generation, environment.room(),
        producerId, routerId, peerId, kind, paused, appData), nowNs);
    crossings.onProducersChanged();
    settle(nowNs);
  }

  public void onProducerPaused(String producerId, boolean paused, long nowNs) {
    ProducerRow row = view.localProducer(producerId, environment.room());
    if (row != null && row.paused() != paused) {
      put(paused ? RoomEvent.PRODUCER_PAUSE : RoomEvent.PRODUCER_RESUME, generation -> new ProducerRow(
          environment.self(), generation, environment.room(), producerId, row.routerId(), row.peerId(), row.kind(),
          paused, row.appData()), nowNs);
      settle(nowNs);
    }
  }

  public void onProducerClosed(String producerId, long nowNs) {
    remove(RoomEvent.PRODUCER_CLOSE, Table.PRODUCERS, producerId, nowNs);
    crossings.onOwnProducerClosed(producerId);
    settle(nowNs);
  }

  /** @param scores how well it arrives, one for each encoding */
  public void onProducerScore(String producerId, List<Integer> scores, long nowNs) {
    crossings.onOwnScore(producerId, scores, nowNs);
  }

  /** To the clients of other nodes; those here are told by who calls this. */
  public void notifyRoom(Notification notification, long nowNs) {
    if (state == State.OPEN) {
      tell(own.notify(notification, nowNs), nowNs);
    }
  }

  /**
   * A client here wants a producer, of any node, on one of this node's routers: before its consumer can be made, and
   * again whenever what it wants changes.
   *
   * @param layers {@link Layers#NONE} while the consumer is paused
   */
  public void onConsumer(String consumerId, String routerId, String producerId, Layers layers, long nowNs) {
    if (state == State.OPEN) {
      crossings.onConsumer(consumerId, routerId, producerId, layers, nowNs);
      settle(nowNs);
    }
  }

  public void onConsumerClosed(String consumerId, long nowNs) {
    crossings.onConsumerClosed(consumerId, nowNs);
    settle(nowNs);
  }

  // ---- what comes from the bus ----

  public void onRoomMessage(RoomMessage message, long nowNs) {
    if (state != State.OPEN || !Protocol.understands(message.version())) {
      return;
    }
    if (!view.knows(message.owner())) {
      topic.soon(nowNs);
    }
    if (view.onMessage(message) != null) {
      catchUp.onHeard(message.owner().serverId(), nowNs);
    }
    settle(nowNs);
  }

  public void onSignal(SignalMessage message, long nowNs) {
    if (!Protocol.understands(message.version()) || !view.isUp(message.owner())) {
      return;
    }
    if (message instanceof GetRoomState ask) {
      environment.bus().send(ask.owner().serverId(), new RoomState(Protocol.VERSION, environment.self(),
          environment.room(), own.generation(), state == State.OPEN, own.snapshot()));
    } else if (message instanceof RoomState told) {
      if (state == State.OPEN && view.onState(told) != null) {
        catchUp.onHeard(told.owner().serverId(), nowNs);
      }
    } else {
      pipes.onSignal(message, nowNs);
    }
    settle(nowNs);
  }

  // ---- what comes from the registry ----

  @Override
  public void onRegistryDone(long operation, long nowNs) {
    sync.onDone(operation, nowNs);
    settle(nowNs);
  }

  @Override
  public void onRegistryFailed(long operation, long nowNs) {
    sync.onFailed(operation, nowNs);
    reconciler.onFailed(operation, nowNs);
    settle(nowNs);
  }

  @Override
  public void onRegistryRows(long operation, List<Row> rows, long nowNs) {
    if (state == State.OPEN && reconciler.onRows(operation, rows, nowNs)) {
      sync.onRows(rows, nowNs);
      view.onRows(rows);
      firstState.onRows();
    }
    settle(nowNs);
  }

  // ---- what comes from the routers ----

  /** @param end id and generation in it are not looked at */
  public void onPipeCreated(String endId, PipeEnd end, long nowNs) {
    pipes.onPipeCreated(endId, end, nowNs);
    settle(nowNs);
  }

  /** Whose the other end of the pipe is, or null: that a pipe is heard is a sign of its owner's life. */
  public Owner remoteOf(String endId) {
    return pipes.remoteOf(endId);
  }

  /** It could not be made, or its path is dead: that does not mean that the node is. */
  public void onPipeFailed(String endId, long nowNs) {
    pipes.onPipeFailed(endId, nowNs);
    settle(nowNs);
  }

  public void onConsumed(String endId, PipeConsumerParameters parameters, long nowNs) {
    pipes.onConsumed(endId, parameters);
    settle(nowNs);
  }

  public void onConsumeFailed(String endId, String consumerId, long nowNs) {
    pipes.onConsumeFailed(endId, consumerId);
    settle(nowNs);
  }

  public void onProduced(String endId, String consumerId, long nowNs) {
    pipes.onProduced(endId, consumerId);
    settle(nowNs);
  }

  public void onProduceFailed(String endId, String consumerId, long nowNs) {
    pipes.onProduceFailed(endId, consumerId, nowNs);
    settle(nowNs);
  }

  public void onFeedOpened(String feedId, long nowNs) {
    crossings.onFeedOpened(feedId);
    settle(nowNs);
  }

  public void onFeedFailed(String feedId, long nowNs) {
    crossings.onFeedFailed(feedId, nowNs);
    settle(nowNs);
  }

  // ---- what comes from the cluster ----

  /** A life of a server is a member now, or is one again. */
  public void onServerUp(Owner owner, long nowNs) {
    Owner former = view.upOwner(owner.serverId());
    if (former != null && former.supersededBy(owner)) {
      onServerDown(former, nowNs);
    }
    view.onUp(owner);
    reconciler.onServerUp(owner);
    onClusterChanged(nowNs);
  }

  /** A life of a server has been declared dead: what came from it is closed, its rows are removed. */
  public void onServerDown(Owner owner, long nowNs) {
    reconciler.onServerDown(owner);
    pipes.onServerDown(owner, nowNs);
    view.onDown(owner);
    onClusterChanged(nowNs);
  }

  /** Members came or went, or a partition healed: looks at the registry now, and says where we are. */
  public void onClusterChanged(long nowNs) {
    if (state == State.OPEN) {
      reconciler.soon(nowNs);
      topic.onClusterChanged(nowNs);
    }
    settle(nowNs);
  }

  // ---- what is known, for the server's answers and for the dump ----

  public Collection<PeerRow> remotePeers() {
    return view.remotePeers();
  }

  public Collection<ProducerRow> remoteProducers() {
    return view.remoteProducers();
  }

  /** For people at night. */
  public void dump(Dump out) {
    out.value("room", environment.room()).value("state", state).value("generation", own.generation())
        .value("rows", own.all().size()).value("registrySettled", sync.settled());
    out.list("owners", view.owners(), (owner, to) -> to.value("owner", owner.owner())
        .value("up", view.isUp(owner.owner()))
        .value("present", owner.present()).value("floor", owner.floor()).value("behind", owner.behind()));
    crossings.dump(out);
  }

  // ---- time ----

  /** When {@link #onTimeout} is due; {@code Long.MAX_VALUE} for never. */
  public long nextDeadlineNs() {
    if (state == State.NEW || state == State.FINISHED) {
      return Long.MAX_VALUE;
    }
    long next = Math.min(topic.nextDeadlineNs(), sync.nextDeadlineNs());
    if (state == State.CLOSING) {
      return next;
    }
    next = Math.min(next, Math.min(reconciler.nextDeadlineNs(), catchUp.nextDeadlineNs()));
    next = Math.min(next, firstState.nextDeadlineNs());
    return Math.min(next, crossings.nextDeadlineNs());
  }

  public void onTimeout(long nowNs) {
    sync.onTimeout(nowNs);
    if (state == State.OPEN) {
      reconciler.onTimeout(nowNs);
      catchUp.onTimeout(nowNs);
      firstState.onTimeout(nowNs);
      crossings.onTimeout(nowNs);
    }
    topic.onTimeout(nowNs);
    finishIfTold(nowNs);
    settle(nowNs);
  }

  private void finishIfTold(long nowNs) {
    // A registry that stalls is not waited for: the node looks for what was left behind.
    if (state == State.CLOSING && topic.farewells() >= FAREWELLS
        && (sync.settled() || nowNs - closingSinceNs >= 4 * ClusterTimings.REGISTRY_DEADLINE_NS)) {
      state = State.FINISHED;
    }
  }

  private void put(RoomEvent event, LongFunction<Row> row, long nowNs) {
    if (state == State.OPEN) {
      tell(own.put(event, row, nowNs), nowNs);
    }
  }

  private void remove(RoomEvent event, Table table, String id, long nowNs) {
    RoomChange change = own.remove(event, new RowKey(table, environment.room(), id), nowNs);
    if (change != null) {
      tell(change, nowNs);
    }
  }

  private void tell(RoomChange change, long nowNs) {
    if (change.row() != null) {
      sync.onChanged(change.row().key(), nowNs);
    }
    topic.tell(change, nowNs);
  }

  /** Compares what should be with what is, and sends the difference. */
  private void settle(long nowNs) {
    if (state != State.OPEN) {
      return;
    }
    catchUp.look(nowNs);
    if (view.version() != plannedVersion) {
      plannedVersion = view.version();
      crossings.onProducersChanged();
    }
    crossings.settle(nowNs);
  }

  private ProducerRow producer(String producerId) {
    ProducerRow local = view.localProducer(producerId, environment.room());
    return local != null ? local : view.remoteProducer(producerId);
  }
}
