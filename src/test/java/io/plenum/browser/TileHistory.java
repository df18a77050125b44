package io.plenum.browser;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** One tile in numbers over some seconds. */
record TileHistory(List<Sample> samples) {
  /** @param atMs on the page's clock */
  record Sample(double atMs, JsonNode tile) {
    int framesDecoded() {
      return tile.path("framesDecoded").asInt();
    }
  }

  static TileHistory parse(JsonNode list) {
    List<Sample> samples = new ArrayList<>();
    list.forEach(entry -> samples.add(new Sample(entry.path("atMs").asDouble(), entry.path("tile"))));
    return new TileHistory(samples);
  }

  Sample first() {
    return samples.get(0);
  }

  Sample last() {
    return samples.get(samples.size() - 1);
  }

  /** Frames decoded from the first sample to the last. */
  int frames() {
    return last().framesDecoded() - first().framesDecoded();
  }

  double framesPerSecond() {
    return 1000 * frames() / (last().atMs() - first().atMs());
  }

  /** The longest time, in milliseconds, in which no frame was decoded; as exact as the samples are close. */
  double longestStallMs() {
    double longest = 0;
    Sample moved = first();
    for (Sample sample : samples) {
      longest = Math.max(longest, sample.atMs - moved.atMs);
      if (sample.framesDecoded() > moved.framesDecoded()) {
        moved = sample;
      }
    }
    return longest;
  }
}
