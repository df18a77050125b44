package io.plenum.protocol.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayWindowTest {
  private static final int SIZE = 128;

  private final ReplayWindow window = new ReplayWindow(SIZE);

  @Test
  void acceptsAnyFirstIndex() {
    assertNull(window.check(0));
    assertNull(window.check(65_535));
    assertEquals(-1, window.highest());
  }

  @Test
  void refusesTheSameIndexTwice() {
    window.accept(1000);
    assertEquals(SrtpDrop.REPLAYED, window.check(1000));
    assertNull(window.check(1001));
    assertNull(window.check(999));
  }

  @Test
  void reachesBackExactlyItsSize() {
    window.accept(1000);
    assertNull(window.check(1000 - SIZE + 1));
    assertEquals(SrtpDrop.TOO_OLD, window.check(1000 - SIZE));
  }

  @Test
  void aJumpForgetsWhatIsBehindTheWindowAndNothingElse() {
    window.accept(1000);
    window.accept(1000 + SIZE - 1);
    assertEquals(SrtpDrop.REPLAYED, window.check(1000));
    assertNull(window.check(1001));
    window.accept(1000 + 10 * SIZE);
    assertEquals(SrtpDrop.TOO_OLD, window.check(1000));
    assertNull(window.check(1000 + 9 * SIZE + 1));
  }

  @Test
  void needsAPowerOfTwo() {
    assertThrows(IllegalArgumentException.class, () -> new ReplayWindow(100));
    assertThrows(IllegalArgumentException.class, () -> new ReplayWindow(32));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void agreesWithASetOfEverythingAccepted(long seed) {
    Random random = new Random(seed);
    Set<Long> accepted = new HashSet<>();
    long highest = -1;
    for (int i = 0; i < 50_000; i++) {
      int jump = random.nextInt(100) == 0 ? 3 * SIZE : 4;
      long index = Math.max(0, highest + random.nextInt(jump) - random.nextInt(SIZE + 20));
      SrtpDrop expected = index <= highest - SIZE
          ? SrtpDrop.TOO_OLD
          : accepted.contains(index) ? SrtpDrop.REPLAYED : null;
      assertEquals(expected, window.check(index), "index " + index + " of " + highest + ", seed " + seed);
      if (expected == null) {
        window.accept(index);
        accepted.add(index);
        highest = Math.max(highest, index);
      }
      assertEquals(highest, window.highest());
    }
  }
}
