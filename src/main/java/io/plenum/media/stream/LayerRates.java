package io.plenum.media.stream;

import io.plenum.protocol.rtp.codec.PayloadInfo;
import java.util.Map;
import java.util.TreeMap;

/** The bitrate of each spatial and temporal layer that one stream has shown. */
public final class LayerRates {
  /** No codec of ours has more spatial layers in use; higher ids are counted with the highest. */
  public static final int MAX_SPATIAL_LAYERS = 4;
  /** As above: browsers send at most three, AV1 and VP9 allow eight. */
  public static final int MAX_TEMPORAL_LAYERS = 4;

  /** Longer than for a whole stream: a low temporal layer has few packets. */
  public static final long WINDOW_NS = 2_500_000_000L;
  private static final int SLOTS = 25;

  private final RateCounter[] layers = new RateCounter[MAX_SPATIAL_LAYERS * MAX_TEMPORAL_LAYERS];

  public void add(PayloadInfo payload, int length, long nowNs) {
    int index = index(payload.spatialLayer, payload.temporalLayer);
    RateCounter layer = layers[index];
    if (layer == null) {
      // Once per layer and stream, and there are only so many layers.
      layer = new RateCounter(WINDOW_NS, SLOTS);
      layers[index] = layer;
    }
    layer.add(length, nowNs);
  }

  /** Of that layer alone, without those below it. */
  public long bitsPerSecond(int spatialLayer, int temporalLayer, long nowNs) {
    RateCounter layer = layers[index(spatialLayer, temporalLayer)];
    return layer == null ? 0 : layer.bitsPerSecond(nowNs);
  }

  /** What a consumer of these layers receives: the layer and all below it. */
  public long cumulativeBitsPerSecond(int spatialLayer, int temporalLayer, long nowNs) {
    long sum = 0;
    for (int spatial = 0; spatial <= Math.min(spatialLayer, MAX_SPATIAL_LAYERS - 1); spatial++) {
      for (int temporal = 0; temporal <= Math.min(temporalLayer, MAX_TEMPORAL_LAYERS - 1); temporal++) {
        sum += bitsPerSecond(spatial, temporal, nowNs);
      }
    }
    return sum;
  }

  /** Key "spatial.temporal", as mediasoup's stats have it; only layers that were seen. */
  public Map<String, Long> byLayer(long nowNs) {
    Map<String, Long> rates = new TreeMap<>();
    for (int index = 0; index < layers.length; index++) {
      if (layers[index] != null) {
        rates.put(index / MAX_TEMPORAL_LAYERS + "." + index % MAX_TEMPORAL_LAYERS, layers[index].bitsPerSecond(nowNs));
      }
    }
    return rates;
  }

  private static int index(int spatialLayer, int temporalLayer) {
    return Math.min(spatialLayer, MAX_SPATIAL_LAYERS - 1) * MAX_TEMPORAL_LAYERS
        + Math.min(temporalLayer, MAX_TEMPORAL_LAYERS - 1);
  }
}
