package io.plenum.media.router;

import io.plenum.media.stream.LayerRates;

/** What each layer of a producer costs a consumer now: all that is sent to one who gets that layer. */
final class LayerBitrates {
  /** With less a rate is a guess, and the key frame at the beginning most of it. */
  private static final long MIN_WINDOW_NS = 500_000_000L;

  private final Producer producer;
  private final boolean simulcast;
  private final int announcedTemporalLayers;

  LayerBitrates(Producer producer) {
    this.producer = producer;
    this.simulcast = producer.streams().size() > 1;
    this.announcedTemporalLayers = producer.streams().get(0).plan().temporalLayers();
  }

  /**
   * In bit/s, from the lowest layer to the highest: the temporal layers up to {@code temporalLayer} of spatial layer 0,
   * then of the next; 0 for what is not sent now.
   */
  long[] upTo(int spatialLayer, int temporalLayer, long nowNs) {
    long[] bps = new long[(spatialLayer + 1) * (temporalLayer + 1)];
    for (int spatial = 0; spatial <= spatialLayer; spatial++) {
      for (int temporal = 0; temporal <= temporalLayer; temporal++) {
        bps[spatial * (temporalLayer + 1) + temporal] = bitsPerSecond(spatial, sentWith(temporal), nowNs);
      }
    }
    return bps;
  }

  /** Those that were not announced go out with the highest that was. */
  private int sentWith(int temporalLayer) {
    return temporalLayer < announcedTemporalLayers - 1 ? temporalLayer : LayerRates.MAX_TEMPORAL_LAYERS - 1;
  }

  private long bitsPerSecond(int spatialLayer, int temporalLayer, long nowNs) {
    ProducerStream stream = stream(spatialLayer);
    if (!stream.active()) {
      return 0;
    }
    LayerRates rates = stream.layerRates();
    long measured;
    if (simulcast) {
      measured = rates.cumulativeBitsPerSecond(LayerRates.MAX_SPATIAL_LAYERS, temporalLayer, nowNs);
    } else {
      long own = ofSpatialLayer(rates, spatialLayer, temporalLayer, nowNs);
      if (spatialLayer > 0 && own == 0) {
        return 0;
      }
      // K-SVC: between key frames nothing of the lower layers is sent along.
      measured = stream.plan().keyFrameDependent()
          ? own : rates.cumulativeBitsPerSecond(spatialLayer, temporalLayer, nowNs);
    }
    long windowNs = Math.max(MIN_WINDOW_NS, Math.min(LayerRates.WINDOW_NS, stream.activeForNs(nowNs)));
    return Math.max(1, measured * (LayerRates.WINDOW_NS / 1_000_000) / (windowNs / 1_000_000));
  }

  private static long ofSpatialLayer(LayerRates rates, int spatialLayer, int temporalLayer, long nowNs) {
    long sum = 0;
    for (int temporal = 0; temporal <= temporalLayer; temporal++) {
      sum += rates.bitsPerSecond(spatialLayer, temporal, nowNs);
    }
    return sum;
  }

  /** How long the layer's stream has been coming. */
  long activeForNs(int spatialLayer, long nowNs) {
    return stream(spatialLayer).activeForNs(nowNs);
  }

  private ProducerStream stream(int spatialLayer) {
    return producer.streams().get(simulcast ? spatialLayer : 0);
  }
}
