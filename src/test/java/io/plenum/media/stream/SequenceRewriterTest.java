package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceRewriterTest {
  @ParameterizedTest(name = "{0} gives {1}: {2}")
  @CsvSource({
      "f1 f2 f3, 0 1 2, in order",
      "f1 d2 f3, 0 - 1, what is left out leaves no gap",
      "f1 d2 d3 d4 f5 f6, 0 - - - 1 2, nor do many",
      "f1 f4, 0 3, what is lost does",
      "f1 f4 f2 f3, 0 3 1 2, and its number is kept for it",
      "f1 d3 f4 f2, 0 - 2 1, a packet left out after a loss",
      "f1 f4 d3 f2, 0 3 2 1, left out too late: the number of the gap to be filled",
      "f1 f4 d3 d3 f3, 0 3 2 - -, but only once",
      "f1 f1, 0 -, a duplicate",
      "f1 d2 f2 f3, 0 - - 1, what was left out cannot be forwarded after all",
      "d1 d2 f3, - - 0, left out before the first",
      "f5 f4, 0 -, from before the first",
      "f1 s100/0 f100 f101, 0 1 2, another source without a gap",
      "f1 s100/1 f100 f101, 0 2 3, another source after an incomplete frame",
      "f1 s100/0 f101 f100, 0 2 1, another source whose second packet comes first",
      "f9 s5/0 f5 f6, 0 1 2, another source that counts lower",
      "f1 f2 s100/0 f100 f3 f99, 0 1 2 - -, packets from before the change",
      "f1 f3001, 0 3000, the largest loss that is shown",
      "f1 f3002 f3003 f3001, 0 2 3 -, a larger one is a new beginning",
      "f1 f3000 f900, 0 2999 -, too late",
      "f1 f3000 f953, 0 2999 952, the latest that is remembered",
  })
  void numbersAreGivenAsTheTableSays(String steps, String expected, String why) {
    SequenceRewriter rewriter = new SequenceRewriter(0);
    List<String> answers = new ArrayList<>();
    for (String step : steps.split(" ")) {
      String[] numbers = step.substring(1).split("/");
      long source = 70_000 + Long.parseLong(numbers[0]);
      if (step.charAt(0) == 's') {
        rewriter.sync(source, Integer.parseInt(numbers[1]));
      } else {
        int number = step.charAt(0) == 'f' ? rewriter.forward(source) : rewriter.drop(source);
        answers.add(number == SequenceRewriter.NONE ? "-" : String.valueOf(number));
      }
    }
    assertEquals(expected, String.join(" ", answers), why);
  }

  @Test
  void beginsWhereItIsToldAndWraps() {
    SequenceRewriter rewriter = new SequenceRewriter(65_535);
    assertEquals(65_535, rewriter.forward(7));
    assertEquals(0, rewriter.forward(8));
    assertEquals(0, rewriter.numberOf(8));
    assertEquals(SequenceRewriter.NONE, rewriter.numberOf(9));
  }

  @Test
  void aStreamWithoutLossNeedsNoLargeWindow() {
    SequenceRewriter rewriter = new SequenceRewriter(0);
    for (int source = 0; source < 10_000; source++) {
      // What is late by less than the first window is no reason either.
      int late = source % 10 == 4 ? source + 3 : source % 10 == 7 ? source - 3 : source;
      assertEquals(late & 0xffff, rewriter.forward(late));
    }
    assertEquals(SequenceRewriter.INITIAL_WINDOW, rewriter.window());
  }

  @Test
  void theWindowGrowsForNumbersThatWaitAndNeverBeyondItsLimit() {
    SequenceRewriter rewriter = new SequenceRewriter(0);
    rewriter.forward(0);
    for (int source = 2; source < 600; source++) {
      rewriter.forward(source);
    }
    assertEquals(1, rewriter.forward(1), "its number was kept");
    assertEquals(1024, rewriter.window());
    for (int source = 602; source < 30_000; source += 2) {
      rewriter.forward(source);
    }
    assertEquals(SequenceRewriter.WINDOW, rewriter.window());
    assertEquals(29_999 - SequenceRewriter.WINDOW + 2, rewriter.forward(29_999 - SequenceRewriter.WINDOW + 2));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void orderIsKeptNoNumberIsUsedTwiceAndOnlyLossLeavesGaps(long seed) {
    Random random = new Random(seed);
    int count = 150_000;
    boolean[] lost = new boolean[count];
    boolean[] leftOut = new boolean[count];
    List<Integer> arrivals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean inner = i > 0 && i < count - 100;
      lost[i] = inner && random.nextInt(20) == 0;
      leftOut[i] = inner && random.nextInt(4) == 0;
      if (!lost[i]) {
        arrivals.add(i);
      }
    }
    for (int i = 1; i + 200 < arrivals.size(); i++) {
      if (random.nextInt(10) == 0) {
        int other = i + random.nextInt(60);
        Integer moved = arrivals.get(i);
        arrivals.set(i, arrivals.get(other));
        arrivals.set(other, moved);
      }
    }
    SequenceRewriter rewriter = new SequenceRewriter(random.nextInt(65_536));
    Map<Integer, Long> sent = new TreeMap<>();
    long newest = -1;
    int filled = 0;
    for (int source : arrivals) {
      int number = leftOut[source] ? rewriter.drop(source) : rewriter.forward(source);
      if (number == SequenceRewriter.NONE) {
        assertTrue(leftOut[source], "seed " + seed + ": " + source + " has no number");
        continue;
      }
      long unwrapped = newest < 0 ? number : newest + (short) (number - (int) newest);
      newest = Math.max(newest, unwrapped);
      filled += leftOut[source] ? 1 : 0;
      sent.put(source, unwrapped);
    }
    long before = -1;
    for (Map.Entry<Integer, Long> packet : sent.entrySet()) {
      assertTrue(packet.getValue() > before, "seed " + seed + ": order at " + packet.getKey());
      before = packet.getValue();
    }
    long numbers = newest - sent.get(0) + 1;
    long gaps = 0;
    for (boolean gap : lost) {
      gaps += gap ? 1 : 0;
    }
    assertEquals(gaps, numbers - sent.size(), "seed " + seed);
    assertTrue(filled > 0, "seed " + seed + ": the case of a gap that is filled did not happen");
  }

  /** The same by a table of every packet, step by step: what a hostile sender must not make us do. */
  private static final class Table {
    private static final int NOT_COME = -2;

    private final TreeMap<Long, Integer> numbers = new TreeMap<>();
    private final TreeMap<Long, Integer> kept = new TreeMap<>();
    private boolean begun;
    private long firstSource;
    private long highestSource;
    private long highestOut;

    private Table(int firstNumber) {
      highestOut = firstNumber - 1;
    }

    private void sync(long source, int gap) {
      highestOut += begun ? gap : 0;
      begun = true;
      firstSource = source;
      highestSource = source - 1;
      numbers.clear();
      kept.clear();
    }

    private int next(long source, boolean forward) {
      if (begun && source <= highestSource) {
        Integer number = source < firstSource ? null : kept.remove(source);
        if (number == null) {
          return SequenceRewriter.NONE;
        }
        numbers.put(source, number);
        return number;
      }
      if (!begun || source - highestSource > SequenceRewriter.MAX_LOSS) {
        sync(source, 1);
      }
      while (highestSource + 1 < source) {
        kept.put(++highestSource, (int) ++highestOut & 0xffff);
      }
      highestSource = source;
      int number = forward ? (int) ++highestOut & 0xffff : SequenceRewriter.NONE;
      numbers.put(source, number);
      return number;
    }

    private void forgetBefore(long source) {
      numbers.headMap(source).clear();
      kept.headMap(source).clear();
    }

    private int numberOf(long source) {
      int number = numbers.getOrDefault(source, NOT_COME);
      return number == NOT_COME ? kept.getOrDefault(source, SequenceRewriter.NONE) : number;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 42})
  void jumpsOfAnySizeAreNumberedAsStepByStep(long seed) {
    Random random = new Random(seed);
    int first = random.nextInt(65_536);
    SequenceRewriter rewriter = new SequenceRewriter(first);
    Table table = new Table(first);
    long newest = 70_000;
    int[] mostJumps = {1, 2, 3, 40, 200, 1_000, 3_010};
    for (int step = 0; step < 20_000; step++) {
      int most = mostJumps[step / 500 % mostJumps.length];
      boolean late = random.nextInt(3) == 0;
      long source = late ? newest - random.nextInt(3 * most + 1) : newest + 1 + random.nextInt(most);
      String at = "seed " + seed + " step " + step + " source " + source;
      if (random.nextInt(500) == 0) {
        newest += random.nextInt(100) - 50;
        source = newest + 1;
        int gap = random.nextInt(2);
        rewriter.sync(source, gap);
        table.sync(source, gap);
      }
      boolean forward = random.nextInt(4) > 0;
      assertEquals(table.next(source, forward), forward ? rewriter.forward(source) : rewriter.drop(source), at);
      newest = Math.max(newest, source);
      table.forgetBefore(newest - rewriter.window() + 1);
      long asked = newest - random.nextInt(rewriter.window());
      assertEquals(table.numberOf(asked), rewriter.numberOf(asked), at + " asked " + asked);
    }
  }
}
