package io.plenum.server.signaling;

import io.plenum.media.PlenumException;
import io.plenum.server.config.PlenumConfig.Limits;
import io.plenum.server.ops.LogLine;
import io.plenum.server.room.Rooms;
import io.plenum.server.router.WebRtcTransports;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each new connection to its room. From then on everything about the peer happens on the room's event loop; what
 * the client sends before the room is open waits. So do all who come while the node is still cold: they would spoil the
 * warm-up, and be served slowly for it.
 */
public final class SignalingService implements SignalingEndpoint {
  /** A room that closes in this moment is asked for again, but not for ever. */
  private static final int MAX_OPEN_TRIES = 5;

  private static final Logger log = LoggerFactory.getLogger(SignalingService.class);

  private final Vertx vertx;
  private final Rooms rooms;
  private final WebRtcTransports transports;
  private final Limits limits;
  private final ServerList servers;
  private final CapabilitiesAnswer capabilities = new CapabilitiesAnswer();
  /** Of each loop that has rooms; each is used on its own. */
  private final Map<Context, TurnQueue> turns = new ConcurrentHashMap<>();
  /** Who came before the node was warm; as many as connections are allowed. On the loop of the sockets. */
  private final Set<Arrival> early = new LinkedHashSet<>();
  private boolean warm;

  public SignalingService(Vertx vertx, Rooms rooms, WebRtcTransports transports, Limits limits,
      ServerList servers) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.transports = transports;
    this.limits = limits;
    this.servers = servers;
  }

  @Override
  public Connection open(String roomId, String peerId, ProtooConnection.FrameChannel channel) {
    if (servers.draining()) {
      return redirect(channel);
    }
    Arrival arrival = new Arrival(roomId, peerId, channel);
    if (warm) {
      arrival.openRoom(1);
    } else {
      early.add(arrival);
    }
    return arrival;
  }

  /** From now on clients enter, those who have waited first. On the loop that {@link #open} is called on. */
  public void onWarm() {
    warm = true;
    List<Arrival> waited = List.copyOf(early);
    early.clear();
    if (!waited.isEmpty()) {
      log.info("{}", LogLine.of("signaling opens").with("waited", waited.size()));
    }
    waited.forEach(arrival -> arrival.openRoom(1));
  }

  /** On the loop of the socket. */
  private Redirection redirect(ProtooConnection.FrameChannel channel) {
    return new Redirection(new ProtooConnection(channel, timers(), 0), timers(),
        new NodeDraining(servers.elsewhereFor(ThreadLocalRandom.current())));
  }

  /** A frame that waits for the room, or for the room's loop. */
  private record Waiting(String text, Runnable handled) {}

  /**
   * A connection on its way to its room; afterwards the bridge between the socket's loop, which owns it, and the room's,
   * which owns the {@link ProtooConnection}.
   */
  private final class Arrival implements Connection {
    private final String roomId;
    private final String peerId;
    private final ProtooConnection.FrameChannel channel;
    private final Context socketContext = Vertx.currentContext();
    /** Bounded by the socket, which is not read from while too much of it has not been handled. */
    private final Queue<Waiting> waitingFrames = new ArrayDeque<>();
    private Context roomContext;
    private ProtooConnection connection;
    private TurnQueue.Client turn;
    private Redirection redirection;
    private boolean closed;

    Arrival(String roomId, String peerId, ProtooConnection.FrameChannel channel) {
      this.roomId = roomId;
      this.peerId = peerId;
      this.channel = channel;
    }

    void openRoom(int attempt) {
      rooms.open(roomId, channel.address())
          .onSuccess(opened -> opened.context().runOnContext(v -> enter(opened, attempt)))
          .onFailure(this::refuse);
    }

    /** On the room's loop. */
    private void enter(Rooms.Opened opened, int attempt) {
      // Looked at on the room's loop: who enters before is found there when the room's clients are counted.
      if (servers.draining()) {
        // It may have been opened for this client alone.
        opened.room().closeIfEmpty();
        socketContext.runOnContext(v -> onRefused());
        return;
      }
      try {
        ProtooConnection entering = new ProtooConnection(channel, timers(), limits.pendingRequestsPerPeer());
        PeerSession session = new PeerSession(opened.room(), transports, limits, servers, entering, peerId, vertx, capabilities);
        entering.handler(session);
        session.begin();
        TurnQueue.Client turn = turnsOf(opened.context()).enter(channel.address());
        socketContext.runOnContext(v -> onEntered(opened.context(), entering, turn));
      } catch (PlenumException e) {
        if (e.code().equals("room-closed") && attempt < MAX_OPEN_TRIES) {
          openRoom(attempt + 1);
        } else {
          refuse(e);
        }
      } catch (RuntimeException e) {
        log.error("{}", LogLine.of("peer not admitted").room(roomId).peer(peerId), e);
        opened.room().closeIfEmpty();
        refuse(e);
      }
    }

    private void onRefused() {
      if (!closed) {
        redirection = redirect(channel);
        waitingFrames.forEach(waiting -> redirection.onFrame(waiting.text, waiting.handled));
        waitingFrames.clear();
      }
    }

    private void onEntered(Context context, ProtooConnection entered, TurnQueue.Client itsTurn) {
      roomContext = context;
      connection = entered;
      turn = itsTurn;
      waitingFrames.forEach(this::deliver);
      waitingFrames.clear();
      if (closed) {
        leaveRoom();
      }
    }

    private void leaveRoom() {
      roomContext.runOnContext(v -> {
        connection.onChannelClosed();
        turn.leave();
      });
    }

    /** From any loop. */
    private void refuse(Throwable reason) {
      // Of rooms there may be fewer in a while.
      boolean comeBack = reason instanceof PlenumException refusal && refusal.code().equals("too-many-rooms");
      channel.close(comeBack ? ProtooConnection.COME_BACK : ProtooConnection.CLOSED_BY_SERVER,
          reason instanceof PlenumException refusal ? refusal.code() + ": " + refusal.getMessage() : "internal-error");
    }

    @Override
    public void onFrame(String text, Runnable handled) {
      if (redirection != null) {
        redirection.onFrame(text, handled);
      } else if (connection != null) {
        deliver(new Waiting(text, handled));
      } else {
        waitingFrames.add(new Waiting(text, handled));
      }
    }

    private void deliver(Waiting frame) {
      roomContext.runOnContext(v -> turn.add(() -> {
        try {
          connection.onFrame(frame.text);
        } finally {
          frame.handled.run();
        }
      }));
    }

    @Override
    public void onClosed() {
      closed = true;
      early.remove(this);
      if (redirection != null) {
        redirection.onClosed();
      } else if (connection != null) {
        leaveRoom();
      }
    }
  }

  /** On that loop. */
  private TurnQueue turnsOf(Context room) {
    return turns.computeIfAbsent(room, context ->
        new TurnQueue(task -> context.runOnContext(v -> task.run()), System::nanoTime));
  }

  private ProtooConnection.Timers timers() {
    return new ProtooConnection.Timers() {
      @Override
      public long after(long milliseconds, Runnable action) {
        return vertx.setTimer(milliseconds, id -> action.run());
      }

      @Override
      public void cancel(long timer) {
        vertx.cancelTimer(timer);
      }
    };
  }
}
