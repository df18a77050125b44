package io.plenum.media.transport;

import io.plenum.media.congestion.BitrateAllocator;
import io.plenum.media.congestion.BitrateAllocator.Demand;
import io.plenum.media.router.Consumer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Shares what a path carries among the video consumers of a transport. Audio is not counted: it is small. */
final class LayerAllocation {
  private final Collection<Consumer> consumers;
  private final ClimbMargin margin = new ClimbMargin();
  /** Of the allocation in hand; kept, since it happens for each transport every second. */
  private final List<Consumer> takers = new ArrayList<>();
  private final List<Demand> desired = new ArrayList<>();
  private final List<Demand> allowed = new ArrayList<>();
  private long desiredBps;
  private boolean refused;
  private int formerTakers;

  LayerAllocation(Collection<Consumer> consumers) {
    this.consumers = consumers;
  }

  /** Gives each consumer its layer. */
  void allocate(long availableBps, long nowNs) {
    clear();
    for (Consumer consumer : consumers) {
      if (consumer.takesBitrate()) {
        takers.add(consumer);
      }
    }
    if (takers.size() < formerTakers) {
      takers.forEach(Consumer::mayClimb);
    }
    formerTakers = takers.size();
    for (Consumer consumer : takers) {
      Demand demand = consumer.desiredLayers(nowNs);
      desired.add(demand);
      allowed.add(consumer.allowedLayers(demand, margin.percent(nowNs), nowNs));
    }
    desiredBps = BitrateAllocator.desiredBps(desired);
    int[] layers = BitrateAllocator.allocate(allowed, availableBps);
    refused = false;
    boolean climbed = false;
    boolean fell = false;
    for (int i = 0; i < layers.length; i++) {
      refused |= isAbove(desired.get(i).layerBitratesBps(), layers[i]);
      int direction = takers.get(i).allocateLayer(layers[i], desired.get(i), nowNs);
      climbed |= direction > 0;
      fell |= direction < 0;
    }
    if (fell) {
      margin.onFall(availableBps, nowNs);
    }
    if (climbed) {
      margin.onClimb(availableBps, nowNs);
    }
    clear();
  }

  private void clear() {
    takers.clear();
    desired.clear();
    allowed.clear();
  }

  private static boolean isAbove(long[] layerBitratesBps, int layer) {
    for (int above = layer + 1; above < layerBitratesBps.length; above++) {
      if (layerBitratesBps[above] > 0) {
        return true;
      }
    }
    return false;
  }

  /** False if there was nobody to share among. */
  boolean hasTakers() {
    return formerTakers > 0;
  }

  /** Whether a consumer got less than it would have taken, when the path was shared last. */
  boolean hasRefused() {
    return refused;
  }

  /** What the consumers would have taken of a path that carries all, when it was shared last. */
  long desiredBps() {
    return desiredBps;
  }
}
