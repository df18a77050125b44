package io.plenum.cluster;

import io.plenum.cluster.PipePlanner.LocalFeed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Producers that cross from one router of this node to another. */
final class LocalFeeds {
  private static final class Feed {
    String feedId;
    boolean ready;
    int failures;
    long deadlineNs;
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

  /** @param sourceReady whether the producer is on the router where the feed starts */
  void apply(Set<LocalFeed> wanted, Predicate<LocalFeed> sourceReady, long nowNs) {
    for (LocalFeed key : List.copyOf(feeds.keySet())) {
      if (!wanted.contains(key) || (feeds.get(key).feedId != null && !sourceReady.test(key))) {
        close(key);
      }
    }
    for (LocalFeed key : wanted) {
      Feed feed = feeds.computeIfAbsent(key, k -> new Feed());
      if (feed.feedId == null && sourceReady.test(key) && (feed.failures == 0 || feed.deadlineNs <= nowNs)) {
        feed.feedId = ids.get();
        feed.deadlineNs = nowNs + ClusterTimings.MEDIA_DEADLINE_NS;
        media.openFeed(feed.feedId, key.producerId(), key.fromRouterId(), key.toRouterId());
      }
    }
  }

  private void close(LocalFeed key) {
    Feed feed = feeds.remove(key);
    if (feed.feedId != null) {
      media.closeFeed(feed.feedId);
    }
    if (feed.ready) {
      listener.onProducerGone(key.toRouterId(), key.producerId());
    }
  }

  void onOpened(String feedId) {
    feeds.forEach((key, feed) -> {
      if (feedId.equals(feed.feedId) && !feed.ready) {
        feed.ready = true;
        feed.failures = 0;
        feed.deadlineNs = Long.MAX_VALUE;
        listener.onProducerReady(key.toRouterId(), key.producerId());
      }
    });
  }

  void onFailed(String feedId, long nowNs) {
    feeds.forEach((key, feed) -> {
      if (feedId.equals(feed.feedId)) {
        fail(key, feed, nowNs);
      }
    });
  }

  private void fail(LocalFeed key, Feed feed, long nowNs) {
    boolean wasReady = feed.ready;
    feed.feedId = null;
    feed.ready = false;
    feed.failures++;
    feed.deadlineNs = nowNs + ClusterTimings.backOffNs(feed.failures);
    if (wasReady) {
      listener.onProducerGone(key.toRouterId(), key.producerId());
    }
  }

  long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (Feed feed : feeds.values()) {
      if (feed.feedId != null || feed.failures > 0) {
        next = Math.min(next, feed.deadlineNs);
      }
    }
    return next;
  }

  void onTimeout(long nowNs) {
    for (Map.Entry<LocalFeed, Feed> entry : new ArrayList<>(feeds.entrySet())) {
      Feed feed = entry.getValue();
      if (feed.deadlineNs <= nowNs) {
        if (feed.feedId != null && !feed.ready) {
          media.closeFeed(feed.feedId);
          fail(entry.getKey(), feed, nowNs);
        } else if (feed.feedId == null && feed.failures > 0) {
          // Due again: the next plan opens it; until then this deadline shall not ring.
          feed.failures = 0;
        }
      }
    }
  }

  void closeAll() {
    List.copyOf(feeds.keySet()).forEach(this::close);
  }

  int size() {
    return feeds.size();
  }
}
