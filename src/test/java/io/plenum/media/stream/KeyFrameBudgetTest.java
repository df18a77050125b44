package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The streams of one simulcast producer. */
class KeyFrameBudgetTest {
  private static final long MS = 1_000_000;
  private static final int STREAMS = 3;

  private final List<Integer> asked = new ArrayList<>();
  private final KeyFrameBudget budget = new KeyFrameBudget(STREAMS);
  private final List<KeyFrameRequester> requesters = new ArrayList<>();

  KeyFrameBudgetTest() {
    for (int i = 0; i < STREAMS; i++) {
      requesters.add(new KeyFrameRequester(i, KeyFrameRequester.DEFAULT_MIN_INTERVAL_NS, budget, asked::add));
    }
  }

  private void timeout(long nowNs) {
    for (KeyFrameRequester requester : requesters) {
      requester.onTimeout(nowNs);
    }
  }

  @Test
  void allMayBeAskedAtOnceAndOneOfThemOnceMore() {
    requesters.forEach(requester -> requester.onKeyFrameWanted(0));
    requesters.forEach(KeyFrameRequester::onKeyFrame);
    requesters.get(1).onKeyFrameWanted(350 * MS);
    assertEquals(List.of(0, 1, 2, 1), asked);
    requesters.get(2).onKeyFrameWanted(350 * MS);
    assertEquals(4, asked.size());
    assertEquals(500 * MS, requesters.get(2).nextDeadlineNs());
    requesters.get(2).onTimeout(500 * MS);
    assertEquals(List.of(0, 1, 2, 1, 2), asked);
  }

  @Test
  void anotherStreamWaitsUntilABrowserHearsTheNextRequestUnlessItsKeyFrameCame() {
    requesters.get(0).onKeyFrameWanted(-20 * MS);
    requesters.get(1).onKeyFrameWanted(10 * MS);
    assertEquals(List.of(0, 1), asked, "as long as nothing was answered, all may be asked");
    requesters.get(0).onKeyFrame();
    requesters.get(1).onKeyFrame();
    requesters.get(2).onKeyFrameWanted(100 * MS);
    requesters.get(1).onKeyFrameWanted(150 * MS);
    assertEquals(360 * MS, requesters.get(2).nextDeadlineNs());
    requesters.get(1).onKeyFrame();
    timeout(360 * MS);
    assertEquals(List.of(0, 1, 2), asked);
  }

  @Test
  void whoGoesFromLayerToLayerGetsNoMoreThanTwoASecond() {
    for (int ms = 0; ms < 20_000; ms++) {
      requesters.get(ms % STREAMS).onKeyFrameWanted(ms * MS);
      timeout(ms * MS);
      if (ms % 30 == 29) {
        requesters.forEach(KeyFrameRequester::onKeyFrame);
      }
    }
    assertTrue(asked.size() <= 40 + STREAMS + 1, asked.size() + " in 20 s");
    assertTrue(asked.size() >= 38, asked.size() + " in 20 s");
  }

  @Test
  void whoWantsTheOneStreamIsServedAlthoughAnotherWantsTheOtherTwoAllTheTime() {
    long wantedMs = -1;
    long longestMs = 0;
    int served = 0;
    for (int ms = 0; ms < 60_000; ms++) {
      requesters.get(0).onKeyFrameWanted(ms * MS);
      requesters.get(1).onKeyFrameWanted(ms * MS);
      if (ms % 3_000 == 1_700) {
        requesters.get(2).onKeyFrameWanted(ms * MS);
        wantedMs = ms;
      }
      timeout(ms * MS);
      if (wantedMs >= 0 && asked.get(asked.size() - 1) == 2) {
        longestMs = Math.max(longestMs, ms - wantedMs);
        wantedMs = -1;
        served++;
      }
      if (ms % 30 == 29) {
        requesters.get(0).onKeyFrame();
        requesters.get(1).onKeyFrame();
        if (wantedMs < 0) {
          requesters.get(2).onKeyFrame();
        }
      }
    }
    assertEquals(20, served);
    assertTrue(longestMs <= 1_500, longestMs + " ms");
  }

  @Test
  void nobodyIsWokenInVain() {
    int wakeUps = 0;
    requesters.forEach(requester -> requester.onKeyFrameWanted(0));
    requesters.forEach(KeyFrameRequester::onKeyFrame);
    long nowNs = 50 * MS;
    requesters.forEach(requester -> requester.onKeyFrameWanted(50 * MS));
    while (asked.size() < 2 * STREAMS) {
      nowNs = requesters.stream().mapToLong(KeyFrameRequester::nextDeadlineNs).min().orElseThrow();
      wakeUps++;
      timeout(nowNs);
    }
    assertTrue(wakeUps <= STREAMS, wakeUps + " wake-ups");
    assertEquals(1_000 * MS, nowNs);
  }
}
