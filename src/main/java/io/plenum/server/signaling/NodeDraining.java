package io.plenum.server.signaling;

import io.plenum.media.PlenumException;
import java.util.List;
import java.util.Map;

/** The refusal of a node that is about to stop: {@code node-draining}, with where to go instead. */
final class NodeDraining extends PlenumException {
  static final String CODE = "node-draining";
  private static final long serialVersionUID = 1L;

  private final transient List<String> urls;

  /** @param urls of other nodes, the one to try first first; empty if there is none */
  NodeDraining(List<String> urls) {
    super(CODE, "this server is about to stop; connect to another");
    this.urls = urls;
  }

  List<String> urls() {
    return urls;
  }

  /** What the notification carries. */
  Map<String, Object> data() {
    return Map.of("urls", urls);
  }
}
