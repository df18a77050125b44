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
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.Router;
import io.plenum.media.transport.PipeTransport;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.router.RouterVerticle;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out on a room's routers what its coordinator decides about pipes. Called on the room's loop; each command goes to
 * its router's loop, and what comes of it returns here.
 */
public final class RouterMedia implements Media {
  /** What became of a command. On the room's loop. */
  public interface Outcomes {
    void onPipeCreated(PipeEnd end);

    void onPipeFailed(String endId, String reason);

    void onConsumed(String endId, PipeConsumerParameters parameters, String producerId);

    void onConsumeFailed(String endId, String consumerId, String producerId, String reason);

    void onProduced(String endId, String consumerId, String producerId);

    void onProduceFailed(String endId, String consumerId, String producerId, String reason);

    void onFeedFailed(String feedId, String reason);
  }

  private static final Logger log = LoggerFactory.getLogger(RouterMedia.class);
  private static final PipeConsumer.PipeConsumerListener TOLD_BY_ROWS = new PipeConsumer.PipeConsumerListener() {
    @Override
    public void onProducerPaused(PipeConsumer consumer, boolean paused) {
      // The room says it to all nodes at once.
    }

    @Override
    public void onProducerClosed(PipeConsumer consumer) {
      // The same.
    }
  };

  private final String room;
  private final RouterVerticle router;
  private final String ip;
  private final PipeOptions options;
  private final Outcomes outcomes;
  /** Generation of the ends that this node made: a later one is greater. */
  private long lastGeneration;
  private final Set<String> ends = ConcurrentHashMap.newKeySet();
  /** Which producer an end produces for which consumer of the far side: an order to close names both. */
  private final Map<String, String> consumerOfProducer = new HashMap<>();

  /** @param ip under which other nodes reach the pipe sockets */
  public RouterMedia(String room, RouterVerticle router, String ip, PlenumConfig.Pipe config, Outcomes outcomes) {
    this.room = room;
    this.router = router;
    this.ip = ip;
    this.options = new PipeOptions(config.srtp(), config.rtx(), true, 1_024, 1_024);
    this.outcomes = outcomes;
    this.lastGeneration = System.currentTimeMillis() << 10;
  }

  /** Ends of pipes that exist. Asked from anywhere. */
  public int pipes() {
    return ends.size();
  }

  @Override
  public void createPipe(String endId, RouterPair pair, String routerId) {
    long generation = ++lastGeneration;
    ends.add(endId);
    router
        .call(r -> describe(new PipeTransport(endId, r, router.loop().pipeSocket(), options), generation))
        .onSuccess(outcomes::onPipeCreated)
        .onFailure(failure -> {
          ends.remove(endId);
          outcomes.onPipeFailed(endId, reason(failure));
        });
  }

  private PipeEnd describe(PipeTransport pipe, long generation) {
    SrtpParameters srtp = pipe.srtpParameters();
    return new PipeEnd(pipe.id(), generation, ip, router.loop().pipeSocket().port(),
        srtp == null ? null : new PipeSrtpParameters(srtp.cryptoSuite(), srtp.keyBase64()),
        SctpParameters.ofDataChannels());
  }

  @Override
  public void connectPipe(String endId, PipeEnd remote) {
    PipeSrtpParameters srtp = remote.srtpParameters();
    router
        .run(r -> pipe(r, endId).connect(
            remote.endId(), new InetSocketAddress(remote.ip(), remote.port()),
            srtp == null ? null : new SrtpParameters(srtp.cryptoSuite(), srtp.keyBase64()), router.nowNs()))
        .onSuccess(v -> log.info("pipe connected room={} end={} remote={}:{}", room, endId, remote.ip(), remote.port()))
        .onFailure(failure -> outcomes.onPipeFailed(endId, reason(failure)));
  }

  @Override
  public void closePipe(String endId) {
    ends.remove(endId);
    router.run(r -> r.closeTransport(endId, router.nowNs()));
  }

  @Override
  public void consume(String endId, String consumerId, String producerId, Layers layers) {
    router
        .call(r -> {
          PipeConsumer consumer = pipe(r, endId).consumePiped(consumerId, producerId, TOLD_BY_ROWS);
          set(consumer, layers);
          return new PipeConsumerParameters(consumerId, consumer.rtpParameters(), null, null);
        })
        .onSuccess(parameters -> outcomes.onConsumed(endId, parameters, producerId))
        .onFailure(failure -> outcomes.onConsumeFailed(endId, consumerId, producerId, reason(failure)));
  }

  @Override
  public void setLayers(String endId, String consumerId, Layers layers) {
    router.run(r -> ifThere(r, endId, consumerId, consumer -> set(consumer, layers)));
  }

  private void set(PipeConsumer consumer, Layers layers) {
    if (layers.flow()) {
      consumer.want(layers.spatial(), layers.temporal(), router.nowNs());
      consumer.resume(router.nowNs());
    } else {
      consumer.pause();
    }
  }

  @Override
  public void closeConsumer(String endId, String consumerId) {
    router.run(r -> ifThere(r, endId, consumerId, consumer -> consumer.close(router.nowNs())));
  }

  @Override
  public void produce(String endId, ProducerRow producer, PipeConsumerParameters parameters) {
    String producerId = producer.producerId();
    String consumerId = parameters.consumerId();
    consumerOfProducer.put(producerId, consumerId);
    MediaKind kind = producer.kind() == ProducerKind.AUDIO ? MediaKind.AUDIO : MediaKind.VIDEO;
    router
        .run(r -> pipe(r, endId).produce(
            new ProducerOptions(producerId, kind, parameters.rtpParameters(), producer.paused(), producer.appData()),
            router.nowNs()))
        .onSuccess(v -> outcomes.onProduced(endId, consumerId, producerId))
        .onFailure(failure -> outcomes.onProduceFailed(endId, consumerId, producerId, reason(failure)));
  }

  @Override
  public void setProducerPaused(String endId, String consumerId, String producerId, boolean paused) {
    if (!consumerId.equals(consumerOfProducer.get(producerId))) {
      return;
    }
    router.run(r -> {
      if (r.hasProducer(producerId)) {
        if (paused) {
          r.producer(producerId).pause(router.nowNs());
        } else {
          r.producer(producerId).resume(router.nowNs());
        }
      }
    });
  }

  @Override
  public void closeProducer(String endId, String consumerId, String producerId) {
    if (!consumerOfProducer.remove(producerId, consumerId)) {
      return;
    }
    router.run(r -> {
      if (r.hasProducer(producerId)) {
        r.producer(producerId).close(router.nowNs());
      }
    });
  }

  @Override
  public void openFeed(String feedId, String producerId, String fromRouterId, String toRouterId, Layers layers) {
    outcomes.onFeedFailed(feedId, "a room has one router on a node");
  }

  @Override
  public void setFeedLayers(String feedId, Layers layers) {
    // None was opened.
  }

  @Override
  public void closeFeed(String feedId) {
    // None was opened.
  }

  private static PipeTransport pipe(Router router, String endId) {
    return (PipeTransport) router.transport(endId);
  }

  /** Closing and setting do nothing when the object is gone. */
  private static void ifThere(Router router, String endId, String consumerId, java.util.function.Consumer<PipeConsumer> action) {
    if (router.hasTransport(endId)) {
      PipeConsumer consumer = pipe(router, endId).session().pipeConsumers().get(consumerId);
      if (consumer != null) {
        action.accept(consumer);
      }
    }
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
