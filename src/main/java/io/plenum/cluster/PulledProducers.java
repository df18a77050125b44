package io.plenum.cluster;

import io.plenum.cluster.PulledProducer.State;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.SignalMessage.Consume;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What this node wants over one pipe, and how far each of it has come. */
final class PulledProducers {
  private final Pipe pipe;
  private final RoomEnvironment environment;
  private final Map<String, PulledProducer> producers = new LinkedHashMap<>();
  private long scoresGeneration;

  PulledProducers(Pipe pipe, RoomEnvironment environment) {
    this.pipe = pipe;
    this.environment = environment;
  }

  boolean isEmpty() {
    return producers.isEmpty();
  }

  boolean isLive(String producerId) {
    PulledProducer producer = producers.get(producerId);
    return producer != null && producer.state == State.LIVE;
  }

  Map<String, PulledProducer> all() {
    return producers;
  }

  Map<String, Layers> layers() {
    Map<String, Layers> layers = new HashMap<>();
    producers.forEach((id, producer) -> layers.put(id, producer.layers));
    return layers;
  }

  /** What the plan says; sends the difference to what is. */
  void apply(Map<ProducerRow, Layers> wanted, long nowNs) {
    Map<String, ProducerRow> rows = new HashMap<>();
    wanted.keySet().forEach(row -> rows.put(row.producerId(), row));
    boolean changed = false;
    for (String producerId : List.copyOf(producers.keySet())) {
      if (!rows.containsKey(producerId)) {
        unmake(producers.remove(producerId));
        changed = true;
      }
    }
    for (Map.Entry<ProducerRow, Layers> entry : wanted.entrySet()) {
      ProducerRow row = entry.getKey();
      PulledProducer producer = producers.get(row.producerId());
      if (producer == null) {
        producer = new PulledProducer(row, entry.getValue());
        producers.put(row.producerId(), producer);
        if (pipe.connected()) {
          ask(producer, nowNs, nowNs + ClusterTimings.SIGNAL_DEADLINE_NS);
        }
        continue;
      }
      producer.row = row;
      mirrorPause(producer);
      if (!producer.layers.equals(entry.getValue())) {
        producer.layers = entry.getValue();
        changed = true;
      }
    }
    if (changed) {
      pipe.sendWant(nowNs);
    }
  }

  void onConnected(long nowNs) {
    for (PulledProducer producer : producers.values()) {
      ask(producer, nowNs, nowNs + ClusterTimings.SIGNAL_DEADLINE_NS);
    }
  }

  private void ask(PulledProducer producer, long nowNs, long deadlineNs) {
    producer.become(State.ASKED, nowNs + ClusterTimings.SIGNAL_RETRY_NS, deadlineNs);
    environment.bus().send(pipe.remote.serverId(), new Consume(Protocol.VERSION, environment.self(), environment.room(),
        pipe.pair, pipe.endId, pipe.remoteEndId(), pipe.nextSequence(), producer.row.producerId(), producer.layers));
  }

  void onConsumed(String producerId, PipeConsumerParameters parameters, long nowNs) {
    PulledProducer producer = producers.get(producerId);
    if (producer == null || producer.state != State.ASKED) {
      return;
    }
    producer.become(State.PRODUCING, Long.MAX_VALUE, nowNs + ClusterTimings.MEDIA_DEADLINE_NS);
    producer.parameters = parameters;
    producer.sequence = pipe.sequence();
    producer.paused = producer.row.paused();
    environment.media().produce(pipe.endId, producer.row, parameters);
  }

  void onRefused(String producerId, long nowNs) {
    PulledProducer producer = producers.get(producerId);
    if (producer != null && producer.state == State.ASKED) {
      fail(producer, nowNs);
    }
  }

  /** What the other side has for us: if it is not what we have from it, ours gets nothing any more. */
  void onHave(Map<String, String> consumerIds, long sequence, long nowNs) {
    for (PulledProducer producer : producers.values()) {
      if (producer.made() && sequence > producer.sequence
          && !producer.parameters.consumerId().equals(consumerIds.get(producer.row.producerId()))) {
        unmake(producer);
        ask(producer, nowNs, nowNs + ClusterTimings.SIGNAL_DEADLINE_NS);
      }
    }
  }

  void onProduced(String consumerId) {
    for (PulledProducer producer : producers.values()) {
      if (producer.state == State.PRODUCING && producer.parameters.consumerId().equals(consumerId)) {
        producer.become(State.LIVE, Long.MAX_VALUE, Long.MAX_VALUE);
        mirrorPause(producer);
        mirrorScores(producer);
        environment.listener().onProducerReady(pipe.localRouterId, producer.row.producerId());
      }
    }
  }

  void onProduceFailed(String consumerId, long nowNs) {
    for (PulledProducer producer : producers.values()) {
      if (producer.made() && producer.parameters.consumerId().equals(consumerId)) {
        unmake(producer);
        fail(producer, nowNs);
      }
    }
  }

  private void fail(PulledProducer producer, long nowNs) {
    producer.failures++;
    producer.become(State.BACKING_OFF, nowNs + ClusterTimings.backOffNs(producer.failures), Long.MAX_VALUE);
  }

  private void mirrorPause(PulledProducer producer) {
    if (producer.state == State.LIVE && producer.paused != producer.row.paused()) {
      producer.paused = producer.row.paused();
      environment.media().setProducerPaused(
          pipe.endId, producer.parameters.consumerId(), producer.row.producerId(), producer.paused);
    }
  }

  /** How well they arrive at the other side: the newest that it has said, whatever comes late. */
  void onScores(Map<String, List<Integer>> scoresByProducerId, long generation) {
    if (generation <= scoresGeneration) {
      return;
    }
    scoresGeneration = generation;
    scoresByProducerId.forEach((producerId, scores) -> {
      PulledProducer producer = producers.get(producerId);
      if (producer != null && scores != null && scores.stream().noneMatch(Objects::isNull)) {
        producer.scores = scores;
        mirrorScores(producer);
      }
    });
  }

  private void mirrorScores(PulledProducer producer) {
    if (producer.state == State.LIVE && producer.scores != null && !producer.scores.equals(producer.scoresTold)) {
      producer.scoresTold = producer.scores;
      environment.media().setProducerScores(
          pipe.endId, producer.parameters.consumerId(), producer.row.producerId(), producer.scores);
    }
  }

  /** Closes the producer on our router if there is, or is about to be, one. */
  private void unmake(PulledProducer producer) {
    if (!producer.made()) {
      return;
    }
    boolean wasLive = producer.state == State.LIVE;
    String consumerId = producer.parameters.consumerId();
    producer.become(State.WAITING, Long.MAX_VALUE, Long.MAX_VALUE);
    environment.media().closeProducer(pipe.endId, consumerId, producer.row.producerId());
    if (wasLive) {
      environment.listener().onProducerGone(pipe.localRouterId, producer.row.producerId());
    }
  }

  /** The pipe has taken them with it. */
  void onPipeClosed() {
    List<PulledProducer> all = List.copyOf(producers.values());
    producers.clear();
    for (PulledProducer producer : all) {
      if (producer.state == State.LIVE) {
        environment.listener().onProducerGone(pipe.localRouterId, producer.row.producerId());
      }
    }
  }

  long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (PulledProducer producer : producers.values()) {
      next = Math.min(next, producer.nextDeadlineNs());
    }
    return next;
  }

  void onTimeout(long nowNs) {
    for (PulledProducer producer : producers.values()) {
      if (producer.deadlineNs <= nowNs) {
        unmake(producer);
        fail(producer, nowNs);
      } else if (producer.retryNs <= nowNs) {
        ask(producer, nowNs, producer.state == State.ASKED
            ? producer.deadlineNs : nowNs + ClusterTimings.SIGNAL_DEADLINE_NS);
      }
    }
  }
}
