package io.plenum.server.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.PlenumException;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.room.Peer;
import io.plenum.server.room.PeerChannel;
import io.plenum.server.room.RoomVerticle;
import io.plenum.server.router.WebRtcTransports;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One client's conversation with its room: who the peer is, and which of the protocol's methods it may call when. A table of
 * contents: the methods are in {@link RoomMethods}, {@link TransportMethods}, {@link ProducerMethods}, {@link ConsumerMethods},
 * {@link DataProducerMethods} and {@link DataConsumerMethods}. Each control method is accepted as a request and as a
 * notification.
 */
public final class PeerSession implements ProtooConnection.Handler {
  /** What a method does; the answer's data now or later. */
  interface Method {
    Future<?> call(JsonNode data);
  }

  private final RoomVerticle room;
  private final Limits limits;
  private final ServerList servers;
  private final ProtooConnection connection;
  private final String peerId;
  private final Vertx vertx;
  private final WebRtcTransports transports;
  private final NotificationForm form = new NotificationForm();
  private final CapabilitiesAnswer capabilities;
  private Map<String, Method> methods;
  private Peer peer;
  private long joinTimer = -1;
  private Runnable unfollow = () -> { };

  PeerSession(RoomVerticle room, WebRtcTransports transports, Limits limits, ServerList servers,
      ProtooConnection connection, String peerId, Vertx vertx, CapabilitiesAnswer capabilities) {
    this.room = room;
    this.transports = transports;
    this.limits = limits;
    this.servers = servers;
    this.connection = connection;
    this.peerId = peerId;
    this.vertx = vertx;
    this.capabilities = capabilities;
  }

  /** Enters the room. @throws PlenumException if the room does not admit the peer. Whatever is thrown, it has not entered. */
  void begin() {
    peer = room.admit(peerId, new ClientChannel());
    try {
      converse();
    } catch (RuntimeException e) {
      connection.timers().cancel(joinTimer);
      room.leave(peer);
      throw e;
    }
  }

  private void converse() {
    methods = new java.util.HashMap<>();
    methods.putAll(new RoomMethods(room, peer, capabilities, this::requireStaying, this::onJoined).methods());
    methods.putAll(new TransportMethods(room, peer, transports, limits).methods());
    methods.putAll(new ProducerMethods(room, peer).methods());
    methods.putAll(new ConsumerMethods(room, peer).methods());
    methods.putAll(new DataProducerMethods(room, peer).methods());
    methods.putAll(new DataConsumerMethods(room, peer).methods());
    joinTimer = connection.timers().after(limits.joinTimeoutS() * 1000L, () -> {
      if (!peer.joined()) {
        connection.close("join-timeout: you connected but did not join within " + limits.joinTimeoutS() + " s");
      }
    });
    connection.notify("mediasoupVersion", version());
  }

  private static Map<String, Object> version() {
    String version = PeerSession.class.getPackage().getImplementationVersion();
    return Map.of("version", version == null ? "dev" : version);
  }

  private void requireStaying() {
    if (servers.draining()) {
      throw new NodeDraining(servers.elsewhereFor(ThreadLocalRandom.current()));
    }
  }

  /** From now on the client knows where to go if this node goes. */
  private void onJoined() {
    if (connection.closed()) {
      return;
    }
    Context roomContext = vertx.getOrCreateContext();
    unfollow = servers.onChange(() -> roomContext.runOnContext(v -> tellServers()));
    tellServers();
  }

  private void tellServers() {
    peer.channel().notify("servers", Map.of("urls", servers.urlsFor(ThreadLocalRandom.current())));
  }

  @Override
  public Future<?> onRequest(String method, JsonNode data) {
    form.onRequest(method);
    Peer.Vintage before = peer.vintage();
    Future<?> answer = call(method, data);
    if (before != peer.vintage()) {
      peer.channel().notify("mediasoup-version", version());
    }
    return answer;
  }

  private Future<?> call(String method, JsonNode data) {
    Method known = methods.get(method);
    if (known == null) {
      throw new PlenumException("unknown-method", "there is no method " + shortened(method));
    }
    return known.call(data);
  }

  @Override
  public Future<?> onNotification(String method, JsonNode data) {
    Method known = methods.get(method);
    return known == null ? Future.succeededFuture() : known.call(data);
  }

  @Override
  public void onClosed() {
    connection.timers().cancel(joinTimer);
    unfollow.run();
    room.leave(peer);
  }

  private static String shortened(String method) {
    return method.length() <= 64 ? method : method.substring(0, 64) + "…";
  }

  /** How the room speaks to this client. */
  private final class ClientChannel implements PeerChannel {
    @Override
    public Future<JsonNode> request(String method, Object data) {
      return connection.request(method, data);
    }

    @Override
    public void notify(String method, Object data) {
      if (form.knows(method, peer.vintage())) {
        connection.notify(method, form.form(method, data, peer.vintage()));
      }
    }

    @Override
    public void close(String reason) {
      connection.close(reason);
    }

    @Override
    public void disconnect(String reason) {
      connection.close(ProtooConnection.COME_BACK, reason);
    }

    @Override
    public String remoteAddress() {
      return connection.remoteAddress();
    }

    @Override
    public Object address() {
      return connection.address();
    }
  }
}
