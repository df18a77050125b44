package io.plenum.server.pipe;

import io.plenum.cluster.Media;
import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.PipeEnd.PipeSrtpParameters;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.RouterPair;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.SctpParameters;
import io.plenum.media.parameters.SrtpParameters;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.PipeDataConsumer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.Router;
import io.plenum.media.transport.PipeTransport;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Context;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out on a room's routers what its coordinator decides about pipes. Called on the room's loop; each command goes to
 * its router's loop, and what comes of it returns here.
 */
public final class RouterMedia implements Media {
  /** What became of a feed between two routers of this node. On the room's loop. */
  public interface FeedOutcomes {
    void onFeedOpened(String feedId);

    void onFeedFailed(String feedId, String reason);
  }

  /** What became of the other commands; on a node that is alone there are none. On the room's loop. */
  public interface Outcomes extends FeedOutcomes {
    default void onPipeCreated(PipeEnd end) {}

    default void onPipeFailed(String endId, String reason) {}

    /** The other node is alive, whatever its part of the cluster says. */
    default void onPipeHeard(String endId) {}

    default void onConsumed(String endId, PipeConsumerParameters parameters, String producerId) {}

    default void onConsumeFailed(String endId, String consumerId, String producerId, String reason) {}

    default void onProduced(String endId, String consumerId, String producerId) {}

    default void onProduceFailed(String endId, String consumerId, String producerId, String reason) {}

    /** Our data consumer's channel has ended, by the other side's doing or because nothing reaches it. */
    default void onDataConsumerEnded(String endId, String consumerId, String producerId) {}

    /** The same of what was produced here. */
    default void onDataProducerEnded(String endId, String consumerId, String producerId) {}

    /** What a producer here scores when it begins to cross. */
    default void onCrossingScore(String producerId, List<Integer> scores) {}
  }

  private static final Logger log = LoggerFactory.getLogger(RouterMedia.class);
  private static final PipeConsumer.PipeConsumerListener TOLD_BY_ROWS = new PipeConsumer.PipeConsumerListener() {
    @Override
    public void onProducerPaused(PipeConsumer consumer, boolean paused) {
      // The room says it to all nodes at once.
    }

    @Override
    public void onProducerScore(PipeConsumer consumer, List<Integer> scores) {
      // The same.
    }

    @Override
    public void onProducerClosed(PipeConsumer consumer) {
      // The same.
    }
  };

  private final String room;
  private final Function<String, RouterVerticle> routers;
  private final String ip;
  private final PipeOptions options;
  private final Context context;
  private final Outcomes outcomes;
  /** Generation of the ends that this node made: a later one is greater. */
  private long lastGeneration;
  /** Counted from elsewhere, too. */
  private final Map<String, End> ends = new ConcurrentHashMap<>();
  private final RouterFeeds feeds;

  /** This node's end of a pipe to another. */
  private record End(String id, RouterVerticle router, Map<String, String> consumerOfProducer) {}

  /**
   * @param context of the room
   * @param routers of the room, by id; null for one that is gone
   * @param ip under which other nodes reach the pipe sockets
   */
  public RouterMedia(String room, Context context, Function<String, RouterVerticle> routers, String ip,
      PlenumConfig.Pipe config, Outcomes outcomes) {
    this.room = room;
    this.context = context;
    this.routers = routers;
    this.ip = ip;
    this.feeds = new RouterFeeds(room, context, routers, outcomes);
    this.options = new PipeOptions(config.srtp(), config.rtx(), true, 1_024, 1_024);
    this.outcomes = outcomes;
    this.lastGeneration = System.currentTimeMillis() << 10;
  }

  /** Ends of pipes that exist. Asked from anywhere. */
  public int pipes() {
    return ends.size();
  }

  /** Looks whose other end was heard in this time; {@link Outcomes#onPipeHeard} says so. On the room's loop. */
  public void lookForLife(long periodNs) {
    for (End end : ends.values()) {
      end.router
          .call(r -> r.hasTransport(end.id) && pipe(r, end.id).heardWithin(periodNs, end.router.nowNs()))
          .onSuccess(heard -> {
            if (heard) {
              outcomes.onPipeHeard(end.id);
            }
          });
    }
  }

  /** A fault of ours closed a transport: what went over it is to be made anew. */
  public void onTransportFaulted(String transportId) {
    feeds.onTransportFaulted(transportId);
    if (ends.remove(transportId) != null) {
      outcomes.onPipeFailed(transportId, "the transport had to be closed");
    }
  }

  @Override
  public void createPipe(String endId, RouterPair pair, String routerId) {
    long generation = ++lastGeneration;
    RouterVerticle router = routers.apply(routerId);
    if (router == null) {
      // Later, as every answer: who asked is still settling.
      context.runOnContext(v -> outcomes.onPipeFailed(endId, "the router is gone"));
      return;
    }
    ends.put(endId, new End(endId, router, new HashMap<>()));
    router
        .call(r -> describe(new PipeTransport(endId, r, router.loop().pipeSocket(), options), router, generation))
        .onSuccess(outcomes::onPipeCreated)
        .onFailure(failure -> {
          ends.remove(endId);
          outcomes.onPipeFailed(endId, reason(failure));
        });
  }

  private PipeEnd describe(PipeTransport pipe, RouterVerticle router, long generation) {
    SrtpParameters srtp = pipe.srtpParameters();
    return new PipeEnd(pipe.id(), generation, ip, router.loop().pipeSocket().port(),
        srtp == null ? null : new PipeSrtpParameters(srtp.cryptoSuite(), srtp.keyBase64()),
        SctpParameters.ofDataChannels());
  }

  @Override
  public void connectPipe(String endId, PipeEnd remote) {
    PipeSrtpParameters srtp = remote.srtpParameters();
    on(endId, end -> end.router
        .run(r -> pipe(r, endId).connect(
            remote.endId(), new InetSocketAddress(remote.ip(), remote.port()),
            srtp == null ? null : new SrtpParameters(srtp.cryptoSuite(), srtp.keyBase64()), end.router.nowNs()))
        .onSuccess(v -> log.info("pipe connected room={} end={} remote={}:{}", room, endId, remote.ip(), remote.port()))
        .onFailure(failure -> outcomes.onPipeFailed(endId, reason(failure))));
  }

  @Override
  public void closePipe(String endId) {
    End end = ends.remove(endId);
    if (end != null) {
      end.router.run(r -> r.closeTransport(endId, end.router.nowNs()));
    }
  }

  private void on(String endId, java.util.function.Consumer<End> action) {
    End end = ends.get(endId);
    if (end != null) {
      action.accept(end);
    }
  }

  /** The near side's answer, and what the producer scores. */
  private record Consumed(PipeConsumerParameters parameters, List<Integer> scores) {}

  @Override
  public void consume(String endId, String consumerId, String producerId, Layers layers) {
    on(endId, end -> end.router
        .call(r -> r.hasDataProducer(producerId)
            ? consumeData(r, end, consumerId, producerId, layers)
            : consumeMedia(r, end, consumerId, producerId, layers))
        .onSuccess(consumed -> {
          if (!consumed.scores.isEmpty()) {
            outcomes.onCrossingScore(producerId, consumed.scores);
          }
          outcomes.onConsumed(endId, consumed.parameters, producerId);
        })
        .onFailure(failure -> outcomes.onConsumeFailed(endId, consumerId, producerId, reason(failure))));
  }

  private Consumed consumeMedia(Router router, End end, String consumerId, String producerId, Layers layers) {
    PipeConsumer consumer = pipe(router, end.id).consumePiped(consumerId, producerId, TOLD_BY_ROWS);
    PipeEnds.set(consumer, layers, end.router.nowNs());
    return new Consumed(
        new PipeConsumerParameters(consumerId, consumer.rtpParameters(), null, null), consumer.producerScores());
  }

  private Consumed consumeData(Router router, End end, String consumerId, String producerId, Layers layers) {
    PipeDataConsumer consumer = pipe(router, end.id).consumeDataPiped(
        consumerId, producerId, new DataToldByRows(end.id), end.router.nowNs());
    PipeEnds.set(consumer, layers);
    return new Consumed(new PipeConsumerParameters(consumerId, null, consumer.sctpStreamParameters(),
        Map.of("label", consumer.producer().label(), "protocol", consumer.producer().protocol())), List.of());
  }

  /** The room says what the data producer does to all nodes at once; not that a channel has ended. */
  private final class DataToldByRows implements PipeDataConsumer.Listener {
    private final String endId;

    DataToldByRows(String endId) {
      this.endId = endId;
    }

    @Override
    public void onProducerPaused(PipeDataConsumer consumer, boolean paused) {
      // The room says it.
    }

    @Override
    public void onProducerClosed(PipeDataConsumer consumer) {
      // The same.
    }

    @Override
    public void onLinkClosed(PipeDataConsumer consumer) {
      context.runOnContext(v -> outcomes.onDataConsumerEnded(endId, consumer.id(), consumer.producer().id()));
    }

    @Override
    public void onMessageRefused(PipeDataConsumer consumer) {
      log.warn("pipe has no room for data room={} end={} producer={}", room, endId, consumer.producer().id());
    }
  }

  @Override
  public void setLayers(String endId, String consumerId, Layers layers) {
    on(endId, end -> end.router.run(r -> PipeEnds.setLayers(r, endId, consumerId, layers, end.router.nowNs())));
  }

  @Override
  public void closeConsumer(String endId, String consumerId) {
    on(endId, end -> end.router.run(r -> PipeEnds.closeConsumer(r, endId, consumerId, end.router.nowNs())));
  }

  @Override
  public void produce(String endId, ProducerRow producer, PipeConsumerParameters parameters) {
    String producerId = producer.producerId();
    String consumerId = parameters.consumerId();
    on(endId, end -> {
      end.consumerOfProducer.put(producerId, consumerId);
      end.router
          .run(r -> {
            if (producer.kind() == ProducerKind.DATA) {
              produceData(r, end, producer, parameters);
            } else {
              produceMedia(r, end, producer, parameters);
            }
          })
          .onSuccess(v -> outcomes.onProduced(endId, consumerId, producerId))
          .onFailure(failure -> outcomes.onProduceFailed(endId, consumerId, producerId, reason(failure)));
    });
  }

  private static void produceMedia(Router router, End end, ProducerRow producer, PipeConsumerParameters parameters) {
    MediaKind kind = producer.kind() == ProducerKind.AUDIO ? MediaKind.AUDIO : MediaKind.VIDEO;
    pipe(router, end.id).produce(
        new ProducerOptions(
            producer.producerId(), kind, parameters.rtpParameters(), producer.paused(), producer.appData()),
        end.router.nowNs());
  }

  private void produceData(Router router, End end, ProducerRow producer, PipeConsumerParameters parameters) {
    String producerId = producer.producerId();
    String consumerId = parameters.consumerId();
    pipe(router, end.id).produceData(
        new DataProducerOptions(producerId, parameters.sctpStreamParameters(), word(parameters, "label"),
            word(parameters, "protocol"), producer.paused(), producer.appData()),
        () -> context.runOnContext(v -> outcomes.onDataProducerEnded(end.id, consumerId, producerId)),
        end.router.nowNs());
  }

  private static String word(PipeConsumerParameters parameters, String key) {
    return parameters.data() != null && parameters.data().get(key) instanceof String word ? word : "";
  }

  @Override
  public void setProducerPaused(String endId, String consumerId, String producerId, boolean paused) {
    toProducer(endId, consumerId, producerId,
        (router, nowNs) -> PipeEnds.setProducerPaused(router, endId, producerId, paused, nowNs));
  }

  @Override
  public void setProducerScores(String endId, String consumerId, String producerId, List<Integer> scores) {
    toProducer(endId, consumerId, producerId,
        (router, nowNs) -> PipeEnds.mirrorScores(router, endId, producerId, scores, nowNs));
  }

  @Override
  public void closeProducer(String endId, String consumerId, String producerId) {
    toProducer(endId, consumerId, producerId,
        (router, nowNs) -> PipeEnds.closeProducer(router, endId, producerId, nowNs));
    on(endId, end -> end.consumerOfProducer.remove(producerId, consumerId));
  }

  private interface RouterCall {
    void on(Router router, long nowNs);
  }

  /** If it is still the one that was made for that consumer of the far side. */
  private void toProducer(String endId, String consumerId, String producerId, RouterCall call) {
    End end = ends.get(endId);
    if (end != null && consumerId.equals(end.consumerOfProducer.get(producerId))) {
      end.router.run(r -> call.on(r, end.router.nowNs()));
    }
  }

  @Override
  public void openFeed(String feedId, String producerId, String fromRouterId, String toRouterId, Layers layers) {
    feeds.open(feedId, producerId, fromRouterId, toRouterId, layers);
  }

  @Override
  public void setFeedLayers(String feedId, Layers layers) {
    feeds.setLayers(feedId, layers);
  }

  @Override
  public void closeFeed(String feedId) {
    feeds.close(feedId);
  }

  private static PipeTransport pipe(Router router, String endId) {
    return (PipeTransport) router.transport(endId);
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
