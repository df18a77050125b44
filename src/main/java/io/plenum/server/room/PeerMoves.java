package io.plenum.server.room;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the peers of a room to other nodes when this one drains, and sees that they go. On the room's loop.
 *
 * <pre>
 *   SENT_AWAY ─ joined elsewhere ─▶ ELSEWHERE ─ closes here ─▶ gone
 *       └─ {@link #PATIENCE_MS} ──▶ ended, may come back ──────┘
 * </pre>
 *
 * <p>A client that knows the notification joins elsewhere first and closes here when its media flows there, so that nobody
 * misses it. One that does not know it is ended with a code that makes it come back.
 */
public final class PeerMoves {
  /**
   * From being told until being ended. A client needs some round trips for signalling and two handshakes; on a bad line
   * that is seconds. Longer would only hold up those who do not understand.
   */
  public static final long PATIENCE_MS = 10_000;
  /** For both connections side by side: the client closes the old one when nobody needs it any more, mostly within 2 s. */
  static final long OVERLAP_MS = 10_000;

  private static final Logger log = LoggerFactory.getLogger(PeerMoves.class);

  private enum State { SENT_AWAY, ELSEWHERE }

  private final RoomVerticle room;
  private final Map<Peer, State> moving = new HashMap<>();

  PeerMoves(RoomVerticle room) {
    this.room = room;
  }

  /** @param urls of other nodes, in this client's own order */
  void sendAway(Peer peer, List<String> urls) {
    if (peer.left() || moving.putIfAbsent(peer, State.SENT_AWAY) != null) {
      return;
    }
    log.info("{}", room.line("peer sent away", peer).with("to", urls.isEmpty() ? "nowhere" : urls.get(0)));
    if (peer.joined()) {
      room.presence().onPeerMoving(peer.id());
    }
    peer.channel().notify(PeerChannel.NODE_DRAINING, Map.of("urls", urls));
    room.after(PATIENCE_MS, () -> {
      if (moving.get(peer) == State.SENT_AWAY) {
        peer.channel().disconnect("node-draining: this server is about to stop; connect again");
      }
    });
  }

  /** It has joined on another node: because it was sent there, or from another window. */
  void onReplaced(Peer peer) {
    String reason = "replaced: you joined again through another server";
    if (moving.replace(peer, State.ELSEWHERE) == null) {
      peer.channel().close(reason);
      return;
    }
    room.after(OVERLAP_MS, () -> {
      if (moving.containsKey(peer)) {
        peer.channel().close(reason);
      }
    });
  }

  void onLeft(Peer peer) {
    moving.remove(peer);
  }
}
