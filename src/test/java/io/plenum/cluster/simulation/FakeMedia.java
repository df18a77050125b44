package io.plenum.cluster.simulation;

import io.plenum.cluster.Media;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RouterPair;
import io.plenum.media.parameters.SctpStreamParameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The routers of one room on one node, as far as pipes see them. Notes what real routers would refuse as a bug of ours.
 */
final class FakeMedia implements Media {
  /** What hears of the outcome; each a while later. */
  interface Answers {
    void later(Runnable event);

    void onPipeCreated(String endId, PipeEnd end);

    void onPipeFailed(String endId);

    void onConsumed(String endId, PipeConsumerParameters parameters);

    void onConsumeFailed(String endId, String consumerId);

    void onProduced(String endId, String consumerId);

    void onProduceFailed(String endId, String consumerId);

    void onFeedOpened(String feedId);

    void onFeedFailed(String feedId);
  }

  record PushedConsumer(String producerId, Layers layers) {}

  /** @param scores of its origin; null while it was told none */
  record PulledProducer(String producerId, boolean paused, List<Integer> scores) {}

  static final class End {
    final String endId;
    final RouterPair pair;
    final String routerId;
    PipeEnd remote;
    final Map<String, PushedConsumer> consumers = new TreeMap<>();
    final Map<String, PulledProducer> producers = new TreeMap<>();

    End(String endId, RouterPair pair, String routerId) {
      this.endId = endId;
      this.pair = pair;
      this.routerId = routerId;
    }
  }

  record Feed(String producerId, String from, String to, Layers layers) {}

  final Map<String, End> ends = new LinkedHashMap<>();
  final Map<String, Feed> feeds = new HashMap<>();
  /** Router id to the ids of all producers on it, however they came there. */
  final Map<String, Set<String>> producersOfRouter = new HashMap<>();
  final List<String> violations = new ArrayList<>();
  private final RandomGenerator random;
  private final Answers answers;
  int pipesCreated;
  double failures;

  FakeMedia(RandomGenerator random, Answers answers) {
    this.random = random;
    this.answers = answers;
  }

  /** By its id: routers know it, and nobody tells them. */
  static boolean isData(String producerId) {
    return producerId.startsWith("d");
  }

  private boolean fails() {
    return failures > 0 && random.nextDouble() < failures;
  }

  void addRouter(String routerId) {
    producersOfRouter.put(routerId, new HashSet<>());
  }

  void addProducer(String routerId, String producerId) {
    producersOfRouter.get(routerId).add(producerId);
  }

  /** The client's own producer closes: with it go its consumers on pipes, and feeds. */
  void removeProducer(String routerId, String producerId) {
    Set<String> producers = producersOfRouter.get(routerId);
    if (producers == null || !producers.remove(producerId)) {
      return;
    }
    for (End end : ends.values()) {
      if (end.routerId.equals(routerId)) {
        end.consumers.values().removeIf(consumer -> consumer.producerId.equals(producerId));
      }
    }
    for (Map.Entry<String, Feed> entry : List.copyOf(feeds.entrySet())) {
      Feed feed = entry.getValue();
      if (feed.from.equals(routerId) && feed.producerId.equals(producerId)) {
        feeds.remove(entry.getKey());
        removeProducer(feed.to, producerId);
      }
    }
  }

  void removeRouter(String routerId) {
    for (String producerId : List.copyOf(producersOfRouter.getOrDefault(routerId, Set.of()))) {
      removeProducer(routerId, producerId);
    }
    producersOfRouter.remove(routerId);
    ends.values().removeIf(end -> end.routerId.equals(routerId));
    feeds.values().removeIf(feed -> feed.from.equals(routerId) || feed.to.equals(routerId));
  }

  @Override
  public void createPipe(String endId, RouterPair pair, String routerId) {
    for (End end : ends.values()) {
      if (end.pair.equals(pair)) {
        violations.add("two ends for " + pair + ": " + end.endId + ", " + endId);
      }
    }
    if (fails() || !producersOfRouter.containsKey(routerId)) {
      answers.later(() -> answers.onPipeFailed(endId));
      return;
    }
    pipesCreated++;
    ends.put(endId, new End(endId, pair, routerId));
    answers.later(() -> answers.onPipeCreated(endId, new PipeEnd(endId, 0, "192.0.2.1", 42_000, null, null)));
  }

  @Override
  public void connectPipe(String endId, PipeEnd remote) {
    End end = ends.get(endId);
    if (end == null) {
      return;
    }
    if (end.remote != null) {
      violations.add("connected twice: " + endId);
    }
    end.remote = remote;
  }

  @Override
  public void closePipe(String endId) {
    End end = ends.remove(endId);
    if (end != null) {
      end.producers.values().forEach(producer -> removeProducer(end.routerId, producer.producerId));
    }
  }

  @Override
  public void consume(String endId, String consumerId, String producerId, Layers layers) {
    End end = ends.get(endId);
    if (end == null || fails() || !producersOfRouter.get(end.routerId).contains(producerId)) {
      answers.later(() -> answers.onConsumeFailed(endId, consumerId));
      return;
    }
    if (end.consumers.values().stream().anyMatch(consumer -> consumer.producerId.equals(producerId))) {
      violations.add("two consumers of " + producerId + " on " + endId);
    }
    end.consumers.put(consumerId, new PushedConsumer(producerId, layers));
    answers.later(() -> answers.onConsumed(endId, isData(producerId)
        ? new PipeConsumerParameters(consumerId, null, new SctpStreamParameters(0, true, null, null), Map.of("label", producerId))
        : new PipeConsumerParameters(consumerId, null, null, null)));
  }

  @Override
  public void setLayers(String endId, String consumerId, Layers layers) {
    End end = ends.get(endId);
    if (end != null) {
      end.consumers.computeIfPresent(consumerId, (id, consumer) -> new PushedConsumer(consumer.producerId, layers));
    }
  }

  @Override
  public void closeConsumer(String endId, String consumerId) {
    End end = ends.get(endId);
    if (end != null) {
      end.consumers.remove(consumerId);
    }
  }

  @Override
  public void produce(String endId, ProducerRow producer, PipeConsumerParameters parameters) {
    End end = ends.get(endId);
    String consumerId = parameters.consumerId();
    boolean data = producer.kind() == ProducerKind.DATA;
    if (data != isData(producer.producerId())
        || data && !producer.producerId().equals(parameters.data().get("label"))) {
      violations.add("not what crosses: " + producer + " " + parameters);
    }
    if (end == null || fails()) {
      answers.later(() -> answers.onProduceFailed(endId, consumerId));
      return;
    }
    if (!producersOfRouter.get(end.routerId).add(producer.producerId())) {
      violations.add("produced twice on " + end.routerId + ": " + producer.producerId());
    }
    end.producers.put(consumerId, new PulledProducer(producer.producerId(), producer.paused(), null));
    answers.later(() -> answers.onProduced(endId, consumerId));
  }

  /** A data channel has ended: at the one end, and sooner or later at the other. */
  void loseProducer(End end, String consumerId) {
    PulledProducer producer = end.producers.remove(consumerId);
    removeProducer(end.routerId, producer.producerId);
  }

  @Override
  public void setProducerPaused(String endId, String consumerId, String producerId, boolean paused) {
    End end = ends.get(endId);
    if (end != null) {
      end.producers.computeIfPresent(consumerId, (id, producer) -> new PulledProducer(producerId, paused, producer.scores));
    }
  }

  @Override
  public void setProducerScores(String endId, String consumerId, String producerId, List<Integer> scores) {
    End end = ends.get(endId);
    if (end != null) {
      end.producers.computeIfPresent(
          consumerId, (id, producer) -> new PulledProducer(producerId, producer.paused, scores));
    }
  }

  @Override
  public void closeProducer(String endId, String consumerId, String producerId) {
    End end = ends.get(endId);
    if (end != null && end.producers.remove(consumerId) != null) {
      removeProducer(end.routerId, producerId);
    }
  }

  @Override
  public void openFeed(String feedId, String producerId, String fromRouterId, String toRouterId, Layers layers) {
    Set<String> from = producersOfRouter.get(fromRouterId);
    Set<String> to = producersOfRouter.get(toRouterId);
    if (from == null || to == null || !from.contains(producerId) || fails()) {
      answers.later(() -> answers.onFeedFailed(feedId));
      return;
    }
    if (!to.add(producerId)) {
      violations.add("fed twice to " + toRouterId + ": " + producerId);
    }
    feeds.put(feedId, new Feed(producerId, fromRouterId, toRouterId, layers));
    answers.later(() -> answers.onFeedOpened(feedId));
  }

  @Override
  public void setFeedLayers(String feedId, Layers layers) {
    feeds.computeIfPresent(feedId, (id, feed) -> new Feed(feed.producerId, feed.from, feed.to, layers));
  }

  @Override
  public void closeFeed(String feedId) {
    Feed feed = feeds.remove(feedId);
    if (feed != null) {
      removeProducer(feed.to, feed.producerId);
    }
  }
}
