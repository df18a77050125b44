package io.plenum.server.cluster;

import io.plenum.cluster.RoomCoordinator;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.SignalMessage;
import io.plenum.media.parameters.MediaKind;
import io.plenum.server.pipe.RouterMedia;
import io.plenum.server.room.RoomPresence;
import io.plenum.server.room.RoomVerticle;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one room's {@link RoomCoordinator}: brings it what happens here, on the bus, in the registry and on the routers,
 * and wakes it. On the room's loop; after the last peer has left it stays until everybody has been told.
 */
final class ClusterRoom implements RoomPresence, RouterMedia.Outcomes {
  /** How often it is looked whether the nodes at the other ends of pipes are heard: well within what counts as silence. */
  private static final long LIFE_MS = 1_000;
  /**
   * A topic that concerns us no more is heard for so long: our own goodbyes come back a moment after they were said, and those
   * of other nodes cross them. Vert.x warns of each message that it has to drop because its consumer has gone.
   */
  private static final long LINGER_MS = 1_000;
  private static final Logger log = LoggerFactory.getLogger(ClusterRoom.class);

  private final ClusterNode node;
  private final RoomVerticle room;
  private final Context context;
  private final RoomCoordinator coordinator;
  private final RouterMedia media;
  private final DeadlineTimer timer;
  private final Promise<Void> known = Promise.promise();
  private MessageConsumer<String> topic;
  private long lifeTimer = -1;
  private boolean ended;

  ClusterRoom(ClusterNode node, RoomVerticle room, Context context, Owner self, long session, Collection<Owner> up) {
    this.node = node;
    this.room = room;
    this.context = context;
    this.media = new RouterMedia(room.name(), context, room::router, node.ip(), node.pipeOptions(), this);
    this.coordinator = new RoomCoordinator(room.name(), self, session, up,
        node.registry(new RegistryAnswers(this::coordinator, this::with)), node.bus(), media, room.remote());
    this.timer = new DeadlineTimer(node.vertx(), coordinator::nextDeadlineNs, this::onTimeout);
  }

  private RoomCoordinator coordinator() {
    return coordinator;
  }

  Context context() {
    return context;
  }

  String name() {
    return room.name();
  }

  long pipes() {
    return media.pipes();
  }

  long remotePeers() {
    return room.remote().peers().size();
  }

  long remoteProducers() {
    return room.remote().producers().size();
  }

  /**
   * Subscribes to the topic and enters the room; on the room's loop.
   *
   * @return when it is known who is there on other nodes
   */
  Future<Void> open() {
    topic = subscribe();
    lifeTimer = node.vertx().setPeriodic(LIFE_MS, id -> media.lookForLife(LIFE_MS * 1_000_000L));
    with(coordinator::open);
    return known.future();
  }

  private MessageConsumer<String> subscribe() {
    return node.bus().subscribeRoom(room.name(), message -> {
      node.onHeard(message.owner());
      with(nowNs -> coordinator.onRoomMessage(message, nowNs));
    });
  }

  /** After a partition has healed, the bus may have forgotten who listens. */
  void onMerged() {
    if (!ended) {
      // The new one first: what comes meanwhile comes twice, which changes nothing.
      MessageConsumer<String> former = topic;
      topic = subscribe();
      unregisterLater(former);
    }
    with(coordinator::onClusterChanged);
  }

  private void unregisterLater(MessageConsumer<String> consumer) {
    node.vertx().setTimer(LINGER_MS, id -> consumer.unregister());
  }

  /** Another opening of the room on this node takes over. */
  void abandon() {
    end();
  }

  private void end() {
    if (!ended) {
      ended = true;
      timer.stop();
      node.vertx().cancelTimer(lifeTimer);
      unregisterLater(topic);
      known.tryComplete();
    }
  }

  void onSignal(SignalMessage message) {
    with(nowNs -> coordinator.onSignal(message, nowNs));
  }

  void onServerUp(Owner owner) {
    with(nowNs -> coordinator.onServerUp(owner, nowNs));
  }

  void onServerDown(Owner owner) {
    with(nowNs -> coordinator.onServerDown(owner, nowNs));
  }

  void onClusterChanged() {
    with(coordinator::onClusterChanged);
  }

  private void onTimeout(long nowNs) {
    with(coordinator::onTimeout);
  }

  /** Every input goes this way: the core has to say afterwards when it wants to be woken. */
  private void with(LongConsumer input) {
    if (ended) {
      return;
    }
    try {
      input.accept(System.nanoTime());
    } catch (RuntimeException fault) {
      log.error("room coordinator failed room={}", room.name(), fault);
      known.tryComplete();
    }
    if (coordinator.knowsRoom()) {
      known.tryComplete();
    }
    finishIfDone();
    timer.onChanged();
  }

  private void finishIfDone() {
    if (coordinator.state() == RoomCoordinator.State.FINISHED && !ended) {
      end();
      node.onRoomFinished(this);
    }
  }

  // ---- what happens on this node ----

  @Override
  public void onRouter(String routerId) {
    with(nowNs -> coordinator.onRouterAdded(routerId, nowNs));
  }

  @Override
  public void onPeerJoined(String peerId, String displayName, Map<String, Object> device) {
    with(nowNs -> coordinator.onPeerJoined(peerId, displayName, device, nowNs));
  }

  @Override
  public void onDisplayName(String peerId, String displayName) {
    with(nowNs -> coordinator.onDisplayName(peerId, displayName, nowNs));
  }

  @Override
  public void onPeerMoving(String peerId) {
    with(nowNs -> coordinator.onPeerMoving(peerId, nowNs));
  }

  @Override
  public void onPeerLeft(String peerId) {
    with(nowNs -> coordinator.onPeerLeft(peerId, nowNs));
  }

  @Override
  public void onProducerAdded(String producerId, String routerId, String peerId, MediaKind kind, boolean paused,
      Map<String, Object> appData) {
    with(nowNs -> coordinator.onProducerAdded(
        producerId, routerId, peerId, ProducerKind.of(kind), paused, appData, nowNs));
  }

  @Override
  public void onDataProducerAdded(String dataProducerId, String routerId, String peerId, boolean paused,
      Map<String, Object> appData) {
    with(nowNs -> coordinator.onProducerAdded(
        dataProducerId, routerId, peerId, ProducerKind.DATA, paused, appData, nowNs));
  }

  @Override
  public void onProducerPaused(String producerId, boolean paused) {
    with(nowNs -> coordinator.onProducerPaused(producerId, paused, nowNs));
  }

  @Override
  public void onProducerScore(String producerId, List<Integer> scores) {
    with(nowNs -> coordinator.onProducerScore(producerId, scores, nowNs));
  }

  @Override
  public void onCrossingScore(String producerId, List<Integer> scores) {
    onProducerScore(producerId, scores);
  }

  @Override
  public void onProducerClosed(String producerId) {
    with(nowNs -> coordinator.onProducerClosed(producerId, nowNs));
  }

  @Override
  public void onConsumer(String consumerId, String routerId, String producerId, Layers layers) {
    with(nowNs -> coordinator.onConsumer(consumerId, routerId, producerId, layers, nowNs));
  }

  @Override
  public void onConsumerClosed(String consumerId) {
    with(nowNs -> coordinator.onConsumerClosed(consumerId, nowNs));
  }

  @Override
  public void close() {
    with(coordinator::close);
  }

  // ---- what comes from the routers ----

  @Override
  public void onPipeCreated(PipeEnd end) {
    with(nowNs -> coordinator.onPipeCreated(end.endId(), end, nowNs));
  }

  @Override
  public void onPipeHeard(String endId) {
    Owner remote = coordinator.remoteOf(endId);
    if (remote != null) {
      node.onHeard(remote);
    }
  }

  @Override
  public void onPipeFailed(String endId, String reason) {
    log.warn("pipe failed room={} end={} reason=\"{}\"", room.name(), endId, reason);
    with(nowNs -> coordinator.onPipeFailed(endId, nowNs));
  }

  @Override
  public void onConsumed(String endId, PipeConsumerParameters parameters, String producerId) {
    with(nowNs -> coordinator.onConsumed(endId, parameters, nowNs));
  }

  @Override
  public void onConsumeFailed(String endId, String consumerId, String producerId, String reason) {
    log.warn("pipe consume failed room={} end={} producer={} reason=\"{}\"", room.name(), endId, producerId, reason);
    with(nowNs -> coordinator.onConsumeFailed(endId, consumerId, nowNs));
  }

  @Override
  public void onProduced(String endId, String consumerId, String producerId) {
    with(nowNs -> coordinator.onProduced(endId, consumerId, nowNs));
  }

  @Override
  public void onProduceFailed(String endId, String consumerId, String producerId, String reason) {
    log.warn("pipe produce failed room={} end={} producer={} reason=\"{}\"", room.name(), endId, producerId, reason);
    with(nowNs -> coordinator.onProduceFailed(endId, consumerId, nowNs));
  }

  @Override
  public void onDataConsumerEnded(String endId, String consumerId, String producerId) {
    log.info("piped data consumer ended room={} end={} producer={}", room.name(), endId, producerId);
    with(nowNs -> coordinator.onConsumeFailed(endId, consumerId, nowNs));
  }

  @Override
  public void onDataProducerEnded(String endId, String consumerId, String producerId) {
    log.info("piped data producer ended room={} end={} producer={}", room.name(), endId, producerId);
    with(nowNs -> coordinator.onProduceFailed(endId, consumerId, nowNs));
  }

  @Override
  public void onTransportFaulted(String transportId) {
    media.onTransportFaulted(transportId);
  }

  @Override
  public void onFeedOpened(String feedId) {
    with(nowNs -> coordinator.onFeedOpened(feedId, nowNs));
  }

  @Override
  public void onFeedFailed(String feedId, String reason) {
    with(nowNs -> coordinator.onFeedFailed(feedId, nowNs));
  }
}
