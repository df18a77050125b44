package io.plenum.server.room;

import io.plenum.cluster.DrainPlan;
import io.plenum.cluster.message.PeerRow;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.ops.LogLine;
import io.plenum.server.router.PostedRouterListener;
import io.plenum.server.router.RouterPlacement;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One room, as far as it is present on this node: its peers here, and the roster they see. A table of contents: the
 * router's objects are asked for through {@link RouterVerticle}; what the peers send is kept by {@link MediaRoom} and
 * {@link DataRoom}, what they receive is set up by {@link ConsumerSetup}; what the router reports is passed on by
 * {@link RoomEvents}. Everything runs on the room's event loop.
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
  private final MediaRoom media;
  private final DataRoom data;
  private final RemoteRoster remote;
  private final PeerMoves moves;
  private final UnreachedClients unreached;
  private final Map<RouterVerticle, RoomEvents> events = new HashMap<>();
  private final AnnouncementBudgets announcements;
  private RoomPresence presence = RoomPresence.ALONE;
  private boolean closed;

  /**
   * @param router the room's first
   * @param unreached of the node
   * @param onEmpty called once, when the last peer has left; the room admits nobody from then on
   */
  RoomVerticle(String name, PlenumConfig config, RouterPlacement placement, RouterVerticle router,
      UnreachedClients unreached, Consumer<RoomVerticle> onEmpty) {
    this.name = name;
    this.unreached = unreached;
    this.limits = config.limits();
    this.routers = new RoomRouters(name, placement, router, config.room().routerCapacity(), this::onRouterAdded);
    this.onEmpty = onEmpty;
    this.media = new MediaRoom(this, limits);
    this.data = new DataRoom(this, limits);
    this.remote = new RemoteRoster(this);
    this.moves = new PeerMoves(this);
    this.announcements = new AnnouncementBudgets(limits);
  }

  @Override
  public Future<?> start() {
    listenTo(routers.first());
    log.info("{}", LogLine.of("room opened").room(name).router(routers.first().routerId()));
    return Future.succeededFuture();
  }

  private void listenTo(RouterVerticle router) {
    RoomEvents passedOn = new RoomEvents(this, router);
    events.put(router, passedOn);
    router.listener(new PostedRouterListener(context, passedOn));
  }

  private void onRouterAdded(RouterVerticle router) {
    listenTo(router);
    presence.onRouter(router.routerId());
  }

  public String name() {
    return name;
  }

  /** The beginning of a line of the log about a peer here. */
  public LogLine line(String what, Peer peer) {
    return LogLine.of(what).room(name).router(peer.routerId()).peer(peer.id());
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
    return kind == ProducerKind.DATA ? data.consumers() : media.consumers();
  }

  /** Sound and picture. */
  public MediaRoom media() {
    return media;
  }

  /** What is beside them. */
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
    Peer peer = new Peer(peerId, channel, announcements);
    announcements.enter(peerId, channel.address());
    if (former != null) {
      peers.put(peerId, peer);
      log.info("{}", line("peer replaced", former));
      depart(former);
      former.channel().close("replaced: you joined again from somewhere else");
    } else {
      peers.put(peerId, peer);
    }
    log.info("{}", line("peer connected", peer).with("remote", channel.remoteAddress()));
    return peer;
  }

  /** Makes the peer one whom others see. The answer is the others. */
  public List<Map<String, Object>> join(
      Peer peer, String displayName, Device device, RtpCapabilities rtpCapabilities) {
    if (peer.joined()) {
      throw new PlenumException("wrong-state", "you have joined already");
    }
    peer.announce();
    peer.onJoined(shortened(displayName), device, rtpCapabilities, System.nanoTime());
    log.info("{}", line("peer joined", peer).with("name", peer.displayName()));
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
      media.offer(peer, other);
      data.offer(peer, other);
    }
    for (ProducerRow producer : List.copyOf(remote.producers())) {
      if (!producer.peerId().equals(peer.id())) {
        consumers(producer.kind()).setUp(peer, producer);
      }
    }
  }

  public void displayName(Peer peer, String displayName) {
    requireJoined(peer);
    peer.announce();
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
    closeIfEmpty();
  }

  /** Nobody is here, any more or at all: a room that was opened for somebody who was then not admitted must not stay for ever. */
  public void closeIfEmpty() {
    if (peers.isEmpty() && !closed) {
      closed = true;
      log.info("{}", LogLine.of("room closed").room(name));
      presence.close();
      routers.close();
      onEmpty.accept(this);
    }
  }

  private void depart(Peer peer) {
    peer.onLeft();
    announcements.leave(peer.id(), peer.channel().address(), System.nanoTime());
    moves.onLeft(peer);
    log.info("{}", line("peer left", peer));
    // Without a router its transports are still being made; whoever makes them looks whether the peer has left.
    for (String transportId : peer.router() == null ? List.<String>of() : List.copyOf(peer.transports.keySet())) {
      peer.router().tell(r -> r.closeTransport(transportId, peer.router().nowNs()));
      if (peer.hasLiving(transportId)) {
        log.info("{}", line("transport closed", peer).transport(transportId));
      }
    }
    media.onPeerLeft(peer);
    data.onPeerLeft(peer);
    if (peer.joined()) {
      presence.onPeerLeft(peer.id());
      remote.tellLeft(peer);
    }
  }

  /** The room itself; each router dumps what it holds. */
  public void dump(Dump out) {
    out.value("room", name).list("peers", peers.values(), Peer::dump);
  }

  /** Which clients are here, in no order. */
  public List<DrainPlan.Client> clients() {
    return peers.values().stream().filter(peer -> peer.channel().isClient())
        .map(peer -> new DrainPlan.Client(name, peer.id(), peer.producers.size())).toList();
  }

  /** Tells a client to go to another of these nodes, if it is still here. */
  public void sendAway(String peerId, List<String> urls) {
    Peer peer = peers.get(peerId);
    if (peer != null) {
      moves.sendAway(peer, urls);
    }
  }

  /** The transport, which the peer was said to want, lives on the peer's router. */
  public void onTransportCreated(Peer peer, String transportId) {
    Peer.TransportEntry transport = peer.transports.get(transportId);
    peer.onTransportCreated(transportId, System.nanoTime());
    log.info("{}", line("transport created", peer).transport(transportId)
        .with("direction", transport.direction().label()).with("sctp", transport.data()));
  }

  /** The client has said whom to expect on the transport. */
  public void onTransportConnected(Peer peer, String transportId) {
    RoomEvents ofRouter = events.get(peer.router());
    if (ofRouter != null) {
      ofRouter.onTransportConnected(transportId);
    }
  }

  UnreachedClients unreached() {
    return unreached;
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

  public void requireJoined(Peer peer) {
    if (!peer.joined()) {
      throw new PlenumException("wrong-state", "join first");
    }
  }

  private static String shortened(String displayName) {
    String text = displayName == null ? "" : displayName.strip();
    return text.length() <= MAX_NAME_CHARACTERS ? text : text.substring(0, MAX_NAME_CHARACTERS);
  }
}
