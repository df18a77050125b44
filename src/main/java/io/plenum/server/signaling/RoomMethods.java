package io.plenum.server.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.server.room.Device;
import io.plenum.server.room.Peer;
import io.plenum.server.room.RoomVerticle;
import io.vertx.core.Future;
import java.util.Map;

/** What a peer says about itself and asks of the room. */
final class RoomMethods {
  private final RoomVerticle room;
  private final Peer peer;
  private final CapabilitiesAnswer capabilities;
  private final Runnable beforeJoin;
  private final Runnable onJoined;

  /**
   * @param beforeJoin throws what speaks against it
   * @param onJoined called when the client has the answer to its join
   */
  RoomMethods(RoomVerticle room, Peer peer, CapabilitiesAnswer capabilities, Runnable beforeJoin, Runnable onJoined) {
    this.room = room;
    this.peer = peer;
    this.capabilities = capabilities;
    this.beforeJoin = beforeJoin;
    this.onJoined = onJoined;
  }

  Map<String, PeerSession.Method> methods() {
    return Map.of(
        "getRtcStatsUrl", data -> Future.succeededFuture(),
        "getRouterRtpCapabilities", this::getRouterRtpCapabilities,
        "join", this::join,
        "changeDisplayName", this::changeDisplayName,
        "applyNetworkThrottle", data -> throttleRefused(),
        "resetNetworkThrottle", data -> throttleRefused(),
        "stopNetworkThrottle", data -> throttleRefused());
  }

  private Future<?> getRouterRtpCapabilities(JsonNode data) {
    return Future.succeededFuture(capabilities.of(room.rtpCapabilities()));
  }

  private Future<?> join(JsonNode data) {
    beforeJoin.run();
    RtpCapabilities capabilities = RequestData.optionalObject(data, "rtpCapabilities", RtpCapabilities.class);
    Device device = RequestData.optionalObject(data, "device", Device.class);
    Object others = room.join(peer, RequestData.optionalText(data, "displayName"), device, capabilities);
    return answerThen(Map.of("peers", others), () -> {
      onJoined.run();
      room.afterJoin(peer);
    });
  }

  private Future<?> changeDisplayName(JsonNode data) {
    room.displayName(peer, RequestData.text(data, "displayName"));
    return Future.succeededFuture();
  }

  /** The server never changes its host's network on a client's word; {@code net.impair} is for that. */
  private static Future<?> throttleRefused() {
    throw new PlenumException("forbidden", "this server does not throttle its network for clients");
  }

  /** The answer goes out first, and what follows from it after. */
  static Future<?> answerThen(Object answer, Runnable after) {
    io.vertx.core.Vertx.currentContext().runOnContext(v -> after.run());
    return Future.succeededFuture(answer);
  }
}
