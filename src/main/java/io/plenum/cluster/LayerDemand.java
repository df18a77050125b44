package io.plenum.cluster;

import io.plenum.cluster.message.Layers;

/**
 * What one router here wants of one producer: up at once, down after a while, so that a consumer which comes and goes
 * does not make the origin start and stop.
 */
final class LayerDemand {
  private Layers current;
  private Layers target;
  private long dueNs = Long.MAX_VALUE;

  /** Null when the producer need not be here at all. */
  Layers current() {
    return current;
  }

  /** @param wanted the highest of all consumers, or null when there is none */
  void onWanted(Layers wanted, long nowNs) {
    boolean wasFlowing = flows(target);
    target = wanted;
    if (current == null || (wanted != null && wanted.covers(current))) {
      current = wanted;
      dueNs = Long.MAX_VALUE;
      return;
    }
    if (wanted != null) {
      current = current.max(wanted);
    }
    if (dueNs == Long.MAX_VALUE || wasFlowing != flows(wanted)) {
      dueNs = nowNs + (flows(wanted) ? ClusterTimings.LAYERS_DOWN_NS : ClusterTimings.LINGER_NS);
    }
  }

  long nextDeadlineNs() {
    return dueNs;
  }

  void onTimeout(long nowNs) {
    if (dueNs <= nowNs) {
      current = target;
      dueNs = Long.MAX_VALUE;
    }
  }

  private static boolean flows(Layers layers) {
    return layers != null && layers.flow();
  }
}
