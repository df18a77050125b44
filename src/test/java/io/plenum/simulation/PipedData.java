package io.plenum.simulation;

import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataLink;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.PipeDataConsumer;
import io.plenum.media.router.Router;
import io.plenum.media.router.Subchannels;
import io.plenum.media.transport.PipeTransport;
import io.plenum.protocol.sctp.SendResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An application's data producer on one router, brought to another as the coordinators do it, and a listener there. */
final class PipedData implements PipeDataConsumer.Listener {
  private final TwoNodes nodes;
  private final boolean forth;
  final String id;
  final DataProducer producer;
  PipeDataConsumer piped;
  DataProducer mirrored;
  /** What the listener heard, in order. */
  final List<DataMessage> heard = new ArrayList<>();
  final List<String> events = new ArrayList<>();
  /** Of what the next listeners subscribe to. */
  Set<Integer> subchannels = Set.of();
  private int listeners;

  /** @param forth from the near node to the far one */
  PipedData(TwoNodes nodes, boolean forth, String id, SctpStreamParameters promised) {
    this.nodes = nodes;
    this.forth = forth;
    this.id = id;
    Router router = (forth ? nodes.near : nodes.far).node().router();
    producer = new DataProducer(
        new DataProducerOptions(id, promised, "label of " + id, "json", false, Map.of()), router, (p, nowNs) -> { });
    router.add(producer);
  }

  static SctpStreamParameters reliable() {
    return new SctpStreamParameters(0, true, null, null);
  }

  private PipeTransport from() {
    return forth ? nodes.nearEnd : nodes.farEnd;
  }

  private PipeTransport to() {
    return forth ? nodes.farEnd : nodes.nearEnd;
  }

  PipedData pipe() {
    piped = from().consumeDataPiped("c-" + id, id, this, nodes.near.nowNs());
    mirrored = to().produceData(new DataProducerOptions(id, piped.sctpStreamParameters(), producer.label(),
        producer.protocol(), producer.paused(), Map.of()), () -> events.add("far gone"), nodes.near.nowNs());
    return this;
  }

  /** A consumer at the other router that is not over a network. */
  DataConsumer listen() {
    Router router = (forth ? nodes.far : nodes.near).node().router();
    listeners++;
    DataConsumerOptions options = new DataConsumerOptions(
        "listener" + listeners + "-" + id, id, null, null, null, false, subchannels, Map.of());
    DataConsumer consumer = new DataConsumer(options, router.dataProducer(id), null, router, to(), (c, nowNs) -> { },
        new DataLink() {
          @Override
          public SendResult send(DataMessage message, long nowNs) {
            heard.add(message);
            return SendResult.QUEUED;
          }

          @Override
          public long bufferedAmount() {
            return 0;
          }

          @Override
          public void setBufferedAmountLowThreshold(long bytes) {}

          @Override
          public void close(long nowNs) {}
        });
    router.add(consumer);
    return consumer;
  }

  void say(String text) {
    say(text, Subchannels.EVERYBODY);
  }

  void say(String text, Subchannels audience) {
    producer.onMessage(
        new DataMessage(true, text.getBytes(StandardCharsets.UTF_8)), audience, nodes.near.nowNs());
  }

  List<String> texts() {
    return heard.stream().map(message -> new String(message.content(), StandardCharsets.UTF_8)).toList();
  }

  @Override
  public void onProducerPaused(PipeDataConsumer consumer, boolean paused) {
    events.add("paused " + paused);
  }

  @Override
  public void onProducerClosed(PipeDataConsumer consumer) {
    events.add("producer closed");
  }

  @Override
  public void onLinkClosed(PipeDataConsumer consumer) {
    events.add("near gone");
  }
}
