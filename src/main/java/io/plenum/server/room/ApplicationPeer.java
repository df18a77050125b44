package io.plenum.server.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.plenum.media.PlenumException;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.Router;
import io.plenum.media.router.Subchannels;
import io.plenum.media.transport.DirectTransport;
import io.plenum.server.ops.LogLine;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application that embeds the node, as a peer of a room: others see it join, hear its data producers and are heard by
 * it, on whatever router and node they are; only its transport is a {@link DirectTransport}, and it takes everything that
 * it is offered. It does not hold up a drain, and goes with the node. Lives on the room's loop; what the application asks
 * comes from anywhere, and what it is told comes on its own context.
 */
public final class ApplicationPeer implements PeerChannel, DirectTransport.Listener {
  /** The application. On its context. */
  public interface Listener {
    /** @param content the application's own to keep, not to change */
    void onMessage(String peerId, String label, boolean text, byte[] content);

    /** It is no longer in the room. */
    void onLeft(String reason);
  }

  /** Messages that the application has not yet looked at; more are lost, as with a client that does not read. */
  static final long MAX_WAITING_BYTES = 16 << 20;
  /** What a message costs beside its content. */
  static final int MESSAGE_OVERHEAD_BYTES = 200;
  /** A room that closes in this moment is asked for again, but not for ever. */
  private static final int MAX_OPEN_TRIES = 5;
  private static final Device DEVICE = new Device("application", "Plenum", "");

  private static final Logger log = LoggerFactory.getLogger(ApplicationPeer.class);

  private final String peerId;
  private final String displayName;
  private final Context application;
  private final Listener listener;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicLong lostMessages = new AtomicLong();
  /** By label. */
  private final Map<String, Future<String>> dataProducers = new HashMap<>();
  private Rooms.Opened opened;
  private Peer peer;
  private String transportId;

  private ApplicationPeer(String peerId, String displayName, Context application, Listener listener) {
    this.peerId = peerId;
    this.displayName = displayName;
    this.application = application;
    this.listener = listener;
  }

  /**
   * Enters a room, which is opened if nobody of this node is in it.
   *
   * @param application where the application is told everything, this call's outcome too
   */
  public static Future<ApplicationPeer> enter(Rooms rooms, String room, String peerId, String displayName,
      Context application, Listener listener) {
    ApplicationPeer entering = new ApplicationPeer(peerId, displayName, application, listener);
    Promise<Void> entered = Promise.promise();
    entering.open(rooms, room, 1, entered);
    return entering.toApplication(entered.future()).map(v -> entering);
  }

  private void open(Rooms rooms, String room, int attempt, Promise<Void> entered) {
    rooms.open(room)
        .onFailure(entered::fail)
        .onSuccess(found -> found.context().runOnContext(v -> {
          try {
            opened = found;
            peer = room().admit(peerId, this);
          } catch (PlenumException e) {
            if (e.code().equals("room-closed") && attempt < MAX_OPEN_TRIES) {
              open(rooms, room, attempt + 1, entered);
            } else {
              entered.fail(e);
            }
            return;
          }
          makeTransport().onComplete(entered);
        }));
  }

  private RoomVerticle room() {
    return opened.room();
  }

  private Future<Void> makeTransport() {
    transportId = room().newId();
    peer.addTransport(transportId, Peer.Direction.CONSUMER, true);
    return room().routerFor(peer)
        .compose(router -> router.run(r -> new DirectTransport(transportId, r, this, router.nowNs())))
        .onFailure(failure -> room().leave(peer))
        .onSuccess(v -> onTransport(peer.router()));
  }

  private void onTransport(RouterVerticle router) {
    if (peer.left()) {
      router.tell(r -> r.closeTransport(transportId, router.nowNs()));
      return;
    }
    room().onTransportCreated(peer, transportId);
    room().join(peer, displayName, DEVICE, null);
    room().afterJoin(peer);
  }

  /** Makes a data producer of that label, if there is none yet: what is sent from now on reaches all who have taken it. */
  public Future<Void> open(String label) {
    return onRoomsLoop(() -> dataProducer(label).mapEmpty());
  }

  /**
   * Sends a message to all others who have the data producer of that label, which is made if there is none yet.
   *
   * @param content not copied: it must not change any more
   */
  public Future<Void> send(String label, boolean text, byte[] content) {
    return onRoomsLoop(() -> dataProducer(label).compose(id -> {
      RouterVerticle router = peer.router();
      return router.run(r -> transport(r).send(
          id, new DataMessage(text, content), Subchannels.EVERYBODY, router.nowNs()));
    }));
  }

  private DirectTransport transport(Router router) {
    return (DirectTransport) router.transport(transportId);
  }

  private Future<String> dataProducer(String label) {
    if (peer.left()) {
      throw new PlenumException("room-closed", "you have left");
    }
    Future<String> known = dataProducers.get(label);
    if (known != null) {
      return known;
    }
    Future<String> made = room().data()
        .produce(peer, transportId, new DataProducerOptions("", null, label, "", false, Map.of("channel", label)))
        .onSuccess(id -> room().data().afterProduce(peer, id))
        .onFailure(failure -> dataProducers.remove(label));
    dataProducers.put(label, made);
    return made;
  }

  /** Leaves the room, which closes here if it was the last. Once more changes nothing. */
  public Future<Void> leave() {
    return onRoomsLoop(() -> {
      leave("you left");
      return Future.succeededFuture();
    });
  }

  private void leave(String reason) {
    if (!peer.left()) {
      room().leave(peer);
      application.runOnContext(v -> listener.onLeft(reason));
    }
  }

  private interface Request {
    Future<Void> make();
  }

  private Future<Void> onRoomsLoop(Request request) {
    Promise<Void> made = Promise.promise();
    opened.context().runOnContext(v -> {
      try {
        request.make().onComplete(made);
      } catch (PlenumException refused) {
        made.fail(refused);
      }
    });
    return toApplication(made.future());
  }

  private Future<Void> toApplication(Future<Void> outcome) {
    Promise<Void> told = Promise.promise();
    outcome.onComplete((AsyncResult<Void> result) -> application.runOnContext(v -> told.handle(result)));
    return told.future();
  }

  /** Messages that came while too many waited for the application. Asked from anywhere. */
  public long lostMessages() {
    return lostMessages.get();
  }

  /** On the router's loop. */
  @Override
  public void onMessage(DataConsumer consumer, DataMessage message) {
    long bytes = message.content().length + MESSAGE_OVERHEAD_BYTES;
    if (waitingBytes.addAndGet(bytes) > MAX_WAITING_BYTES) {
      waitingBytes.addAndGet(-bytes);
      if (lostMessages.incrementAndGet() == 1) {
        log.warn("{}", LogLine.of("data lost").room(room().name()).peer(peerId).with("reason", "application-too-slow"));
      }
      return;
    }
    String from = (String) consumer.appData().get("peerId");
    String label = consumer.label();
    application.runOnContext(v -> {
      waitingBytes.addAndGet(-bytes);
      listener.onMessage(from, label, message.text(), message.content());
    });
  }

  /** Whatever it is offered, it takes. */
  @Override
  public Future<JsonNode> request(String method, Object data) {
    return Future.succeededFuture(NullNode.getInstance());
  }

  @Override
  public void notify(String method, Object data) {
    // What a page would show.
  }

  @Override
  public void close(String reason) {
    opened.context().runOnContext(v -> onClosed(reason));
  }

  @Override
  public void disconnect(String reason) {
    close(reason);
  }

  private void onClosed(String reason) {
    room().leave(peer);
    application.runOnContext(v -> listener.onLeft(reason));
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public String remoteAddress() {
    return "application";
  }
}
