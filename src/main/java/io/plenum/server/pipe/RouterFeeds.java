package io.plenum.server.pipe;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.RouterPair;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.PipeDataConsumer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.Router;
import io.plenum.media.transport.PipeTransport;
import io.plenum.server.pipe.RouterMedia.FeedOutcomes;
import io.plenum.server.router.RouterVerticle;
import io.vertx.core.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producers of one room that go from one router of this node to another: the near router consumes, the far one produces
 * under the same id, over one {@link InProcessPipe} for each two routers. All decisions are taken on the room's loop, also
 * about what the near producer tells (pause, score, close): so none of it can overtake the making.
 */
final class RouterFeeds {
  private enum State { CONSUMING, PRODUCING, OPEN }

  private static final Logger log = LoggerFactory.getLogger(RouterFeeds.class);

  private final String room;
  private final Context context;
  private final Function<String, RouterVerticle> routers;
  private final FeedOutcomes outcomes;
  private final Map<RouterPair, InProcessPipe> pipes = new HashMap<>();
  private final Map<String, Feed> feeds = new HashMap<>();

  /** @param routers the room's, by id; null for one that is gone */
  RouterFeeds(String room, Context context, Function<String, RouterVerticle> routers, FeedOutcomes outcomes) {
    this.room = room;
    this.context = context;
    this.routers = routers;
    this.outcomes = outcomes;
  }

  void open(String feedId, String producerId, String fromRouterId, String toRouterId, Layers layers) {
    RouterVerticle from = routers.apply(fromRouterId);
    RouterVerticle to = routers.apply(toRouterId);
    if (from == null || to == null) {
      // Later, as every answer: who asked is still settling.
      context.runOnContext(v -> outcomes.onFeedFailed(feedId, "the router is gone"));
      return;
    }
    RouterPair pair = RouterPair.of(fromRouterId, toRouterId);
    InProcessPipe pipe = pipes.get(pair);
    if (pipe == null) {
      pipe = new InProcessPipe(UUID.randomUUID().toString(), from, to);
      pipes.put(pair, pipe);
      InProcessPipe made = pipe;
      pipe.open().onFailure(failure -> onBroken(pair, made, reason(failure)));
      log.info("routers joined room={} from={} to={}", room, fromRouterId, toRouterId);
    }
    Feed feed = new Feed(feedId, producerId, pair, pipe, from, to, layers);
    feeds.put(feedId, feed);
    pipe.feeds.add(feedId);
    feed.consume();
  }

  void setLayers(String feedId, Layers layers) {
    Feed feed = feeds.get(feedId);
    if (feed != null) {
      feed.setLayers(layers);
    }
  }

  void close(String feedId) {
    Feed feed = feeds.get(feedId);
    if (feed != null) {
      feed.close();
    }
  }

  /** A fault of ours closed a transport: if it was an end of a pipe here, all that was on it fails. */
  void onTransportFaulted(String transportId) {
    for (Map.Entry<RouterPair, InProcessPipe> entry : List.copyOf(pipes.entrySet())) {
      if (entry.getValue().hasEnd(transportId)) {
        onBroken(entry.getKey(), entry.getValue(), "a transport had to be closed");
      }
    }
  }

  private void onBroken(RouterPair pair, InProcessPipe pipe, String why) {
    for (String feedId : List.copyOf(pipe.feeds)) {
      feeds.get(feedId).fail(why);
    }
    if (pipes.remove(pair, pipe)) {
      pipe.close();
    }
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  /** What the near router says when it consumes. */
  private record Consumed(Made made, boolean paused, List<Integer> scores) {}

  /** Makes the producer on the far router. */
  private interface Made {
    void on(PipeTransport end, long nowNs);
  }

  /** One producer on its way. */
  private final class Feed implements PipeConsumer.PipeConsumerListener, PipeDataConsumer.Listener {
    private final String feedId;
    private final String producerId;
    private final RouterPair pair;
    private final InProcessPipe pipe;
    private final RouterVerticle from;
    private final RouterVerticle to;
    private Layers layers;
    private State state = State.CONSUMING;
    private boolean paused;
    private List<Integer> scores = List.of();

    Feed(String feedId, String producerId, RouterPair pair, InProcessPipe pipe, RouterVerticle from, RouterVerticle to,
        Layers layers) {
      this.feedId = feedId;
      this.producerId = producerId;
      this.pair = pair;
      this.pipe = pipe;
      this.from = from;
      this.to = to;
      this.layers = layers;
    }

    private boolean gone() {
      return feeds.get(feedId) != this;
    }

    void consume() {
      from
          .call(r -> r.hasDataProducer(producerId) ? consumeData(end(r, from)) : consumeMedia(end(r, from)))
          .onSuccess(this::produce)
          .onFailure(failure -> fail(reason(failure)));
    }

    private Consumed consumeMedia(PipeTransport near) {
      PipeConsumer consumer = near.consumePiped(feedId, producerId, this);
      // Until there is a producer to take it, or the first key frame would be lost.
      consumer.pause();
      MediaKind kind = consumer.kind();
      RtpParameters rtpParameters = consumer.rtpParameters();
      boolean producerPaused = consumer.producerPaused();
      List<Integer> producerScores = consumer.producerScores();
      return new Consumed(
          (far, nowNs) -> far
              .produce(new ProducerOptions(producerId, kind, rtpParameters, producerPaused, Map.of()), nowNs)
              .mirrorScores(producerScores, nowNs),
          producerPaused, producerScores);
    }

    private Consumed consumeData(PipeTransport near) {
      PipeDataConsumer consumer = near.consumeDataPiped(feedId, producerId, this, from.nowNs());
      consumer.pause();
      DataProducer producer = consumer.producer();
      DataProducerOptions options = new DataProducerOptions(producerId, consumer.sctpStreamParameters(),
          producer.label(), producer.protocol(), producer.paused(), Map.of());
      return new Consumed(
          (far, nowNs) -> far.produceData(options, () -> later(() -> fail("the data channel has ended")), nowNs),
          options.paused(), List.of());
    }

    private void produce(Consumed consumed) {
      if (gone()) {
        return;
      }
      state = State.PRODUCING;
      // What the listener has said since the answer was given, it says later.
      paused = consumed.paused;
      scores = consumed.scores;
      to
          .run(r -> consumed.made.on(end(r, to), to.nowNs()))
          .onSuccess(v -> onProduced(consumed))
          .onFailure(failure -> fail(reason(failure)));
    }

    private void onProduced(Consumed consumed) {
      if (gone()) {
        return;
      }
      state = State.OPEN;
      if (paused != consumed.paused) {
        tellPaused();
      }
      if (!scores.equals(consumed.scores)) {
        tellScores();
      }
      outcomes.onFeedOpened(feedId);
      tellLayers();
    }

    void setLayers(Layers wanted) {
      layers = wanted;
      if (state == State.OPEN) {
        tellLayers();
      }
    }

    private void tellLayers() {
      Layers wanted = layers;
      from.run(r -> PipeEnds.setLayers(r, pipe.endOn(from), feedId, wanted, from.nowNs()));
    }

    private void tellPaused() {
      boolean pausedNow = paused;
      to.run(r -> PipeEnds.setProducerPaused(r, pipe.endOn(to), producerId, pausedNow, to.nowNs()));
    }

    private void tellScores() {
      List<Integer> scoresNow = scores;
      to.run(r -> PipeEnds.mirrorScores(r, pipe.endOn(to), producerId, scoresNow, to.nowNs()));
    }

    private PipeTransport end(Router router, RouterVerticle at) {
      return (PipeTransport) router.transport(pipe.endOn(at));
    }

    // ---- what the near producer does; told on its loop ----

    @Override
    public void onProducerPaused(PipeConsumer consumer, boolean nowPaused) {
      later(() -> onPaused(nowPaused));
    }

    @Override
    public void onProducerPaused(PipeDataConsumer consumer, boolean nowPaused) {
      later(() -> onPaused(nowPaused));
    }

    private void onPaused(boolean nowPaused) {
      paused = nowPaused;
      if (state == State.OPEN) {
        tellPaused();
      }
    }

    @Override
    public void onProducerScore(PipeConsumer consumer, List<Integer> nowScores) {
      later(() -> {
        scores = nowScores;
        if (state == State.OPEN) {
          tellScores();
        }
      });
    }

    @Override
    public void onProducerClosed(PipeConsumer consumer) {
      later(() -> fail("the producer is closed"));
    }

    @Override
    public void onProducerClosed(PipeDataConsumer consumer) {
      later(() -> fail("the data producer is closed"));
    }

    @Override
    public void onLinkClosed(PipeDataConsumer consumer) {
      later(() -> fail("the data channel has ended"));
    }

    @Override
    public void onMessageRefused(PipeDataConsumer consumer) {
      log.warn("feed has no room for data room={} producer={} from={} to={}",
          room, producerId, from.routerId(), to.routerId());
    }

    private void later(Runnable action) {
      context.runOnContext(v -> {
        if (!gone()) {
          action.run();
        }
      });
    }

    // ---- its end ----

    void fail(String why) {
      if (!gone()) {
        log.info("feed failed room={} producer={} from={} to={} reason=\"{}\"",
            room, producerId, from.routerId(), to.routerId(), why);
        close();
        outcomes.onFeedFailed(feedId, why);
      }
    }

    void close() {
      feeds.remove(feedId);
      pipe.feeds.remove(feedId);
      // In the order of the making: what is on its way to a router is undone behind it.
      from.run(r -> PipeEnds.closeConsumer(r, pipe.endOn(from), feedId, from.nowNs()));
      if (state != State.CONSUMING) {
        to.run(r -> PipeEnds.closeProducer(r, pipe.endOn(to), producerId, to.nowNs()));
      }
      if (pipe.feeds.isEmpty() && pipes.remove(pair, pipe)) {
        pipe.close();
      }
    }
  }
}
