package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamScoreTest {
  @ParameterizedTest(name = "{0} sent, {1} lost, {2} repaired by {3}: {4}, {5}")
  @CsvSource({
      "100, 0, 0, 0, 10, all came",
      "100, 100, 0, 0, 0, none came",
      "100, 10, 0, 0, 7, 0.9^4 = 0.656",
      "100, 20, 0, 0, 4, 0.8^4 = 0.410",
      "100, 10, 10, 10, 9, ten repaired ones count (1/1.1)^4 = 0.683: 0.968^4 = 0.879",
      "100, 10, 10, 20, 8, two retransmissions for each repair: 0.934^4 = 0.761",
      "100, 50, 50, 50, 1, half of it repaired is worth little: 0.599^4 = 0.128",
      "0, 0, 0, 0, 10, nothing was sent",
      "10, 50, 0, 0, 0, more lost than sent is all",
      "10, -5, 0, 0, 10, duplicates are no gain",
      "10, 2, 5, 5, 5, no more can be repaired than was lost: (1/1.2)^4 * 2/5 of two: 0.839^4",
  })
  void theFirstIntervalIsTheScore(long packets, long lost, long repaired, long resent, int expected, String why) {
    StreamScore score = new StreamScore(0);
    score.onInterval(packets, lost, repaired, resent);
    assertEquals(expected, score.score(), why);
  }

  @Test
  void oneBadIntervalHurtsLessThanMany() {
    StreamScore score = new StreamScore(10);
    for (int i = 0; i < 24; i++) {
      score.onInterval(100, 0, 0, 0);
    }
    score.onInterval(100, 100, 0, 0);
    assertEquals(9, score.score());
    for (int i = 0; i < 10; i++) {
      score.onInterval(100, 100, 0, 0);
    }
    assertTrue(score.score() < 5);
    for (int i = 0; i < 24; i++) {
      score.onInterval(100, 100, 0, 0);
    }
    assertEquals(0, score.score());
  }

  @Test
  void resetForgetsTheIntervals() {
    StreamScore score = new StreamScore(10);
    score.onInterval(100, 100, 0, 0);
    score.reset(10);
    assertEquals(10, score.score());
    score.onInterval(100, 0, 0, 0);
    assertEquals(10, score.score());
  }
}
