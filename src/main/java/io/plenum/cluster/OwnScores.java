package io.plenum.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How well the producers of this node's clients arrive, as the routers said last: one number for each encoding. No row has it,
 * since it changes with the weather; it goes to those nodes alone that consume the producer.
 */
final class OwnScores {
  private final Map<String, List<Integer>> byProducerId = new HashMap<>();

  /** @return whether that is news */
  boolean put(String producerId, List<Integer> scores) {
    return !scores.equals(byProducerId.put(producerId, List.copyOf(scores)));
  }

  /** Null if nothing was said yet. */
  List<Integer> get(String producerId) {
    return byProducerId.get(producerId);
  }

  void remove(String producerId) {
    byProducerId.remove(producerId);
  }

  void clear() {
    byProducerId.clear();
  }

  int size() {
    return byProducerId.size();
  }
}
