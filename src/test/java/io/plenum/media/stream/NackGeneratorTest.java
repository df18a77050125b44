package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NackGeneratorTest implements NackGenerator.Sink {
  private static final long MS = 1_000_000;
  private final NackGenerator nacks = new NackGenerator(this);
  private final List<List<Integer>> requests = new ArrayList<>();
  private int keyFrameRequests;

  @Override
  public void requestRetransmission(int[] sequenceNumbers, int count) {
    requests.add(Arrays.stream(sequenceNumbers, 0, count).boxed().toList());
  }

  @Override
  public void requestKeyFrame() {
    keyFrameRequests++;
  }

  private void receive(long nowNs, long... sequences) {
    for (long sequence : sequences) {
      nacks.onPacket(sequence, nowNs);
    }
  }

  @Test
  void asksForWhatIsMissingAfterTheDelay() {
    receive(0, 1, 4, 6);
    assertEquals(10 * MS, nacks.nextDeadlineNs());
    nacks.onTimeout(10 * MS - 1);
    assertEquals(List.of(), requests);
    nacks.onTimeout(10 * MS);
    assertEquals(List.of(List.of(2, 3, 5)), requests);
  }

  @Test
  void doesNotAskForWhatWasMerelyOvertaken() {
    receive(0, 1, 4);
    receive(5 * MS, 3, 2);
    assertEquals(Long.MAX_VALUE, nacks.nextDeadlineNs());
    nacks.onTimeout(10 * MS);
    assertEquals(List.of(), requests);
  }

  @Test
  void repeatsAfterTheRoundTripAndGivesUpAfterTenRequests() {
    nacks.onRtt(60 * MS);
    receive(0, 1, 3);
    long firstNs = nacks.nextDeadlineNs();
    nacks.onTimeout(firstNs);
    assertEquals(firstNs + 60 * MS, nacks.nextDeadlineNs());
    while (nacks.nextDeadlineNs() != Long.MAX_VALUE) {
      nacks.onTimeout(nacks.nextDeadlineNs());
    }
    assertEquals(NackGenerator.MAX_REQUESTS, requests.size());
    assertEquals(0, nacks.missingCount());
  }

  @Test
  void withoutAKnownRoundTripItRepeatsAfterHundredMilliseconds() {
    receive(0, 1, 3);
    nacks.onTimeout(10 * MS);
    assertEquals(110 * MS, nacks.nextDeadlineNs());
  }

  @Test
  void aTinyRoundTripDoesNotUseUpTheRequestsAtOnce() {
    nacks.onRtt(1);
    receive(0, 1, 3);
    nacks.onTimeout(10 * MS);
    assertEquals(30 * MS, nacks.nextDeadlineNs());
  }

  @Test
  void requestsThatFollowEachOtherCloselyAreSentTogether() {
    receive(0, 1, 3);
    receive(1 * MS, 5);
    receive(2 * MS, 7);
    nacks.onTimeout(nacks.nextDeadlineNs());
    assertEquals(15 * MS, nacks.nextDeadlineNs());
    nacks.onTimeout(nacks.nextDeadlineNs());
    assertEquals(List.of(List.of(2), List.of(4, 6)), requests);
  }

  @Test
  void theNumbersAskedForAreTheSixteenBitsOfTheWire() {
    receive(0, 0x1fffdL, 0x20002L);
    nacks.onTimeout(10 * MS);
    assertEquals(List.of(List.of(0xfffe, 0xffff, 0, 1)), requests);
  }

  @Test
  void aFullListIsCutAtTheLastKeyFrame() {
    receive(0, 0, 700, 701);
    nacks.onKeyFrame(701);
    receive(0, 1200);
    assertEquals(0, keyFrameRequests);
    assertEquals(498, nacks.missingCount());
    nacks.onTimeout(10 * MS);
    assertEquals(IntStream.range(702, 1200).boxed().toList(), requests.get(0));
  }

  @Test
  void aFullListThatNoKeyFrameShortensAsksForOne() {
    receive(0, 0, 700, 1401);
    assertEquals(1, keyFrameRequests);
    assertEquals(0, nacks.missingCount());
    receive(0, 1402, 1404);
    nacks.onTimeout(10 * MS);
    assertEquals(List.of(List.of(1403)), requests);
  }

  @Test
  void theListNeverGrowsBeyondItsLimit() {
    long sequence = 0;
    for (int i = 0; i < 100_000; i++) {
      sequence += 2 + i % 2900;
      receive(0, sequence);
      assertTrue(nacks.missingCount() <= NackGenerator.MAX_MISSING);
    }
    assertTrue(keyFrameRequests > 0);
  }

  @Test
  void whatIsTenThousandPacketsOldIsForgotten() {
    receive(0, 0, 2);
    for (int i = 3; i <= 10_001; i++) {
      receive(0, i);
    }
    assertEquals(1, nacks.missingCount());
    receive(0, 10_002);
    assertEquals(0, nacks.missingCount());
  }

  @Test
  void aNewBeginningIsNotAGap() {
    receive(0, 1, 3);
    nacks.reset();
    receive(0, 60_000, 60_002);
    nacks.onTimeout(10 * MS);
    assertEquals(List.of(List.of(60_001)), requests);
  }
}
