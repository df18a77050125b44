package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceTrackerTest {
  private final SequenceTracker tracker = new SequenceTracker();

  @ParameterizedTest(name = "{0} then {1}: {2}, {4}")
  @CsvSource({
      "100, 101, ACCEPTED, 1, the next",
      "100, 100, DUPLICATE, 0, the same",
      "100, 103, ACCEPTED, 3, two are missing",
      "65535, 0, ACCEPTED, 1, the number wraps",
      "65534, 2, ACCEPTED, 4, wraps with a gap",
      "0, 65535, ACCEPTED, -1, one from before the first",
      "100, 3099, ACCEPTED, 2999, largest step ahead",
      "100, 3100, INVALID, 0, too far ahead",
      "5000, 3500, ACCEPTED, -1500, largest step back",
      "5000, 3499, TOO_OLD, 0, one further back",
      "40000, 7300, TOO_OLD, 0, a little less than half the circle behind",
      "40000, 7200, INVALID, 0, more than half the circle behind is ahead",
  })
  void unwrapsTheSecondPacketRelativeToTheFirst(int first, int second, Acceptance expected, int step, String why) {
    tracker.onPacket(first);
    long sequence = tracker.sequence();
    assertEquals(expected, tracker.onPacket(second), why);
    assertEquals(sequence + step, tracker.sequence(), why);
    assertEquals(second & 0xffff, expected.accepted() ? tracker.sequence() & 0xffff : second, why);
  }

  @Test
  void aLatePacketIsNewOnceAndThenADuplicate() {
    tracker.onPacket(10);
    tracker.onPacket(12);
    assertEquals(Acceptance.ACCEPTED, tracker.onPacket(11));
    assertEquals(Acceptance.DUPLICATE, tracker.onPacket(11));
    assertEquals(Acceptance.DUPLICATE, tracker.onRecovered(11));
    assertEquals(Acceptance.DUPLICATE, tracker.onPacket(10));
  }

  @Test
  void twoInARowFromElsewhereAreARestartAndTheSequenceStillGrows() {
    tracker.onPacket(50_000);
    long before = tracker.sequence();
    assertEquals(Acceptance.INVALID, tracker.onPacket(7_000));
    assertEquals(Acceptance.RESTARTED, tracker.onPacket(7_001));
    assertTrue(tracker.sequence() > before);
    assertEquals(7_001, tracker.sequence() & 0xffff);
    assertEquals(1, tracker.expected());
    assertEquals(Acceptance.ACCEPTED, tracker.onPacket(7_002));
  }

  @Test
  void oneStrayPacketFromElsewhereIsNoRestart() {
    tracker.onPacket(50_000);
    tracker.onPacket(7_000);
    assertEquals(Acceptance.ACCEPTED, tracker.onPacket(50_001));
    assertEquals(Acceptance.INVALID, tracker.onPacket(7_001));
  }

  @Test
  void aRetransmissionMayComeLaterThanAReorderedPacket() {
    tracker.onPacket(0);
    for (int i = 1; i <= 4; i++) {
      tracker.onPacket(i * 2_500);
    }
    assertEquals(Acceptance.TOO_OLD, tracker.onPacket(2_501));
    assertEquals(Acceptance.ACCEPTED, tracker.onRecovered(2_501));
    assertEquals(Acceptance.DUPLICATE, tracker.onRecovered(2_501));
    assertEquals(Acceptance.TOO_OLD, tracker.onRecovered(65_535));
  }

  @Test
  void aRetransmissionOfAPacketNeverSeenIsAccepted() {
    tracker.onPacket(10);
    assertEquals(Acceptance.ACCEPTED, tracker.onRecovered(12));
    assertEquals(Acceptance.DUPLICATE, tracker.onPacket(12));
    assertEquals(Acceptance.INVALID, tracker.onRecovered(12 + SequenceTracker.MAX_DROPOUT));
  }

  @Test
  void aRetransmissionBeforeAnyMediaBelongsToNothing() {
    assertEquals(Acceptance.INVALID, tracker.onRecovered(10));
    assertEquals(Acceptance.ACCEPTED, tracker.onPacket(10));
  }

  @Test
  void theReportedHighestCountsCyclesFromZero() {
    tracker.onPacket(65_535);
    assertEquals(65_535, tracker.extendedHighestSequence());
    tracker.onPacket(0);
    assertEquals(65_536, tracker.extendedHighestSequence());
    assertEquals(2, tracker.expected());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void everyPacketIsAcceptedExactlyOnceWhateverTheOrder(long seed) {
    Random random = new Random(seed);
    int[] order = new int[200_000];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    for (int i = 0; i + 50 < order.length; i++) {
      int other = i + random.nextInt(50);
      int moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
    Set<Long> sequences = new HashSet<>();
    int first = random.nextInt(65_536);
    for (int number : order) {
      assertTrue(tracker.onPacket(first + number & 0xffff).accepted(), "seed " + seed + " packet " + number);
      assertTrue(sequences.add(tracker.sequence()));
      assertEquals(Acceptance.DUPLICATE, tracker.onPacket(first + number & 0xffff));
    }
  }
}
