package io.plenum.server.room;

import io.plenum.cluster.DrainPlan;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.ProducerOptions;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.router.PostedRouterListener;
import io.plenum.server.router.RouterPlacement;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One room, as far as it is present on this node: its peers here, and the roster they see. A table of contents: the
 * router's objects are asked for through {@link RouterVerticle}, consumers are set up by {@link ConsumerSetup}, what the
 * router reports is passed on by {@link RoomEvents}. Everything runs on the room's event loop.
 */
public final class RoomVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(RoomVerticle.class);
  /** Characters of a display name that are kept. */
  private static final int MAX_NAME_CHARACTERS = 128;

  private final String name;
  private final Limits limits;
  private final RoomRouters routers;
  private final Consumer<RoomVerticle> onEmpty;
  private final Map<String, Peer> peers = new LinkedHashMap<>();
  private final ConsumerSetup consumers;
  private final DataRoom data;
  private final RemoteRoster remote;
  private final PeerMoves moves;
  private RoomPresence presence = RoomPresence.ALONE;
  private boolean closed;

  /**
   * @param router the room's first
   * @param onEmpty called once, when the last peer has left; the room admits nobody from then on
   */
  RoomVerticle(String name, PlenumConfig config, RouterPlacement placement, RouterVerticle router,
      Consumer<RoomVerticle> onEmpty) {
    this.name = name;
    this.limits = config.limits();
    this.routers = new RoomRouters(name, placement, router, config.room().routerCapacity(), this::onRouterAdded);
    this.onEmpty = onEmpty;
    this.consumers = new ConsumerSetup(this, new MediaConsumers(limits));
    this.data = new DataRoom(this, limits);
    this.remote = new RemoteRoster(this);
    this.moves = new PeerMoves(this);
  }

  @Override
  public Future<?> start() {
    listenTo(routers.first());
    log.info("room opened room={} router={}", name, routers.first().routerId());
    return Future.succeededFuture();
  }

  private void listenTo(RouterVerticle router) {
    router.listener(new PostedRouterListener(context, new RoomEvents(this, router)));
  }

  private void onRouterAdded(RouterVerticle router) {
    listenTo(router);
    presence.onRouter(router.routerId());
  }

  public String name() {
    return name;
  }

  /** The room's on this node, one at least. */
  public List<RouterVerticle> routers() {
    return routers.all();
  }

  /** Null if the room has none of that id here. */
  public RouterVerticle router(String routerId) {
    return routers.byId(routerId);
  }

  /** What every router of the room can do. */
  public RtpCapabilities rtpCapabilities() {
    return routers.first().rtpCapabilities();
  }

  /** The peer's router, which carries all its transports; chosen when it is first asked for. */
  public Future<RouterVerticle> routerFor(Peer peer) {
    return routers.routerFor(peer, peers.values(), remote.mediaProducers());
  }

  /** A new id for a transport, producer or consumer. */
  public String newId() {
    return routers.first().newId();
  }

  public boolean closed() {
    return closed;
  }

  /** Joins the room to its other nodes. Once, before the first peer. */
  public void presence(RoomPresence inCluster) {
    this.presence = inCluster;
    routers.all().forEach(router -> inCluster.onRouter(router.routerId()));
  }

  RoomPresence presence() {
    return presence;
  }

  /** The peers and producers of other nodes. */
  public RemoteRoster remote() {
    return remote;
  }

  PeerMoves moves() {
    return moves;
  }

  /** Who sets up consumers of that kind. */
  ConsumerSetup consumers(ProducerKind kind) {
    return kind == ProducerKind.DATA ? data.consumers() : consumers;
  }

  /** What is beside sound and picture. */
  public DataRoom data() {
    return data;
  }

  List<Peer> joinedPeers() {
    return peers.values().stream().filter(Peer::joined).toList();
  }

  void notifyJoined(String method, Map<String, Object> data) {
    for (Peer peer : joinedPeers()) {
      peer.channel().notify(method, data);
    }
  }

  void notifyOthers(Peer peer, String method, Map<String, Object> data) {
    for (Peer other : othersThan(peer)) {
      other.channel().notify(method, data);
    }
  }

  Collection<Peer> peers() {
    return peers.values();
  }

  /** Does something later, on the room's loop, if the room is still open. */
  void after(long milliseconds, Runnable action) {
    vertx.setTimer(milliseconds, id -> {
      if (!closed) {
        action.run();
      }
    });
  }

  /** Whether others here see it as a peer of this node. */
  boolean hasJoined(String peerId) {
    Peer peer = peers.get(peerId);
    return peer != null && peer.joined();
  }

  /** The peer here that has the producer or data producer, or null. */
  Peer ownerOf(String producerId) {
    for (Peer peer : peers.values()) {
      if (peer.producer(producerId) != null) {
        return peer;
      }
    }
    return null;
  }

  Peer peer(String peerId) {
    return peers.get(peerId);
  }

  /**
   * A client has connected. The same peerId again replaces the old connection.
   *
   * @throws PlenumException {@code room-closed} if the last peer left at this moment (ask for the room again),
   *     {@code too-many-peers}
   */
  public Peer admit(String peerId, PeerChannel channel) {
    if (closed) {
      throw new PlenumException("room-closed", "the room has just closed");
    }
    Peer former = peers.get(peerId);
    if (former == null && peers.size() >= limits.peersPerRoom()) {
      throw new PlenumException("too-many-peers", "the room is full: it has " + peers.size() + " peers");
    }
    Peer peer = new Peer(peerId, channel);
    if (former != null) {
      peers.put(peerId, peer);
      log.info("peer replaced room={} peer={}", name, peerId);
      depart(former);
      former.channel().close("replaced: you joined again from somewhere else");
    } else {
      peers.put(peerId, peer);
    }
    log.info("peer connected room={} peer={} remote={}", name, peerId, channel.remoteAddress());
    return peer;
  }

  /** Makes the peer one whom others see. The answer is the others. */
  public List<Map<String, Object>> join(
      Peer peer, String displayName, Device device, RtpCapabilities rtpCapabilities) {
    if (peer.joined()) {
      throw new PlenumException("wrong-state", "you have joined already");
    }
    peer.onJoined(shortened(displayName), device, rtpCapabilities, System.nanoTime());
    log.info("peer joined room={} peer={} name=\"{}\"", name, peer.id(), peer.displayName());
    List<Map<String, Object>> others = new ArrayList<>();
    othersThan(peer).forEach(other -> others.add(other.describe()));
    remote.tellJoined(peer);
    for (PeerRow other : remote.peers()) {
      if (!other.peerId().equals(peer.id()) && !hasJoined(other.peerId())) {
        others.add(RemoteRoster.describe(other));
      }
    }
    presence.onPeerJoined(peer.id(), peer.displayName(), peer.deviceFields());
    return others;
  }

  /** To be called when the client has the answer to its join: consumers for all that is there. */
  public void afterJoin(Peer peer) {
    for (Peer other : othersThan(peer)) {
      for (Peer.ProducerEntry producer : List.copyOf(other.producers.values())) {
        consumers.setUp(peer, other, producer);
      }
      for (Peer.ProducerEntry producer : List.copyOf(other.dataProducers.values())) {
        data.consumers().setUp(peer, other, producer);
      }
    }
    for (ProducerRow producer : List.copyOf(remote.producers())) {
      if (!producer.peerId().equals(peer.id())) {
        consumers(producer.kind()).setUp(peer, producer);
      }
    }
  }

  /** The producer's id; the others' consumers follow. */
  public Future<String> produce(
      Peer peer, String transportId, MediaKind kind, RtpParameters rtpParameters, boolean paused, Map<String, Object> appData) {
    requireJoined(peer);
    peer.requireTransport(transportId);
    if (peer.producers.size() >= limits.producersPerPeer()) {
      throw new PlenumException("too-many-producers", "a peer may have " + limits.producersPerPeer() + " producers");
    }
    if (kind == MediaKind.VIDEO && videoProducers(peer) >= limits.videoProducersPerPeer()) {
      throw new PlenumException("too-many-producers",
          "a peer may have " + limits.videoProducersPerPeer() + " video producers");
    }
    RouterVerticle router = peer.router();
    String producerId = newId();
    Peer.ProducerEntry entry = new Peer.ProducerEntry(producerId, ProducerKind.of(kind), appData);
    // Counted from now on, so that requests in flight cannot exceed the limit.
    peer.producers.put(producerId, entry);
    return router
        .call(r -> r.transport(transportId)
            .produce(new ProducerOptions(producerId, kind, rtpParameters, paused, appData), router.nowNs()))
        .map(producer -> {
          log.info("producer added room={} peer={} producer={} kind={} source={}",
              name, peer.id(), producerId, kind, appData.get("source"));
          if (!peer.left()) {
            presence.onProducerAdded(producerId, router.routerId(), peer.id(), kind, paused, appData);
          }
          return producerId;
        })
        .onFailure(failure -> {
          peer.producers.remove(producerId);
          // Who joined meanwhile on another router waits for it.
          consumers.onProducerGone(producerId);
        });
  }

  /** To be called when the client has the answer to its produce: the others learn of it. */
  public void afterProduce(Peer peer, String producerId) {
    Peer.ProducerEntry producer = peer.producers.get(producerId);
    if (producer == null || peer.left()) {
      return;
    }
    for (Peer other : othersThan(peer)) {
      consumers.setUp(other, peer, producer);
    }
  }

  public Future<?> closeProducer(Peer peer, String producerId) {
    peer.requireProducer(producerId);
    peer.producers.remove(producerId);
    log.info("producer closed room={} peer={} producer={}", name, peer.id(), producerId);
    onProducerGone(producerId);
    RouterVerticle router = peer.router();
    return router.run(r -> r.producer(producerId).close(router.nowNs()));
  }

  private void onProducerGone(String producerId) {
    consumers.onProducerGone(producerId);
    presence.onProducerClosed(producerId);
  }

  public Future<?> pauseProducer(Peer peer, String producerId, boolean paused) {
    peer.requireProducer(producerId);
    presence.onProducerPaused(producerId, paused);
    RouterVerticle router = peer.router();
    return router.run(r -> {
      if (paused) {
        r.producer(producerId).pause(router.nowNs());
      } else {
        r.producer(producerId).resume(router.nowNs());
      }
    });
  }

  /** The client pauses or resumes a consumer, or wants other layers of it. */
  public void onDemand(Peer peer, String consumerId, Layers layers) {
    consumers.onDemand(peer, consumerId, layers);
  }

  public void displayName(Peer peer, String displayName) {
    requireJoined(peer);
    String former = peer.displayName();
    peer.displayName(shortened(displayName));
    presence.onDisplayName(peer.id(), peer.displayName());
    for (Peer other : othersThan(peer)) {
      other.channel().notify("peerDisplayNameChanged",
          Map.of("peerId", peer.id(), "displayName", peer.displayName(), "oldDisplayName", former));
    }
  }

  /** The peer's connection is gone. Calling it twice changes nothing. */
  public void leave(Peer peer) {
    if (peer.left()) {
      return;
    }
    if (peers.get(peer.id()) == peer) {
      peers.remove(peer.id());
    }
    depart(peer);
    if (peers.isEmpty() && !closed) {
      closed = true;
      log.info("room closed room={}", name);
      presence.close();
      routers.close();
      onEmpty.accept(this);
    }
  }

  private void depart(Peer peer) {
    peer.onLeft();
    moves.onLeft(peer);
    log.info("peer left room={} peer={}", name, peer.id());
    // Without a router its transports are still being made; whoever makes them looks whether the peer has left.
    for (String transportId : peer.router() == null ? List.<String>of() : List.copyOf(peer.transports.keySet())) {
      peer.router().run(r -> r.closeTransport(transportId, peer.router().nowNs()));
    }
    consumers.onPeerLeft(peer);
    data.onPeerLeft(peer);
    if (peer.joined()) {
      peer.producers.keySet().forEach(this::onProducerGone);
      presence.onPeerLeft(peer.id());
      remote.tellLeft(peer);
    }
  }

  /** Who is here, in no order. */
  public List<DrainPlan.Client> clients() {
    return peers.values().stream()
        .map(peer -> new DrainPlan.Client(name, peer.id(), peer.producers.size())).toList();
  }

  /** Tells a client to go to another of these nodes, if it is still here. */
  public void sendAway(String peerId, List<String> urls) {
    Peer peer = peers.get(peerId);
    if (peer != null) {
      moves.sendAway(peer, urls);
    }
  }

  /** All who have joined, but not this one. */
  List<Peer> othersThan(Peer peer) {
    List<Peer> others = new ArrayList<>(peers.size());
    for (Peer other : peers.values()) {
      if (other != peer && other.joined() && !other.id().equals(peer.id())) {
        others.add(other);
      }
    }
    return others;
  }

  /** Refuses what is not the peer's own. */
  public void requireProducer(Peer peer, String producerId) {
    peer.requireProducer(producerId);
  }

  /** Refuses what is not the peer's own. */
  public void requireConsumer(Peer peer, String consumerId) {
    peer.requireConsumer(consumerId);
  }

  public void requireJoined(Peer peer) {
    if (!peer.joined()) {
      throw new PlenumException("wrong-state", "join first");
    }
  }

  private static int videoProducers(Peer peer) {
    return (int) peer.producers.values().stream().filter(p -> p.kind() == ProducerKind.VIDEO).count();
  }

  private static String shortened(String displayName) {
    String text = displayName == null ? "" : displayName.strip();
    return text.length() <= MAX_NAME_CHARACTERS ? text : text.substring(0, MAX_NAME_CHARACTERS);
  }
}
