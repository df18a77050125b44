package io.plenum.server.signaling;

/** What the web layer hands each new signalling connection to, whatever carries it. */
public interface SignalingEndpoint {
  /** The frames of one connection. Called on the event loop of its socket, in order. */
  interface Connection {
    /**
     * @param handled to be run once, on any thread, when the frame is no longer kept; a client of which too much is kept is
     *     not read from
     */
    void onFrame(String text, Runnable handled);

    /** The socket is gone. Called once, also after the endpoint itself closed the channel. */
    void onClosed();
  }

  /**
   * A client has connected and may speak. The channel may be used from any event loop.
   *
   * @param roomId and {@code peerId}: 1…128 characters, as the client gave them
   */
  Connection open(String roomId, String peerId, ProtooConnection.FrameChannel channel);
}
