package io.plenum.cluster.simulation;

import org.junit.jupiter.api.Test;

/** Real coordinators through made-up lives; the seed in the message replays a failure. */
class RandomHistoriesTest {
  private static final int HISTORIES = Integer.getInteger("plenum.histories", 10_000);
  private static final long FIRST_SEED = Long.getLong("plenum.firstSeed", 1);

  @Test
  void afterAnyHistoryAllNodesKnowTheSameAndPipesAreExactlyThoseWanted() {
    long happened = 0;
    long messages = 0;
    long pipes = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
      RandomHistory history = new RandomHistory(seed);
      try {
        history.run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e, e);
      }
      Settled.check(history.cluster, "seed " + seed);
      happened += history.cluster.time.happened();
      messages += history.cluster.messages;
      pipes += history.nodes().values().stream()
          .flatMap(node -> node.rooms.values().stream()).mapToLong(room -> room.media.pipesCreated).sum();
    }
    System.out.println(HISTORIES + " random histories: " + happened + " events, " + messages + " messages, "
        + pipes + " pipe ends in rooms that were still open at the end");
  }
}
