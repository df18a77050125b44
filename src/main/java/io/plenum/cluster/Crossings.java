package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.media.Dump;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What of a room crosses to the routers of this node, from other nodes and from each other: {@link LocalDemand} says what
 * is wanted, {@link PipePlanner} what should cross for it, {@link Pipes} and {@link LocalFeeds} bring it about. After every
 * input that may change the plan, {@link #settle} compares it with what is.
 */
final class Crossings {
  private final RoomEnvironment environment;
  private final Function<String, ProducerRow> producers;
  private final LocalDemand demand = new LocalDemand();
  private final Set<String> localRouters = new LinkedHashSet<>();
  private final Pipes pipes;
  private final LocalFeeds feeds;
  private long feedsMade;
  private boolean replan;
  private Map<PipePlanner.LocalFeed, Layers> feedsPlanned = Map.of();

  /** @param producers by id, of this node or another; null for one that is not known */
  Crossings(RoomEnvironment environment, Function<String, ProducerRow> producers) {
    this.environment = environment;
    this.producers = producers;
    this.pipes = new Pipes(environment, localRouters, this::isOurs);
    this.feeds = new LocalFeeds(environment.media(), environment.listener(), this::nextFeedId);
  }

  private boolean isOurs(String producerId) {
    ProducerRow row = producers.apply(producerId);
    return row != null && row.owner().equals(environment.self());
  }

  private String nextFeedId() {
    return environment.self() + "/" + environment.session() + "/feed" + ++feedsMade;
  }

  Pipes pipes() {
    return pipes;
  }

  void onRouterAdded(String routerId) {
    localRouters.add(routerId);
  }

  void onRouterClosed(String routerId, long nowNs) {
    localRouters.remove(routerId);
    demand.onRouterClosed(routerId);
    replan = true;
    pipes.onRouterClosed(routerId, nowNs);
  }

  /** @param layers {@link Layers#NONE} while the consumer is paused */
  void onConsumer(String consumerId, String routerId, String producerId, Layers layers, long nowNs) {
    demand.onConsumer(consumerId, routerId, producerId, layers, nowNs);
    replan = true;
  }

  void onConsumerClosed(String consumerId, long nowNs) {
    demand.onConsumerClosed(consumerId, nowNs);
    replan = true;
  }

  /** What is known of producers has changed. */
  void onProducersChanged() {
    replan = true;
  }

  /** A producer of this node arrives better or worse than before. */
  void onOwnScore(String producerId, List<Integer> scores, long nowNs) {
    // The routers may say it of one that has just been closed, or that came from elsewhere.
    if (isOurs(producerId) && environment.scores().put(producerId, scores)) {
      pipes.onOwnScore(producerId, nowNs);
    }
  }

  /** A producer of this node is closed, and no longer known. */
  void onOwnProducerClosed(String producerId) {
    environment.scores().remove(producerId);
    pipes.onOwnProducerClosed(producerId);
    replan = true;
  }

  void onFeedOpened(String feedId) {
    feeds.onOpened(feedId);
  }

  void onFeedFailed(String feedId, long nowNs) {
    feeds.onFailed(feedId, nowNs);
  }

  /** All routers of this node are about to close. */
  void closeAll(long nowNs) {
    List.copyOf(localRouters).forEach(demand::onRouterClosed);
    localRouters.clear();
    feedsPlanned = Map.of();
    feeds.closeAll();
    pipes.closeAll(nowNs);
    environment.scores().clear();
  }

  /** Compares what should be with what is, and sends the difference. */
  void settle(long nowNs) {
    if (pipes.takeReplan() || replan) {
      replan = false;
      PipePlanner.Plan plan =
          PipePlanner.plan(producers, environment.self(), localRouters, demand.wanted(), pipes.landings());
      pipes.apply(plan, nowNs);
      feedsPlanned = plan.local();
    }
    feeds.apply(feedsPlanned, this::sourceReady, nowNs);
  }

  private boolean sourceReady(PipePlanner.LocalFeed feed) {
    ProducerRow row = producers.apply(feed.producerId());
    return row != null
        && (row.owner().equals(environment.self()) || pipes.isLive(feed.producerId(), feed.fromRouterId()));
  }

  long nextDeadlineNs() {
    return Math.min(pipes.nextDeadlineNs(), Math.min(demand.nextDeadlineNs(), feeds.nextDeadlineNs()));
  }

  void onTimeout(long nowNs) {
    if (demand.nextDeadlineNs() <= nowNs) {
      demand.onTimeout(nowNs);
      replan = true;
    }
    if (feeds.nextDeadlineNs() <= nowNs) {
      feeds.onTimeout(nowNs);
      replan = true;
    }
    pipes.onTimeout(nowNs);
  }

  void dump(Dump out) {
    out.list("pipes", pipes.all(), (pipe, to) -> to.value("pair", pipe.pair).value("remote", pipe.remote)
        .value("state", pipe.state()).value("end", pipe.endId).value("remoteEnd", pipe.remoteEndId())
        .value("pulled", pipe.pulled.layers()).value("pushed", pipe.pushed.all().keySet()));
    feeds.dump(out);
  }
}
