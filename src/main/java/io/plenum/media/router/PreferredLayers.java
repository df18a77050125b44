package io.plenum.media.router;

/** Which layers of a producer one consumer shall get: what the endpoint prefers, as far as the producer sends it. */
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

  /** Of simulcast streams the highest that is preferred and arrives; the lowest if none does yet. */
  int targetSpatialLayer() {
    if (!simulcast) {
      return preferredSpatialLayer;
    }
    for (int layer = preferredSpatialLayer; layer > 0; layer--) {
      if (producer.streams().get(layer).active()) {
        return layer;
      }
    }
    return 0;
  }

  int targetTemporalLayer() {
    return preferredTemporalLayer;
  }
}
