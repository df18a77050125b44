package io.plenum.cluster;

import io.plenum.cluster.PipePlanner.LocalFeed;
import io.plenum.cluster.message.Layers;
import io.plenum.media.Dump;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Producers that cross from one router of this node to another. */
final class LocalFeeds {
  private enum State { IDLE, OPENING, READY, BACKING_OFF }

  private static final class Feed {
    State state = State.IDLE;
    String feedId;
    Layers layers;
    int failures;
    long deadlineNs = Long.MAX_VALUE;
  }

  private final Media media;
  private final RoomListener listener;
  private final Supplier<String> ids;
  private final Map<LocalFeed, Feed> feeds = new LinkedHashMap<>();

  LocalFeeds(Media media, RoomListener listener, Supplier<String> ids) {
    this.media = media;
    this.listener = listener;
    this.ids = ids;
  }

  /**
   * @param wanted and what of each: {@link Layers#NONE} keeps the feed and lets nothing flow
   * @param sourceReady whether the producer is on the router where the feed starts
   */
  void apply(Map<LocalFeed, Layers> wanted, Predicate<LocalFeed> sourceReady, long nowNs) {
    for (LocalFeed key : List.copyOf(feeds.keySet())) {
      if (!wanted.containsKey(key) || !sourceReady.test(key)) {
        close(key);
      }
    }
    wanted.forEach((key, layers) -> {
      if (!sourceReady.test(key)) {
        return;
      }
      Feed feed = feeds.computeIfAbsent(key, k -> new Feed());
      if (feed.state == State.IDLE) {
        feed.state = State.OPENING;
        feed.feedId = ids.get();
        feed.deadlineNs = nowNs + ClusterTimings.MEDIA_DEADLINE_NS;
        feed.layers = layers;
        media.openFeed(feed.feedId, key.producerId(), key.fromRouterId(), key.toRouterId(), layers);
      } else if (feed.state != State.BACKING_OFF && !feed.layers.equals(layers)) {
        feed.layers = layers;
        media.setFeedLayers(feed.feedId, layers);
      }
    });
  }

  private void close(LocalFeed key) {
    Feed feed = feeds.remove(key);
    if (feed.state == State.OPENING || feed.state == State.READY) {
      media.closeFeed(feed.feedId);
    }
    if (feed.state == State.READY) {
      listener.onProducerGone(key.toRouterId(), key.producerId());
    }
  }

  void onOpened(String feedId) {
    feeds.forEach((key, feed) -> {
      if (feedId.equals(feed.feedId) && feed.state == State.OPENING) {
        feed.state = State.READY;
        feed.failures = 0;
        feed.deadlineNs = Long.MAX_VALUE;
        listener.onProducerReady(key.toRouterId(), key.producerId());
      }
    });
  }

  void onFailed(String feedId, long nowNs) {
    feeds.forEach((key, feed) -> {
      if (feedId.equals(feed.feedId) && (feed.state == State.OPENING || feed.state == State.READY)) {
        fail(key, feed, nowNs);
      }
    });
  }

  private void fail(LocalFeed key, Feed feed, long nowNs) {
    boolean wasReady = feed.state == State.READY;
    feed.state = State.BACKING_OFF;
    feed.failures++;
    feed.deadlineNs = nowNs + ClusterTimings.backOffNs(feed.failures);
    if (wasReady) {
      listener.onProducerGone(key.toRouterId(), key.producerId());
    }
  }

  long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (Feed feed : feeds.values()) {
      next = Math.min(next, feed.deadlineNs);
    }
    return next;
  }

  void onTimeout(long nowNs) {
    for (Map.Entry<LocalFeed, Feed> entry : new ArrayList<>(feeds.entrySet())) {
      Feed feed = entry.getValue();
      if (feed.deadlineNs > nowNs) {
        continue;
      }
      if (feed.state == State.OPENING) {
        media.closeFeed(feed.feedId);
        fail(entry.getKey(), feed, nowNs);
      } else if (feed.state == State.BACKING_OFF) {
        feed.state = State.IDLE;
        feed.deadlineNs = Long.MAX_VALUE;
      }
    }
  }

  void closeAll() {
    List.copyOf(feeds.keySet()).forEach(this::close);
  }

  void dump(Dump out) {
    out.list("feeds", feeds.entrySet(), (entry, to) -> to.value("producer", entry.getKey().producerId())
        .value("from", entry.getKey().fromRouterId()).value("to", entry.getKey().toRouterId())
        .value("state", entry.getValue().state).value("layers", entry.getValue().layers));
  }
}
