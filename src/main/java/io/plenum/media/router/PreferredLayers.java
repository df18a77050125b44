package io.plenum.media.router;

/** The highest layers that one consumer's endpoint wants, and which of them its producer sends now. */
final class PreferredLayers {
  private final Producer producer;
  private final boolean simulcast;
  private final int spatialLayers;
  private final int temporalLayers;
  private int preferredSpatialLayer;
  private int preferredTemporalLayer;

  PreferredLayers(Producer producer) {
    this.producer = producer;
    StreamPlan first = producer.streams().get(0).plan();
    this.simulcast = producer.streams().size() > 1;
    this.spatialLayers = simulcast ? producer.streams().size() : first.spatialLayers();
    this.temporalLayers = first.temporalLayers();
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

  /**
   * The highest preferred spatial layer up to {@code limit} that can be had: of simulcast streams one that arrives, or
   * the lowest if none does yet.
   */
  int highestAvailable(int limit) {
    int highest = Math.min(preferredSpatialLayer, limit);
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
