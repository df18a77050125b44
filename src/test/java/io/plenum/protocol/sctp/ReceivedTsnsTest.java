package io.plenum.protocol.sctp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ReceivedTsnsTest {
  private static final long FIRST = SerialNumber.first(0xffff_fff0);

  private final ReceivedTsns received = new ReceivedTsns(FIRST);
  private final int[] gaps = new int[64];

  private int[] gaps() {
    return Arrays.copyOf(gaps, 2 * received.gapBlocks(gaps));
  }

  @Test
  void aRowMovesTheCumulativeNumberOverTheWrap() {
    for (int i = 0; i < 100; i++) {
      long tsn = received.unwrap(0xffff_fff0 + i);
      assertTrue(received.isNext(tsn));
      received.add(tsn);
    }
    assertEquals(0xffff_fff0 + 99, (int) received.cumulative());
    assertFalse(received.hasGaps());
  }

  @Test
  void holesAreBlocksUntilTheyAreFilled() {
    received.add(FIRST);
    received.add(FIRST + 2);
    received.add(FIRST + 3);
    received.add(FIRST + 6);
    assertArrayEquals(new int[] {2, 3, 6, 6}, gaps());
    assertTrue(received.contains(FIRST + 3));
    assertFalse(received.contains(FIRST + 4));
    received.add(FIRST + 1);
    assertEquals(FIRST + 3, received.cumulative());
    assertArrayEquals(new int[] {3, 3}, gaps());
  }

  @Test
  void forwardingSkipsWhatIsMissingAndKeepsWhatHasCome() {
    received.add(FIRST + 2);
    received.add(FIRST + 3);
    received.add(FIRST + 9);
    received.forwardTo(FIRST + 1);
    assertEquals(FIRST + 3, received.cumulative());
    received.forwardTo(FIRST + 1);
    assertEquals(FIRST + 3, received.cumulative(), "not backwards");
    received.forwardTo(FIRST + 100);
    assertEquals(FIRST + 100, received.cumulative());
    assertFalse(received.hasGaps());
    // What was set before must not shine through a turn of the ring later.
    received.add(FIRST + 103);
    assertArrayEquals(new int[] {3, 3}, gaps());
  }

  @Test
  void theWindowEndsWhereItSays() {
    assertTrue(received.isInWindow(FIRST + ReceivedTsns.WINDOW - 1));
    assertFalse(received.isInWindow(FIRST + ReceivedTsns.WINDOW));
    received.add(FIRST + ReceivedTsns.WINDOW - 1);
    assertArrayEquals(new int[] {ReceivedTsns.WINDOW, ReceivedTsns.WINDOW}, gaps());
  }

  @Test
  void itAgreesWithAPlainSetWhateverComes() {
    SplittableRandom random = new SplittableRandom(42);
    TreeSet<Long> all = new TreeSet<>();
    long cumulative = FIRST - 1;
    for (int i = 0; i < 50_000; i++) {
      long tsn = cumulative + 1 + random.nextInt(random.nextInt(20) == 0 ? 5_000 : 40);
      if (!received.contains(tsn)) {
        received.add(tsn);
        all.add(tsn);
      }
      if (random.nextInt(1_000) == 0) {
        cumulative = received.cumulative() + random.nextInt(300);
        received.forwardTo(cumulative);
        all.headSet(cumulative + 1).clear();
      }
      while (all.remove(cumulative + 1)) {
        cumulative++;
      }
      assertEquals(cumulative, received.cumulative(), "step " + i);
      assertEquals(all.contains(tsn + 7), tsn + 7 > cumulative && received.contains(tsn + 7));
      if (!all.isEmpty() && i % 50 == 0) {
        received.gapBlocks(gaps);
        assertEquals(all.first() - cumulative, gaps[0]);
        assertFalse(all.contains(cumulative + gaps[1] + 1));
      }
    }
  }
}
