package io.plenum.server.web;

import io.vertx.core.Future;

/**
 * What carries the frames of one {@link ClientConnection}: a WebSocket, or a SockJS session over HTTP requests. Called
 * on the connection's loop. It tells the connection of {@code onFrames}, {@code onHeard} and, once, {@code onClosed}.
 */
interface Carrier {
  /** Sends a frame; done when it has left this process. */
  Future<Void> write(String frame);

  /** Sends something that a living client answers; done when it has left. */
  Future<Void> keepAlive();

  /** Takes no more from the client until {@link #resume}; the little that was on its way may still come. */
  void pause();

  void resume();

  /** Says goodbye; {@code onClosed} follows when the client has taken it. */
  void close(int code, String reason);

  /** Cuts the line, heard or not. */
  void abort();

  /** Silence longer than this means that the client is gone. */
  long silenceLimitNs();

  String remoteAddress();

  /** Account for what the carrier keeps of this client beyond the call. Set once, first. */
  default void memory(ClientMemory.Holder memory) {}
}
