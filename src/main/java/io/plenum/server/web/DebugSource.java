package io.plenum.server.web;

import io.vertx.core.Future;
import java.util.Map;

/** Where {@code /debug?room=} gets its tree from. */
@FunctionalInterface
public interface DebugSource {
  /**
   * The dump of a room on this node, as maps, lists, strings and numbers. Fails with a {@code PlenumException} such as
   * {@code room-not-found}.
   */
  Future<Map<String, Object>> dump(String room);
}
