package io.plenum.cluster.simulation;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Real coordinators through made-up lives; the seed in the message replays a failure. */
class RandomHistoriesTest {
  private static final int HISTORIES = Integer.getInteger("plenum.histories", 10_000);
  private static final long FIRST_SEED = Long.getLong("plenum.firstSeed", 1);

  @Test
  void afterAnyHistoryAllNodesKnowTheSameAndPipesAreExactlyThoseWanted() {
    LongAdder happened = new LongAdder();
    LongAdder messages = new LongAdder();
    LongStream.range(FIRST_SEED, FIRST_SEED + HISTORIES).parallel().forEach(seed -> {
      RandomHistory history = new RandomHistory(seed);
      try {
        history.run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e, e);
      }
      Settled.check(history.cluster, "seed " + seed);
      happened.add(history.cluster.time.happened());
      messages.add(history.cluster.messages);
    });
    System.out.println(HISTORIES + " random histories held: " + happened + " events, " + messages + " messages");
  }
}
