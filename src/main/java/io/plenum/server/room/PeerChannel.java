package io.plenum.server.room;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;

/** How a room speaks to one peer's client. All calls come on the room's event loop. */
public interface PeerChannel {
  /** The notification that the client is to go to another node: {@code urls}, the one to try first first. */
  String NODE_DRAINING = "nodeDraining";

  /** The client's answer, or why there is none. */
  Future<JsonNode> request(String method, Object data);

  void notify(String method, Object data);

  /**
   * Ends the client's connection for good; it is told not to come back by itself.
   *
   * @param reason a code, a colon and a sentence
   */
  void close(String reason);

  /** Ends the client's connection; it may come back. */
  void disconnect(String reason);

  String remoteAddress();

  /**
   * Equal for all who count as one where clients of an address are counted; null for who is not counted by its
   * address.
   */
  default Object address() {
    return null;
  }

  /** Whether there is somebody whom a node that drains must send elsewhere and wait for. */
  default boolean isClient() {
    return true;
  }
}
