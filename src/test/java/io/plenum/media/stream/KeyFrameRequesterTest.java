package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyFrameRequesterTest {
  private static final long MS = 1_000_000;
  private static final int SSRC = 0x1234;
  private final List<Integer> sent = new ArrayList<>();
  private final KeyFrameRequester requester = new KeyFrameRequester(SSRC, 500 * MS, sent::add);

  @Test
  void asksAtOnceAndForAllTogether() {
    requester.onKeyFrameWanted(0);
    requester.onKeyFrameWanted(1 * MS);
    requester.onKeyFrameWanted(100 * MS);
    assertEquals(List.of(SSRC), sent);
  }

  @Test
  void asksAgainOnlyAfterTheRetryInterval() {
    requester.onKeyFrameWanted(0);
    assertEquals(1000 * MS, requester.nextDeadlineNs());
    requester.onTimeout(999 * MS);
    assertEquals(1, sent.size());
    requester.onTimeout(1000 * MS);
    assertEquals(2, sent.size());
  }

  @Test
  void asksAThirdTimeOnlyIfSomebodyStillWantsIt() {
    requester.onKeyFrameWanted(0);
    requester.onTimeout(1000 * MS);
    requester.onTimeout(2000 * MS);
    assertEquals(2, sent.size());
    assertEquals(Long.MAX_VALUE, requester.nextDeadlineNs());

    requester.onKeyFrameWanted(3000 * MS);
    requester.onTimeout(4000 * MS);
    requester.onKeyFrameWanted(4500 * MS);
    requester.onTimeout(5000 * MS);
    assertEquals(5, sent.size());
  }

  @Test
  void aKeyFrameEndsTheWaiting() {
    requester.onKeyFrameWanted(0);
    requester.onKeyFrame();
    assertEquals(Long.MAX_VALUE, requester.nextDeadlineNs());
    requester.onTimeout(1000 * MS);
    assertEquals(1, sent.size());
  }

  @Test
  void whoComesRightBehindAnotherWaitsUntilABrowserHearsTheNextRequest() {
    requester.onKeyFrameWanted(0);
    requester.onKeyFrame();
    requester.onKeyFrameWanted(60 * MS);
    requester.onKeyFrameWanted(310 * MS);
    assertEquals(1, sent.size());
    assertEquals(350 * MS, requester.nextDeadlineNs());
    requester.onTimeout(350 * MS);
    assertEquals(2, sent.size());
    requester.onKeyFrame();
  }

  @Test
  void whoComesBehindThatTimeDoesNotWait() {
    requester.onKeyFrameWanted(0);
    requester.onKeyFrame();
    requester.onKeyFrameWanted(350 * MS);
    assertEquals(2, sent.size());
  }

  @Test
  void theThirdWaitsForTheIntervalAndSoDoesEachAfterIt() {
    requester.onKeyFrameWanted(0);
    requester.onKeyFrame();
    requester.onKeyFrameWanted(350 * MS);
    long dueNs = 350 * MS;
    for (int i = 1; i < 10; i++) {
      requester.onKeyFrame();
      requester.onKeyFrameWanted(500 * MS * i - 100 * MS);
      assertEquals(i + 1, sent.size());
      dueNs = Math.max(dueNs + 350 * MS, 500 * MS * i);
      assertEquals(dueNs, requester.nextDeadlineNs());
      requester.onTimeout(dueNs);
      assertEquals(i + 2, sent.size());
    }
  }

  @Test
  void aKeyFrameThatComesBeforeTheDelayedRequestSavesIt() {
    requester.onKeyFrameWanted(0);
    requester.onKeyFrame();
    requester.onKeyFrameWanted(60 * MS);
    requester.onKeyFrame();
    requester.onTimeout(500 * MS);
    assertEquals(1, sent.size());
  }

  @Test
  void aThousandRequestsASecondBecomeTwo() {
    for (int ms = 0; ms < 10_000; ms++) {
      requester.onKeyFrameWanted(ms * MS);
      requester.onTimeout(ms * MS);
      if (ms % 50 == 49) {
        requester.onKeyFrame();
      }
    }
    // And the one that may be close behind the first.
    assertTrue(sent.size() <= 21, () -> "sent " + sent.size());
  }

  @Test
  void withoutAMinimumIntervalAKeyFrameFreesTheNextRequest() {
    KeyFrameRequester eager = new KeyFrameRequester(SSRC, 0, sent::add);
    eager.onKeyFrameWanted(0);
    eager.onKeyFrame();
    eager.onKeyFrameWanted(1);
    assertEquals(2, sent.size());
  }
}
