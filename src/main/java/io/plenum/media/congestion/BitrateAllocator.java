package io.plenum.media.congestion;

import java.util.Arrays;
import java.util.List;

/**
 * Shares a bitrate among consumers by their priority, as mediasoup does: first each gets its lowest layer, those of
 * higher priority first; then, round after round, a consumer of priority <i>p</i> may climb up to <i>p</i> layers.
 */
public final class BitrateAllocator {
  /** No layer at all: there is not even room for the lowest. */
  public static final int NO_LAYER = -1;

  /**
   * What one consumer could take.
   *
   * @param priority 1…255
   * @param layerBitratesBps from the lowest layer to the highest, each with all that it needs below it; 0 for a layer
   *     that is not there now
   * @param maxLayer index of the highest layer that is wanted; {@link #NO_LAYER} if the consumer wants none (paused)
   * @param fixed its lowest layer is sent whether it fits or not: others get what that leaves
   */
  public record Demand(int priority, long[] layerBitratesBps, int maxLayer, boolean fixed) {
    public Demand(int priority, long[] layerBitratesBps, int maxLayer) {
      this(priority, layerBitratesBps, maxLayer, false);
    }

    /** Of a consumer that cannot be given less than all. */
    public static Demand ofFixed(int priority, long bitrateBps) {
      return new Demand(priority, new long[] {bitrateBps}, 0, true);
    }
  }

  private BitrateAllocator() {}

  /**
   * @return for each demand the index of its layer, or {@link #NO_LAYER}; together they need at most
   *     {@code availableBps}, fixed ones aside
   */
  public static int[] allocate(List<Demand> demands, long availableBps) {
    int[] layers = new int[demands.size()];
    Arrays.fill(layers, NO_LAYER);
    // Stable: of equal priority, the one that came first.
    Integer[] order = new Integer[demands.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Integer.compare(demands.get(b).priority(), demands.get(a).priority()));

    long leftBps = availableBps;
    boolean lowestOnly = true;
    boolean climbed = true;
    while (climbed || lowestOnly) {
      climbed = false;
      for (int index : order) {
        Demand demand = demands.get(index);
        int steps = lowestOnly ? 1 : Math.max(1, demand.priority());
        for (int step = 0; step < steps; step++) {
          int next = nextLayer(demand, layers[index]);
          long moreBps = next == NO_LAYER ? 0 : demand.layerBitratesBps()[next] - costBps(demand, layers[index]);
          boolean given = moreBps <= leftBps || demand.fixed() && layers[index] == NO_LAYER;
          if (next == NO_LAYER || !given) {
            break;
          }
          layers[index] = next;
          leftBps = Math.max(0, leftBps - moreBps);
          climbed = true;
        }
      }
      lowestOnly = false;
    }
    return layers;
  }

  /** What all demands together would take: the bitrate that is worth probing for. */
  public static long desiredBps(List<Demand> demands) {
    long sum = 0;
    for (Demand demand : demands) {
      int layer = NO_LAYER;
      for (int next = nextLayer(demand, layer); next != NO_LAYER; next = nextLayer(demand, layer)) {
        layer = next;
      }
      sum += costBps(demand, layer);
    }
    return sum;
  }

  private static long costBps(Demand demand, int layer) {
    return layer == NO_LAYER ? 0 : demand.layerBitratesBps()[layer];
  }

  /** The next layer that is there now. */
  private static int nextLayer(Demand demand, int layer) {
    int end = Math.min(demand.maxLayer(), demand.layerBitratesBps().length - 1);
    for (int next = layer + 1; next <= end; next++) {
      if (demand.layerBitratesBps()[next] > 0) {
        return next;
      }
    }
    return NO_LAYER;
  }
}
