package io.plenum;

import io.plenum.server.room.ApplicationPeer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/**
 * An application's place in a room ({@link PlenumNode#join}): it hears every data channel of the others, and sends on
 * channels of its own, which the others are offered like anybody's. Called from any thread; futures complete on the
 * context on which it joined.
 */
public final class PlenumRoom {
  /**
   * What somebody in the room has said.
   *
   * @param peerId who
   * @param label of the data channel
   * @param text whether the content is UTF-8; otherwise it is binary
   */
  public record Message(String peerId, String label, boolean text, Buffer content) {}

  private final ApplicationPeer peer;
  private final Future<String> left;

  PlenumRoom(ApplicationPeer peer, Future<String> left) {
    this.peer = peer;
    this.left = left;
  }

  /**
   * Opens a channel of that label, if it is not open yet. As with every data channel of a room, others hear what is said
   * after they have opened their end of it: whoever must not miss the first message opens the channel beforehand.
   */
  public Future<Void> open(String label) {
    return peer.open(label);
  }

  /**
   * Says something to all others on the channel of that label, reliably and in order.
   *
   * @return fails with a {@link io.plenum.media.PlenumException}: {@code message-too-long} (more than 262,144 bytes),
   *     {@code too-many-data-producers}, {@code room-closed} after {@link #leave}
   */
  public Future<Void> send(String label, String text) {
    return peer.send(label, true, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same with bytes, of which a copy is taken. */
  public Future<Void> send(String label, Buffer bytes) {
    return peer.send(label, false, bytes.getBytes());
  }

  /** Messages of others that were dropped because the application had some 16 MiB of them still to look at. */
  public long lostMessages() {
    return peer.lostMessages();
  }

  /** Completes with the reason when the application is no longer in the room. */
  public Future<String> left() {
    return left;
  }

  /** Leaves the room. Once more changes nothing. */
  public Future<Void> leave() {
    return peer.leave();
  }
}
