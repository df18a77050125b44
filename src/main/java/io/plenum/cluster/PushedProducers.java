package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.SignalMessage.ConsumeRefused;
import io.plenum.cluster.message.SignalMessage.Consumed;
import io.plenum.cluster.message.SignalMessage.Have;
import io.plenum.cluster.message.SignalMessage.Scores;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the other node wants of us over one pipe. It decides; we do what it said last. */
final class PushedProducers {
  private final Pipe pipe;
  private final RoomEnvironment environment;
  private final Map<String, PushedProducer> producers = new LinkedHashMap<>();
  private Map<String, Layers> lastWant = Map.of();
  private long lastWantSequence;
  private int made;
  private long scoresGeneration;
  private long scoresNs = Long.MAX_VALUE;

  PushedProducers(Pipe pipe, RoomEnvironment environment) {
    this.pipe = pipe;
    this.environment = environment;
  }

  boolean isEmpty() {
    return producers.isEmpty();
  }

  Map<String, PushedProducer> all() {
    return producers;
  }

  /** @param exists whether we have that producer: nobody can make this grow beyond what our own clients produce */
  void onConsume(String producerId, Layers layers, long sequence, boolean exists, long nowNs) {
    if (sequence < lastWantSequence && !lastWant.containsKey(producerId)) {
      return;
    }
    PushedProducer producer = producers.get(producerId);
    if (producer == null && !exists) {
      environment.bus().send(pipe.remote.serverId(), new ConsumeRefused(Protocol.VERSION, environment.self(),
          environment.room(), pipe.pair, pipe.endId, pipe.remoteEndId(), producerId, "producer-not-found"));
    } else if (producer == null) {
      made++;
      Layers newest = sequence < lastWantSequence ? lastWant.get(producerId) : layers;
      producer = new PushedProducer(pipe.endId + "/" + made, producerId, newest,
          Math.max(sequence, lastWantSequence), nowNs + ClusterTimings.MEDIA_DEADLINE_NS);
      producers.put(producerId, producer);
      environment.media().consume(pipe.endId, producer.consumerId, producerId, newest);
    } else {
      setLayers(producer, layers, sequence);
      if (producer.parameters != null) {
        answer(producer);
      }
    }
  }

  void onWant(Map<String, Layers> layersByProducerId, long sequence) {
    if (sequence <= lastWantSequence) {
      return;
    }
    lastWantSequence = sequence;
    lastWant = layersByProducerId;
    for (Iterator<PushedProducer> all = producers.values().iterator(); all.hasNext();) {
      PushedProducer producer = all.next();
      Layers layers = layersByProducerId.get(producer.producerId);
      if (layers != null) {
        setLayers(producer, layers, sequence);
      } else if (producer.sequence < sequence) {
        all.remove();
        environment.media().closeConsumer(pipe.endId, producer.consumerId);
      }
    }
    Map<String, String> have = new HashMap<>();
    producers.forEach((id, producer) -> have.put(id, producer.consumerId));
    environment.bus().send(pipe.remote.serverId(), new Have(Protocol.VERSION, environment.self(), environment.room(),
        pipe.pair, pipe.endId, pipe.remoteEndId(), sequence, have));
    sendScores();
  }

  /** One of our producers arrives better or worse. */
  void onScore(String producerId, long nowNs) {
    PushedProducer producer = producers.get(producerId);
    if (producer != null && producer.parameters != null) {
      scoresNs = Math.min(scoresNs, nowNs + ClusterTimings.SCORES_NS);
    }
  }

  /** All at once, so that the newest message alone counts. */
  private void sendScores() {
    scoresNs = Long.MAX_VALUE;
    Map<String, List<Integer>> scores = new HashMap<>();
    for (PushedProducer producer : producers.values()) {
      List<Integer> known = environment.scores().get(producer.producerId);
      if (known != null && producer.parameters != null) {
        scores.put(producer.producerId, known);
      }
    }
    if (!scores.isEmpty()) {
      scoresGeneration++;
      environment.bus().send(pipe.remote.serverId(), new Scores(Protocol.VERSION, environment.self(), environment.room(),
          pipe.pair, pipe.endId, pipe.remoteEndId(), scoresGeneration, scores));
    }
  }

  private void setLayers(PushedProducer producer, Layers layers, long sequence) {
    if (sequence <= producer.sequence) {
      return;
    }
    producer.sequence = sequence;
    if (!producer.layers.equals(layers)) {
      producer.layers = layers;
      environment.media().setLayers(pipe.endId, producer.consumerId, layers);
    }
  }

  void onConsumed(PipeConsumerParameters parameters) {
    for (PushedProducer producer : producers.values()) {
      if (producer.consumerId.equals(parameters.consumerId()) && producer.parameters == null) {
        producer.parameters = parameters;
        answer(producer);
        sendScores();
      }
    }
  }

  private void answer(PushedProducer producer) {
    environment.bus().send(pipe.remote.serverId(), new Consumed(Protocol.VERSION, environment.self(),
        environment.room(), pipe.pair, pipe.endId, pipe.remoteEndId(), producer.producerId, producer.parameters));
  }

  /** Our router could not make it, or it has ended; the other side learns it when it asks again. */
  void onConsumeFailed(String consumerId) {
    producers.values().removeIf(producer -> producer.consumerId.equals(consumerId));
  }

  /** Our own producer is closed: its consumers went with it. */
  void onProducerClosed(String producerId) {
    PushedProducer producer = producers.remove(producerId);
    if (producer != null) {
      environment.media().closeConsumer(pipe.endId, producer.consumerId);
    }
  }

  long nextDeadlineNs() {
    long next = scoresNs;
    for (PushedProducer producer : producers.values()) {
      if (producer.parameters == null) {
        next = Math.min(next, producer.deadlineNs);
      }
    }
    return next;
  }

  void onTimeout(long nowNs) {
    if (scoresNs <= nowNs) {
      sendScores();
    }
    for (Iterator<PushedProducer> all = producers.values().iterator(); all.hasNext();) {
      PushedProducer producer = all.next();
      if (producer.parameters == null && producer.deadlineNs <= nowNs) {
        all.remove();
        environment.media().closeConsumer(pipe.endId, producer.consumerId);
      }
    }
  }
}
