package io.plenum.media.router;

import io.plenum.media.parameters.ScalabilityMode;

/** The highest layers that one consumer's endpoint wants, and which of them its producer sends now. */
final class PreferredLayers {
  private final Producer producer;
  private final boolean simulcast;
  private final int spatialLayers;
  private final int temporalLayers;
  private int preferredSpatialLayer;
  private int preferredTemporalLayer;

  /** @param offered to the endpoint */
  PreferredLayers(Producer producer, ScalabilityMode offered) {
    this.producer = producer;
    this.simulcast = producer.streams().size() > 1;
    this.spatialLayers = simulcast ? producer.streams().size() : offered.spatialLayers();
    this.temporalLayers = offered.temporalLayers();
    prefer(spatialLayers - 1, temporalLayers - 1);
  }

  /** More than there are means the highest; a temporal layer below 0 too. */
  void prefer(int spatialLayer, int temporalLayer) {
    preferredSpatialLayer = Math.max(0, Math.min(spatialLayer, spatialLayers - 1));
    preferredTemporalLayer = temporalLayer < 0 ? temporalLayers - 1 : Math.min(temporalLayer, temporalLayers - 1);
  }

  int spatialLayer() {
    return preferredSpatialLayer;
  }

  int temporalLayer() {
    return preferredTemporalLayer;
  }

  /** As many as the producer has, preferred or not. */
  int temporalLayers() {
    return temporalLayers;
  }

  /** Up to {@code layer}; where that is the highest announced one, those that were not announced come with it. */
  int temporalTarget(int layer) {
    return layer >= temporalLayers - 1 ? Integer.MAX_VALUE : layer;
  }

  /**
   * The highest spatial layer that may be given now: the preferred one; but if of simulcast streams only higher ones arrive,
   * the lowest of those, for a picture that is too large is better than none.
   */
  int ceiling() {
    return simulcast ? producer.lowestArriving(preferredSpatialLayer) : preferredSpatialLayer;
  }

  /**
   * The highest spatial layer up to {@link #ceiling} and {@code limit} that can be had: of simulcast streams one that arrives,
   * or the lowest if none does yet.
   */
  int highestAvailable(int limit) {
    int highest = Math.min(ceiling(), limit);
    if (!simulcast) {
      return highest;
    }
    for (int layer = highest; layer > 0; layer--) {
      if (producer.streams().get(layer).active()) {
        return layer;
      }
    }
    return 0;
  }
}
