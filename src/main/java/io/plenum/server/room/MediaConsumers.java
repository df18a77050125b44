package io.plenum.server.room;

import io.plenum.cluster.message.Layers;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.Router;
import io.plenum.server.config.PlenumConfig.Limits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Makes consumers of sound and picture. */
final class MediaConsumers implements ConsumerMaker {
  /** Whatever there is. */
  static final Layers HIGHEST = new Layers(7, 7);

  private final Limits limits;

  MediaConsumers(Limits limits) {
    this.limits = limits;
  }

  @Override
  public String noun() {
    return "consumer";
  }

  @Override
  public String offer() {
    return "newConsumer";
  }

  @Override
  public int limit() {
    return limits.consumersPerPeer();
  }

  @Override
  public Layers demand() {
    return HIGHEST;
  }

  @Override
  public Map<String, String> of(Peer peer) {
    return peer.consumers;
  }

  @Override
  public String transportId(Peer peer) {
    return peer.rtpCapabilities() == null ? null : peer.consumerTransportId();
  }

  @Override
  public Function<Router, Map<String, Object>> consume(
      Peer peer, String consumerId, String producerId, Map<String, Object> appData) {
    String transportId = transportId(peer);
    RtpCapabilities capabilities = peer.rtpCapabilities();
    return router -> describe(router.transport(transportId).consume(
        ConsumerOptions.paused(consumerId, producerId, capabilities, appData), System.nanoTime()));
  }

  /** What newConsumer carries, in the field names of both vintages. */
  private static Map<String, Object> describe(Consumer consumer) {
    Map<String, Object> appData = new LinkedHashMap<>(consumer.appData());
    appData.put(MediaSource.KEY, MediaSource.of(consumer.kind(), appData));
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", consumer.id());
    data.put("consumerId", consumer.id());
    data.put("producerId", consumer.producerId());
    data.put("kind", consumer.kind());
    data.put("rtpParameters", consumer.rtpParameters());
    data.put("type", consumer.type());
    data.put("producerPaused", consumer.producerPaused());
    data.put("consumerScore", consumer.score());
    data.put("appData", appData);
    return data;
  }

  @Override
  public void resume(Router router, String consumerId, long nowNs) {
    router.consumer(consumerId).resume(nowNs);
  }

  /** Older clients learn the first score here, not from {@code newConsumer}. */
  @Override
  public void onResumed(Peer peer, String consumerId) {
    if (peer.vintage() == Peer.Vintage.A) {
      peer.router().call(router -> router.consumer(consumerId).score()).onSuccess(score ->
          peer.channel().notify("consumerScore", Map.of("consumerId", consumerId, "score", score)));
    }
  }

  @Override
  public void close(Router router, String consumerId, long nowNs) {
    router.consumer(consumerId).close(nowNs);
  }
}
