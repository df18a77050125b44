package io.plenum.media.router;

import io.plenum.media.congestion.BitrateAllocator;
import io.plenum.media.congestion.BitrateAllocator.Demand;

/**
 * The layers that the path leaves to one consumer: says what they would cost, takes what is allocated, and keeps that
 * from going up and down. Layers are counted in one row, all temporal layers of a spatial layer before those of the
 * next; with no allocation, the consumer has all it prefers.
 */
final class AllocatedLayers {
  /** As mediasoup: the path has just shown that it does not carry more; a try costs a key frame, perhaps a freeze. */
  static final long NO_CLIMB_AFTER_FALL_NS = 10_000_000_000L;
  /** Doubled, up to this, while one climb after the other has to be taken back. */
  static final long MAX_NO_CLIMB_NS = 40_000_000_000L;
  /** As mediasoup: a fall before that is the estimate finding its place. */
  static final long SETTLED_NS = 8_000_000_000L;
  /** As mediasoup: encoders that switch a stream on often switch it off again at once. */
  static final long MIN_ACTIVE_NS = 2_000_000_000L;

  private static final int ALL = Integer.MAX_VALUE;

  private final Producer producer;
  private final PreferredLayers preferred;
  private final LayerBitrates bitrates;
  private int spatialLayer = ALL;
  private int temporalLayer = ALL;
  private long flowingSinceNs;
  private long noClimbBeforeNs = Long.MIN_VALUE;
  private long noClimbNs = NO_CLIMB_AFTER_FALL_NS;
  private long climbedNs;

  AllocatedLayers(Producer producer, PreferredLayers preferred) {
    this.producer = producer;
    this.preferred = preferred;
    this.bitrates = new LayerBitrates(producer);
  }

  /** Media begins to flow. */
  void onBegin(long nowNs) {
    flowingSinceNs = nowNs;
  }

  /** The path has become emptier: what was too much may fit now. */
  void mayClimb() {
    noClimbBeforeNs = Long.MIN_VALUE;
  }

  /** What the endpoint prefers and the producer sends, at its present bitrates. */
  Demand desired(int priority, long nowNs) {
    long[] bps = bitrates.upTo(preferred.ceiling(), preferred.temporalLayer(), nowNs);
    return new Demand(priority, bps, bps.length - 1);
  }

  /**
   * What of {@code desired} may be allocated now.
   *
   * @param marginPercent of a layer's bitrate, to be added to those above the current one
   */
  Demand allowed(Demand desired, int marginPercent, long nowNs) {
    long[] bps = desired.layerBitratesBps().clone();
    int temporalLayers = preferred.temporalLayer() + 1;
    boolean hasLower = false;
    int lowestSent = 0;
    while (lowestSent < bps.length - 1 && bps[lowestSent] == 0) {
      lowestSent++;
    }
    for (int i = 0; i < bps.length; i++) {
      int spatial = i / temporalLayers;
      boolean higherSpatial = spatialLayer == ALL || spatial > spatialLayer;
      boolean tooNew = higherSpatial && bitrates.activeForNs(spatial, nowNs) < MIN_ACTIVE_NS;
      if (hasLower && (tooNew || i % temporalLayers < leastTemporalLayer())) {
        bps[i] = 0;
      } else if (higherSpatial || spatial == spatialLayer && i % temporalLayers > temporalLayer) {
        bps[i] += bps[i] * marginPercent / 100;
      }
      hasLower |= i % temporalLayers == temporalLayers - 1 && bps[i] > 0;
    }
    int maxLayer = bps.length - 1;
    if (nowNs < noClimbBeforeNs) {
      maxLayer = Math.min(maxLayer, (Math.max(lowestSent / temporalLayers, spatialLayer) + 1) * temporalLayers - 1);
    }
    return new Demand(desired.priority(), bps, maxLayer);
  }

  /**
   * Takes a layer.
   *
   * @param layer index in the row of {@code desired}, or {@link BitrateAllocator#NO_LAYER}
   * @return 1 for a climb, -1 for a fall from a layer that could have been kept, else 0
   */
  int allocate(int layer, Demand desired, long nowNs) {
    int temporalLayers = preferred.temporalLayer() + 1;
    int spatial = layer == BitrateAllocator.NO_LAYER ? -1 : layer / temporalLayers;
    int temporal = layer == BitrateAllocator.NO_LAYER ? -1 : layer % temporalLayers;
    if (layer == BitrateAllocator.NO_LAYER && isEmpty(desired)) {
      // Nothing is refused: nothing comes yet. The first packet shall find us ready.
      spatial = 0;
      temporal = preferred.temporalLayer();
    }
    boolean couldStay = spatialLayer >= 0 && spatialLayer < desired.layerBitratesBps().length / temporalLayers
        && desired.layerBitratesBps()[spatialLayer * temporalLayers] > 0;
    boolean falls = spatial < spatialLayer || spatial == spatialLayer && temporal < temporalLayer;
    boolean climbs = spatial > spatialLayer || spatial == spatialLayer && temporal > temporalLayer;
    if (spatial < spatialLayer && couldStay && nowNs - flowingSinceNs >= SETTLED_NS) {
      boolean failed = nowNs - climbedNs < NO_CLIMB_AFTER_FALL_NS;
      noClimbNs = failed ? Math.min(MAX_NO_CLIMB_NS, 2 * noClimbNs) : NO_CLIMB_AFTER_FALL_NS;
      noClimbBeforeNs = nowNs + noClimbNs;
    } else if (spatial > spatialLayer) {
      climbedNs = nowNs;
    }
    spatialLayer = spatial;
    temporalLayer = temporal;
    return climbs ? 1 : falls && couldStay ? -1 : 0;
  }

  /** Of a higher spatial layer at least half the pictures: a larger picture that stutters is no gain. */
  private int leastTemporalLayer() {
    return Math.min(preferred.temporalLayer(), Math.max(0, preferred.temporalLayers() - 2));
  }

  private static boolean isEmpty(Demand demand) {
    for (long bps : demand.layerBitratesBps()) {
      if (bps > 0) {
        return false;
      }
    }
    return true;
  }

  /** -1 if there is no room for any. */
  int targetSpatialLayer() {
    return spatialLayer < 0 ? -1 : preferred.highestAvailable(spatialLayer);
  }

  /** Above all layers if none is to be left out. */
  int targetTemporalLayer() {
    return preferred.temporalTarget(targetSpatialLayer() == spatialLayer
        ? Math.min(temporalLayer, preferred.temporalLayer()) : preferred.temporalLayer());
  }
}
