package io.plenum.cluster.simulation;

import io.plenum.cluster.Registry;
import io.plenum.cluster.RoomCoordinator;
import io.plenum.cluster.RoomListener;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One room on one node: the real coordinator, made-up routers and clients, and what is true here. */
final class SimulatedRoom implements RoomListener, FakeMedia.Answers {
  static final long MOVE_OVERLAP_NS = 2 * Timeline.SECOND;

  /** A producer of a client of this node. */
  record Produced(String peerId, String routerId, boolean paused) {}

  /** A consumer of a client of this node. */
  record Consumed(String routerId, String producerId, Layers layers) {}

  final String name;
  final SimulatedNode node;
  final RoomCoordinator coordinator;
  final FakeMedia media;
  final Map<String, String> peers = new TreeMap<>();
  final Map<String, Produced> producers = new TreeMap<>();
  /** As the routers said last. */
  final Map<String, List<Integer>> scores = new TreeMap<>();
  final Map<String, Consumed> consumers = new TreeMap<>();
  final Set<String> routers = new LinkedHashSet<>();
  final Map<String, PeerRow> toldPeers = new LinkedHashMap<>();
  final Map<String, ProducerRow> toldProducers = new LinkedHashMap<>();
  int timesAdded;
  int timesLeft;
  int moves;
  final Set<String> ready = new HashSet<>();
  private final Set<String> sentAway = new HashSet<>();
  final List<String> notifications = new ArrayList<>();
  final List<String> violations = new ArrayList<>();
  private int ids;

  SimulatedRoom(String name, SimulatedNode node, Registry registry) {
    this.name = name;
    this.node = node;
    this.media = new FakeMedia(node.cluster.random, this);
    this.coordinator = new RoomCoordinator(name, node.self(), node.coordinator.nextSession(name),
        node.coordinator.up(), registry, node, media, this);
  }

  boolean open() {
    return coordinator.state() == RoomCoordinator.State.OPEN;
  }

  private String id(String prefix) {
    return prefix + ++ids + "." + name + "." + node.self();
  }

  void act(Consumer<Long> action) {
    action.accept(node.nowNs());
    node.rest();
  }

  // ---- what clients do ----

  void join(String peerId, String displayName) {
    act(now -> {
      coordinator.open(now);
      if (routers.isEmpty()) {
        addRouter(now);
      }
      peers.put(peerId, displayName);
      coordinator.onPeerJoined(peerId, displayName, Map.of(), now);
    });
  }

  /** It is told to go to another node; it may be there and here for a while. */
  void sendAway(String peerId) {
    sentAway.add(peerId);
    act(now -> coordinator.onPeerMoving(peerId, now));
  }

  String addRouter(long now) {
    String routerId = id("r");
    routers.add(routerId);
    media.addRouter(routerId);
    coordinator.onRouterAdded(routerId, now);
    return routerId;
  }

  void rename(String peerId, String displayName) {
    peers.put(peerId, displayName);
    act(now -> coordinator.onDisplayName(peerId, displayName, now));
  }

  void leave(String peerId) {
    for (String producerId : List.copyOf(producers.keySet())) {
      if (producers.get(producerId).peerId.equals(peerId)) {
        closeProducer(producerId);
      }
    }
    peers.remove(peerId);
    sentAway.remove(peerId);
    act(now -> coordinator.onPeerLeft(peerId, now));
    if (peers.isEmpty()) {
      closeRoom();
    }
  }

  private void closeRoom() {
    routers.forEach(media::removeRouter);
    routers.clear();
    consumers.clear();
    act(coordinator::close);
    toldPeers.clear();
    toldProducers.clear();
    ready.clear();
  }

  String produce(String peerId, String routerId, boolean paused) {
    return produce(ProducerKind.VIDEO, peerId, routerId, paused);
  }

  /** Every one that is not data is video. */
  static ProducerKind kind(String producerId) {
    return FakeMedia.isData(producerId) ? ProducerKind.DATA : ProducerKind.VIDEO;
  }

  String produce(ProducerKind kind, String peerId, String routerId, boolean paused) {
    String producerId = id(kind == ProducerKind.DATA ? "d" : "p");
    producers.put(producerId, new Produced(peerId, routerId, paused));
    media.addProducer(routerId, producerId);
    act(now -> coordinator.onProducerAdded(
        producerId, routerId, peerId, kind, paused, Map.of("source", "webcam"), now));
    return producerId;
  }

  void pause(String producerId, boolean paused) {
    Produced former = producers.get(producerId);
    producers.put(producerId, new Produced(former.peerId, former.routerId, paused));
    act(now -> coordinator.onProducerPaused(producerId, paused, now));
  }

  void score(String producerId, List<Integer> newScores) {
    scores.put(producerId, newScores);
    act(now -> coordinator.onProducerScore(producerId, newScores, now));
  }

  void closeProducer(String producerId) {
    Produced former = producers.remove(producerId);
    scores.remove(producerId);
    media.removeProducer(former.routerId, producerId);
    consumersGone(producerId);
    act(now -> coordinator.onProducerClosed(producerId, now));
  }

  String consume(String routerId, String producerId, Layers layers) {
    String consumerId = id("c");
    consumers.put(consumerId, new Consumed(routerId, producerId, layers));
    act(now -> coordinator.onConsumer(consumerId, routerId, producerId, layers, now));
    return consumerId;
  }

  void want(String consumerId, Layers layers) {
    Consumed former = consumers.get(consumerId);
    consumers.put(consumerId, new Consumed(former.routerId, former.producerId, layers));
    act(now -> coordinator.onConsumer(consumerId, former.routerId, former.producerId, layers, now));
  }

  void closeConsumer(String consumerId) {
    consumers.remove(consumerId);
    act(now -> coordinator.onConsumerClosed(consumerId, now));
  }

  private void consumersGone(String producerId) {
    for (Map.Entry<String, Consumed> entry : List.copyOf(consumers.entrySet())) {
      if (entry.getValue().producerId.equals(producerId)) {
        closeConsumer(entry.getKey());
      }
    }
  }

  // ---- what goes wrong on routers ----

  /** One of the pipes' ends here is found dead; the other node has noticed nothing. */
  void losePipe(RandomGenerator random) {
    if (!media.ends.isEmpty() && !node.frozen) {
      String endId = List.copyOf(media.ends.keySet()).get(random.nextInt(media.ends.size()));
      media.closePipe(endId);
      act(now -> coordinator.onPipeFailed(endId, now));
    }
  }

  /** A consumer that feeds a pipe fails. */
  void loseConsumer(RandomGenerator random) {
    for (FakeMedia.End end : media.ends.values()) {
      if (!end.consumers.isEmpty() && !node.frozen) {
        String consumerId = List.copyOf(end.consumers.keySet()).get(random.nextInt(end.consumers.size()));
        end.consumers.remove(consumerId);
        act(now -> coordinator.onConsumeFailed(end.endId, consumerId, now));
        return;
      }
    }
  }

  /** A data producer that came over a pipe has ended with its channel; what sends there has not noticed yet, or has. */
  void loseDataProducer() {
    for (FakeMedia.End end : media.ends.values()) {
      for (Map.Entry<String, FakeMedia.PulledProducer> pulled : end.producers.entrySet()) {
        if (FakeMedia.isData(pulled.getValue().producerId()) && !node.frozen) {
          media.loseProducer(end, pulled.getKey());
          act(now -> coordinator.onProduceFailed(end.endId, pulled.getKey(), now));
          return;
        }
      }
    }
  }

  /** What joins two routers of this node for one producer fails. */
  void loseFeed() {
    if (!media.feeds.isEmpty() && !node.frozen) {
      String feedId = new TreeSet<>(media.feeds.keySet()).first();
      media.closeFeed(feedId);
      act(now -> coordinator.onFeedFailed(feedId, now));
    }
  }

  // ---- what clients are told ----

  @Override
  public void onPeerJoined(PeerRow peer) {
    if (toldPeers.put(peer.peerId(), peer) != null) {
      violations.add("peer joined twice: " + peer);
    }
  }

  @Override
  public void onPeerDisplayNameChanged(PeerRow peer, String formerDisplayName) {
    if (toldPeers.put(peer.peerId(), peer) == null) {
      violations.add("name of a peer that nobody knows: " + peer);
    }
  }

  @Override
  public void onPeerMoving(PeerRow peer) {
    if (toldPeers.put(peer.peerId(), peer) == null) {
      violations.add("a peer is moving that nobody knows: " + peer);
    }
  }

  @Override
  public void onPeerMoved(PeerRow peer, String formerDisplayName) {
    moves++;
    if (toldPeers.put(peer.peerId(), peer) == null) {
      violations.add("a peer moved that nobody knows: " + peer);
    }
  }

  @Override
  public void onPeerLeft(PeerRow peer) {
    if (toldPeers.remove(peer.peerId()) == null) {
      violations.add("a peer left that nobody knows: " + peer);
    }
    timesLeft++;
    if (!peers.containsKey(peer.peerId()) && toldProducers.values().stream().anyMatch(producer -> producer.peerId().equals(peer.peerId()))) {
      violations.add("a peer left before its producers: " + peer);
    }
  }

  @Override
  public void onProducerAdded(ProducerRow producer) {
    timesAdded++;
    if (toldProducers.put(producer.producerId(), producer) != null) {
      violations.add("producer added twice: " + producer);
    }
    if (!toldPeers.containsKey(producer.peerId()) && !peers.containsKey(producer.peerId())) {
      violations.add("producer of a peer that nobody knows: " + producer);
    }
    if (node.cluster.everybodyConsumes) {
      node.post(() -> {
        if (open() && toldProducers.containsKey(producer.producerId())) {
          consume(routers.iterator().next(), producer.producerId(), new Layers(2, 2));
        }
      });
    }
  }

  @Override
  public void onProducerPauseChanged(ProducerRow producer) {
    if (toldProducers.put(producer.producerId(), producer) == null) {
      violations.add("pause of a producer that nobody knows: " + producer);
    }
  }

  @Override
  public void onProducerClosed(ProducerRow producer) {
    if (toldProducers.remove(producer.producerId()) == null) {
      violations.add("a producer closed that nobody knows: " + producer);
    }
    node.post(() -> {
      if (!toldProducers.containsKey(producer.producerId())) {
        consumersGone(producer.producerId());
      }
    });
  }

  @Override
  public void onNotification(Notification notification) {
    notifications.add(notification.method());
  }

  @Override
  public void onLocalPeerReplaced(String peerId) {
    Runnable end = () -> {
      if (peers.containsKey(peerId)) {
        leave(peerId);
      }
    };
    if (sentAway.contains(peerId)) {
      node.later(MOVE_OVERLAP_NS, end);
    } else {
      node.post(end);
    }
  }

  @Override
  public void onProducerReady(String routerId, String producerId) {
    if (!ready.add(routerId + " " + producerId)) {
      violations.add("ready twice: " + producerId);
    }
  }

  @Override
  public void onProducerGone(String routerId, String producerId) {
    if (!ready.remove(routerId + " " + producerId)) {
      violations.add("gone, but was not ready: " + producerId);
    }
  }

  // ---- what routers answer ----

  @Override
  public void later(Runnable event) {
    node.later(node.cluster.random.nextLong(Timeline.MS, 4 * Timeline.MS), event);
  }

  @Override
  public void onPipeCreated(String endId, PipeEnd end) {
    coordinator.onPipeCreated(endId, end, node.nowNs());
  }

  @Override
  public void onPipeFailed(String endId) {
    coordinator.onPipeFailed(endId, node.nowNs());
  }

  @Override
  public void onConsumed(String endId, PipeConsumerParameters parameters) {
    coordinator.onConsumed(endId, parameters, node.nowNs());
  }

  @Override
  public void onConsumeFailed(String endId, String consumerId) {
    coordinator.onConsumeFailed(endId, consumerId, node.nowNs());
  }

  @Override
  public void onProduced(String endId, String consumerId) {
    coordinator.onProduced(endId, consumerId, node.nowNs());
  }

  @Override
  public void onProduceFailed(String endId, String consumerId) {
    coordinator.onProduceFailed(endId, consumerId, node.nowNs());
  }

  @Override
  public void onFeedOpened(String feedId) {
    coordinator.onFeedOpened(feedId, node.nowNs());
  }

  @Override
  public void onFeedFailed(String feedId) {
    coordinator.onFeedFailed(feedId, node.nowNs());
  }
}
