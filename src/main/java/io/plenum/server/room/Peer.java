package io.plenum.server.room;

import io.plenum.cluster.message.ProducerKind;
import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.server.router.RouterVerticle;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** One peer of a room, as this node's room sees it: who it is, and which of the router's objects are its own. */
public final class Peer {
  /** Which way a transport carries media, seen from the client. */
  public enum Direction {
    PRODUCER,
    CONSUMER;

    /** As clients say it. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** @param data whether it has SCTP, now that it lives */
  record TransportEntry(Direction direction, boolean data) {}

  /** What of a producer the room must know without asking the router. */
  public record ProducerEntry(String id, ProducerKind kind, Map<String, Object> appData) {}

  /** The two forms of the protocol that differ where one answer cannot serve both. */
  public enum Vintage { A, B }

  /** Sound and picture. */
  private static final int PRODUCERS_OF_A_NEW_PEER = 2;
  /** Who has not begun to send by then came to listen. */
  private static final long NEW_NS = 5_000_000_000L;

  private final String id;
  private final PeerChannel channel;
  private final AnnouncementBudgets announcements;
  final Map<String, TransportEntry> transports = new LinkedHashMap<>();
  final Map<String, ProducerEntry> producers = new LinkedHashMap<>();
  /** Consumer id to producer id. */
  final Map<String, String> consumers = new HashMap<>();
  final Map<String, ProducerEntry> dataProducers = new LinkedHashMap<>();
  /** Data consumer id to data producer id. */
  final Map<String, String> dataConsumers = new HashMap<>();
  /** Of both kinds, by id. */
  private final Set<String> pausedProducers = new HashSet<>();
  /** When ICE has last changed on each transport that lives; at first, when the transport was made. */
  private final Map<String, Long> iceChangedNs = new HashMap<>();
  /** Transports that a valid check has come to, now or before. */
  private final Set<String> reachedTransports = new HashSet<>();
  private String displayName = "";
  private Device device;
  private RtpCapabilities rtpCapabilities;
  private Vintage vintage = Vintage.B;
  private boolean joined;
  private boolean left;
  private long joinedNs;
  private RoomRouters.Place place;
  private RouterVerticle router;

  Peer(String id, PeerChannel channel, AnnouncementBudgets announcements) {
    this.id = id;
    this.channel = channel;
    this.announcements = announcements;
  }

  public String id() {
    return id;
  }

  public PeerChannel channel() {
    return channel;
  }

  public String displayName() {
    return displayName;
  }

  void displayName(String displayName) {
    this.displayName = displayName;
  }

  public Vintage vintage() {
    return vintage;
  }

  /** Known from the first request that differs between the vintages. */
  public void vintage(Vintage vintage) {
    this.vintage = vintage;
  }

  /** The router that has its transports; null until it has been asked for one. */
  public RouterVerticle router() {
    return router;
  }

  /** Null until it has been asked for a transport. */
  String routerId() {
    return router == null ? null : router.routerId();
  }

  void router(RouterVerticle router) {
    this.router = router;
  }

  /** Where its router is, or will be; null until it has been asked for a transport. */
  RoomRouters.Place place() {
    return place;
  }

  void place(RoomRouters.Place place) {
    this.place = place;
  }

  /** Before the others are told something about it. @throws PlenumException {@code too-many-requests} */
  void announce() {
    announcements.spend(id, channel.address(), System.nanoTime());
  }

  /** Producers that it has, or, while it is new, will probably soon have. */
  int expectedProducers(long nowNs) {
    boolean isNew = !joined || nowNs - joinedNs < NEW_NS;
    return isNew ? Math.max(producers.size(), PRODUCERS_OF_A_NEW_PEER) : producers.size();
  }

  public boolean joined() {
    return joined;
  }

  public boolean left() {
    return left;
  }

  void onLeft() {
    left = true;
  }

  /** Null if the peer wants to receive nothing. */
  RtpCapabilities rtpCapabilities() {
    return rtpCapabilities;
  }

  void onJoined(String displayName, Device device, RtpCapabilities rtpCapabilities, long nowNs) {
    this.displayName = displayName;
    this.device = device;
    this.rtpCapabilities = rtpCapabilities;
    this.joined = true;
    this.joinedNs = nowNs;
  }

  public int transportCount() {
    return transports.size();
  }

  /** @param data whether it has SCTP */
  public void addTransport(String transportId, Direction direction, boolean data) {
    transports.put(transportId, new TransportEntry(direction, data));
  }

  public void removeTransport(String transportId) {
    transports.remove(transportId);
    iceChangedNs.remove(transportId);
    reachedTransports.remove(transportId);
  }

  /** The transport, of which the room knew only that it was wanted, lives. */
  void onTransportCreated(String transportId, long nowNs) {
    iceChangedNs.put(transportId, nowNs);
  }

  boolean hasLiving(String transportId) {
    return iceChangedNs.containsKey(transportId);
  }

  /** True once a valid check has come to it: the state before the first one is never returned to. */
  boolean isReached(String transportId) {
    return reachedTransports.contains(transportId);
  }

  /** @return nanoseconds since it last did */
  long onIceChanged(String transportId, long nowNs) {
    reachedTransports.add(transportId);
    Long formerNs = iceChangedNs.put(transportId, nowNs);
    return formerNs == null ? 0 : nowNs - formerNs;
  }

  /** The first transport that carries media to the client, or null. */
  String consumerTransportId() {
    return transportId(transport -> transport.direction == Direction.CONSUMER);
  }

  /** The first transport that carries data to the client, or null. */
  String dataConsumerTransportId() {
    return transportId(transport -> transport.direction == Direction.CONSUMER && transport.data);
  }

  private String transportId(Predicate<TransportEntry> wanted) {
    for (Map.Entry<String, TransportEntry> transport : transports.entrySet()) {
      if (wanted.test(transport.getValue())) {
        return transport.getKey();
      }
    }
    return null;
  }

  /** An association does not come back: nothing that needs it is made any more. */
  void onDataLost(String transportId) {
    transports.computeIfPresent(transportId, (id, transport) -> new TransportEntry(transport.direction, false));
  }

  boolean hasData(String transportId) {
    TransportEntry transport = transports.get(transportId);
    return transport != null && transport.data;
  }

  /** Also of a data producer. @return whether that is news */
  boolean onProducerPaused(String producerId, boolean paused) {
    return paused ? pausedProducers.add(producerId) : pausedProducers.remove(producerId);
  }

  /** Of both kinds. */
  boolean isPaused(String producerId) {
    return pausedProducers.contains(producerId);
  }

  /** Its producer or data producer of that id, or null. */
  ProducerEntry producer(String producerId) {
    ProducerEntry producer = producers.get(producerId);
    return producer != null ? producer : dataProducers.get(producerId);
  }

  /** Refuses what is not the peer's own: ids are not secrets. */
  public void requireTransport(String transportId) {
    if (transportId == null || !transports.containsKey(transportId)) {
      throw new PlenumException("transport-not-found", "you have no transport with the id " + transportId);
    }
  }

  public void requireProducer(String producerId) {
    if (producerId == null || !producers.containsKey(producerId)) {
      throw new PlenumException("producer-not-found", "you have no producer with the id " + producerId);
    }
  }

  public void requireConsumer(String consumerId) {
    if (consumerId == null || !consumers.containsKey(consumerId)) {
      throw new PlenumException("consumer-not-found", "you have no consumer with the id " + consumerId);
    }
  }

  public void requireDataProducer(String dataProducerId) {
    if (dataProducerId == null || !dataProducers.containsKey(dataProducerId)) {
      throw new PlenumException("data-producer-not-found", "you have no data producer with the id " + dataProducerId);
    }
  }

  public void requireDataConsumer(String dataConsumerId) {
    if (dataConsumerId == null || !dataConsumers.containsKey(dataConsumerId)) {
      throw new PlenumException("data-consumer-not-found", "you have no data consumer with the id " + dataConsumerId);
    }
  }

  /** Whose is what: the routers' own dumps have the rest. */
  void dump(Dump out) {
    out.value("id", id).value("displayName", displayName).value("joined", joined)
        .value("router", routerId())
        .list("transports", transports.entrySet(), (transport, part) -> part.value("id", transport.getKey())
            .value("direction", transport.getValue().direction).value("data", transport.getValue().data))
        .value("producers", producers.keySet()).value("consumers", consumers)
        .value("dataProducers", dataProducers.keySet()).value("dataConsumers", dataConsumers);
  }

  /** The device as fields, for other nodes. */
  Map<String, Object> deviceFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (device != null) {
      fields.put("flag", device.flag());
      fields.put("name", device.name());
      fields.put("version", device.version());
    }
    return fields;
  }

  /** What other peers are told, in the field names of both vintages. */
  Map<String, Object> describe() {
    Map<String, Object> peer = new LinkedHashMap<>();
    peer.put("id", id);
    peer.put("peerId", id);
    peer.put("displayName", displayName);
    peer.put("device", device == null ? Map.of() : device);
    return peer;
  }
}
