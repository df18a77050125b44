package io.plenum.server.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.DtlsParameters;
import io.plenum.media.router.DataLimits;
import io.plenum.media.transport.MediaPolicer;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.ice.IceParameters;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.room.Peer;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.router.RouterVerticle;
import io.plenum.server.router.WebRtcTransports;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Making, connecting, restarting and asking after a peer's transports. */
final class TransportMethods {
  private final RoomVerticle room;
  private final Peer peer;
  private final WebRtcTransports transports;
  private final Limits limits;
  /** All transports of a peer are on one router's loop, which alone uses it. */
  private final MediaPolicer policer;

  TransportMethods(RoomVerticle room, Peer peer, WebRtcTransports transports, Limits limits) {
    this.room = room;
    this.peer = peer;
    this.transports = transports;
    this.limits = limits;
    this.policer = new MediaPolicer(
        MediaPolicer.Rates.ofMbit(limits.mediaMbitPerSecond(), limits.mediaPacketsPerSecond()),
        new DataLimits(limits.dataMessagesPerSecond(), limits.dataBytesPerSecond()));
  }

  Map<String, PeerSession.Method> methods() {
    return Map.of(
        "createWebRtcTransport", this::create,
        "connectWebRtcTransport", this::connect,
        "restartIce", this::restartIce,
        "getTransportStats", this::stats);
  }

  private Future<?> create(JsonNode data) {
    Peer.Direction direction = direction(data);
    if (peer.transportCount() >= limits.transportsPerPeer()) {
      throw new PlenumException("too-many-transports",
          "a peer may have " + limits.transportsPerPeer() + " transports (limits.transportsPerPeer)");
    }
    String transportId = room.newId();
    boolean forceTcp = data.path("forceTcp").asBoolean();
    boolean sctp = wantsSctp(data);
    peer.addTransport(transportId, direction, sctp);
    return room.routerFor(peer)
        .compose(router -> create(router, transportId, forceTcp, sctp))
        .onFailure(failure -> peer.removeTransport(transportId));
  }

  private Future<?> create(RouterVerticle router, String transportId, boolean forceTcp, boolean sctp) {
    if (peer.left()) {
      throw new PlenumException("room-closed", "you have left");
    }
    return router
        .call(r -> transports.create(
            transportId, r, router.loop(), policer, forceTcp, sctp, room.line("", peer).transport(transportId).toString()))
        .onSuccess(done -> {
          if (peer.left()) {
            router.tell(r -> r.closeTransport(transportId, router.nowNs()));
          } else {
            room.onTransportCreated(peer, transportId);
          }
        });
  }

  /** The first request in which the vintages differ tells them apart. */
  private Peer.Direction direction(JsonNode data) {
    String direction = RequestData.optionalText(data.path("appData"), "direction");
    if (direction != null) {
      return switch (direction) {
        case "producer" -> Peer.Direction.PRODUCER;
        case "consumer" -> Peer.Direction.CONSUMER;
        default -> throw new PlenumException("invalid-request", "appData.direction must be producer or consumer");
      };
    }
    if (data.path("producing").asBoolean() || data.path("consuming").asBoolean()) {
      peer.vintage(Peer.Vintage.A);
      return data.path("consuming").asBoolean() ? Peer.Direction.CONSUMER : Peer.Direction.PRODUCER;
    }
    throw new PlenumException("invalid-request", "appData.direction must say producer or consumer");
  }

  /** Older clients say what their SCTP can do, or nothing if they want no data channels; newer ones always have them. */
  private boolean wantsSctp(JsonNode data) {
    return data.path("enableSctp").asBoolean(peer.vintage() == Peer.Vintage.B || data.hasNonNull("sctpCapabilities"));
  }

  private Future<?> connect(JsonNode data) {
    String transportId = RequestData.text(data, "transportId");
    peer.requireTransport(transportId);
    DtlsParameters parameters = RequestData.object(data, "dtlsParameters", DtlsParameters.class);
    RouterVerticle router = peer.router();
    return router.run(r -> webRtc(r.transport(transportId)).connect(parameters, router.nowNs()))
        .onSuccess(done -> room.onTransportConnected(peer, transportId));
  }

  private Future<?> restartIce(JsonNode data) {
    String transportId = RequestData.text(data, "transportId");
    peer.requireTransport(transportId);
    return peer.router().call(r -> webRtc(r.transport(transportId)).restartIce()).map(TransportMethods::describe);
  }

  private static Map<String, Object> describe(IceParameters parameters) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("usernameFragment", parameters.usernameFragment());
    answer.put("password", parameters.password());
    answer.put("iceLite", true);
    answer.put("iceParameters", parameters);
    return answer;
  }

  private Future<?> stats(JsonNode data) {
    String transportId = RequestData.text(data, "transportId");
    peer.requireTransport(transportId);
    RouterVerticle router = peer.router();
    return router
        .call(r -> r.transport(transportId).stats(router.nowNs(), System.currentTimeMillis()))
        .map(stats -> inForm(peer, stats));
  }

  /** The one answer that cannot serve both vintages: a bare array, or an object around it. */
  static Object inForm(Peer peer, List<Map<String, Object>> stats) {
    return peer.vintage() == Peer.Vintage.A ? stats : Map.of("stats", stats);
  }

  private static WebRtcTransport webRtc(io.plenum.media.router.Transport transport) {
    return (WebRtcTransport) transport;
  }
}
