package io.plenum.server.room;

import io.plenum.cluster.message.Layers;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.Router;
import io.plenum.server.config.PlenumConfig.Limits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Makes data consumers, each on a stream of its own that its client is told. Paused until the client has opened its end of the
 * channel: a browser throws away what comes on a stream that it does not know yet.
 */
final class DataConsumers implements ConsumerMaker {
  private final Limits limits;

  DataConsumers(Limits limits) {
    this.limits = limits;
  }

  @Override
  public String noun() {
    return "data consumer";
  }

  @Override
  public String offer() {
    return "newDataConsumer";
  }

  /** Three: a browser refuses a stream id that it has not done with, and each offer names another one. */
  @Override
  public int offers() {
    return 3;
  }

  @Override
  public int limit() {
    return limits.dataConsumersPerPeer();
  }

  @Override
  public Layers demand() {
    return Layers.DATA;
  }

  @Override
  public Map<String, String> of(Peer peer) {
    return peer.dataConsumers;
  }

  @Override
  public String transportId(Peer peer) {
    return peer.dataConsumerTransportId();
  }

  @Override
  public Function<Router, Map<String, Object>> consume(
      Peer peer, String dataConsumerId, String dataProducerId, Map<String, Object> appData) {
    String transportId = transportId(peer);
    return router -> describe(router.transport(transportId).consumeData(new DataConsumerOptions(
        dataConsumerId, dataProducerId, null, null, null, true, Set.of(), appData), System.nanoTime()));
  }

  /** What newDataConsumer carries, in the field names of both vintages. */
  private static Map<String, Object> describe(DataConsumer consumer) {
    Map<String, Object> appData = new LinkedHashMap<>(consumer.appData());
    // What older clients say with the label, newer ones look for here.
    appData.putIfAbsent("channel", consumer.label());
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", consumer.id());
    data.put("dataConsumerId", consumer.id());
    data.put("dataProducerId", consumer.dataProducerId());
    data.put("sctpStreamParameters", consumer.sctpStreamParameters());
    data.put("label", consumer.label());
    data.put("protocol", consumer.protocol());
    data.put("dataProducerPaused", consumer.producerPaused());
    data.put("appData", appData);
    return data;
  }

  @Override
  public void resume(Router router, String dataConsumerId, long nowNs) {
    router.dataConsumer(dataConsumerId).resume();
  }

  @Override
  public void close(Router router, String dataConsumerId, long nowNs) {
    router.dataConsumer(dataConsumerId).close(nowNs);
  }
}
