package io.plenum.client;

import java.util.Map;
import java.util.TreeMap;

/**
 * How long a viewer was without sound, and without picture, of each other peer: over all streams by which they came, one after the
 * other and side by side. On the clients' loop.
 */
public final class GapMeter {
  private static final class Media {
    long lastNs;
    long longestNs;
  }

  private final Map<String, Media> media = new TreeMap<>();

  void onPacket(String peerId, String kind, long nowNs) {
    Media one = media.get(peerId + " " + kind);
    if (one == null) {
      one = new Media();
      media.put(peerId + " " + kind, one);
    } else {
      one.longestNs = Math.max(one.longestNs, nowNs - one.lastNs);
    }
    one.lastNs = nowNs;
  }

  /** From now on; of those who are there. */
  void startMeasuring(long nowNs) {
    media.values().forEach(one -> {
      one.longestNs = 0;
      one.lastNs = nowNs;
    });
  }

  /** The longest times in milliseconds, those that run now included, by peer and kind. */
  Map<String, Long> longestMs(long nowNs) {
    Map<String, Long> longest = new TreeMap<>();
    media.forEach((name, one) -> longest.put(name, Math.max(one.longestNs, nowNs - one.lastNs) / 1_000_000));
    return longest;
  }
}
