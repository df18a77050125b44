package io.plenum.protocol.sctp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.FragmentRuns.Run;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FragmentRunsTest {
  private final FragmentRuns runs = new FragmentRuns();

  private static Fragment fragment(int content, boolean begin, boolean end) {
    return new Fragment(new byte[] {(byte) content}, begin, end, begin ? 53 : 0);
  }

  @Test
  void aMessageIsWholeInWhateverOrderItsFragmentsCome() {
    List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6));
    Random random = new Random(1);
    for (int turn = 0; turn < 500; turn++) {
      Collections.shuffle(order, random);
      Run whole = null;
      for (int i = 0; i < order.size(); i++) {
        int n = order.get(i);
        Run run = runs.add(100 + n, fragment(n, n == 0, n == 6));
        assertEquals(i == 6, run.isWhole(), () -> "order " + order);
        whole = run;
      }
      SctpMessage message = whole.join(9);
      assertArrayEquals(new byte[] {0, 1, 2, 3, 4, 5, 6}, message.payload());
      assertEquals(53, message.payloadProtocolId());
      runs.remove(whole);
      assertTrue(runs.isEmpty());
    }
  }

  @Test
  void neighboursOfDifferentMessagesStayApart() {
    Run first = runs.add(10, fragment(0, true, false));
    Run second = runs.add(12, fragment(2, true, false));
    Run end = runs.add(11, fragment(1, false, true));
    assertTrue(end.isWhole());
    assertEquals(2, end.payloadBytes());
    assertFalse(second.isWhole());
    assertEquals(first.cost(), end.cost());
  }

  @Test
  void aNumberThatIsTakenIsRefused() {
    assertNotNull(runs.add(1, fragment(0, true, false)));
    assertNotNull(runs.add(2, fragment(0, false, false)));
    assertNull(runs.add(1, fragment(0, true, false)));
    assertNull(runs.add(2, fragment(0, false, true)));
  }

  @Test
  void whatIsDroppedIsAccountedFor() {
    runs.add(1, fragment(0, true, false));
    runs.add(5, fragment(0, true, false));
    runs.add(9, fragment(0, true, false));
    int each = 1 + Fragment.OVERHEAD_BYTES;
    assertEquals(3 * each, runs.cost());
    assertEquals(2 * each, runs.removeUpTo(5));
    assertEquals(each, runs.cost());
  }
}
