package io.plenum.server.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.server.room.PeerChannel;
import io.vertx.core.Future;

/**
 * A client that has come to a node which is about to stop: it is told where to go, at once and as the answer to
 * whatever it asks, and after a moment it is sent away. It enters no room. On the loop of its socket.
 */
final class Redirection implements SignalingEndpoint.Connection, ProtooConnection.Handler {
  /** For the client to read what it is told, and to ask once more; a client of ours is gone by then. */
  static final long STAY_MS = 2_000;

  private final ProtooConnection connection;
  private final ProtooConnection.Timers timers;
  private final NodeDraining refusal;
  private final long timer;

  Redirection(ProtooConnection connection, ProtooConnection.Timers timers, NodeDraining refusal) {
    this.connection = connection;
    this.timers = timers;
    this.refusal = refusal;
    connection.handler(this);
    // protoo's clients see nothing of an answer beyond its code and sentence.
    connection.notify(PeerChannel.NODE_DRAINING, refusal.data());
    timer = timers.after(STAY_MS, () ->
        connection.close(ProtooConnection.COME_BACK, refusal.code() + ": " + refusal.getMessage()));
  }

  @Override
  public void onFrame(String text, Runnable handled) {
    connection.onFrame(text);
    handled.run();
  }

  @Override
  public Future<?> onRequest(String method, JsonNode data) {
    return Future.failedFuture(refusal);
  }

  @Override
  public Future<?> onNotification(String method, JsonNode data) {
    // Nothing of it is for us.
    return Future.succeededFuture();
  }

  /** Of the socket, and by way of the connection of ours. */
  @Override
  public void onClosed() {
    timers.cancel(timer);
    connection.onChannelClosed();
  }
}
