package io.plenum.protocol.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SctpTimersTest {
  private static final long MS = 1_000_000L;

  @Test
  void theRtoFollowsTheRoundTripsAsRfc9260Says() {
    RetransmissionTimeout rto = new RetransmissionTimeout();
    assertEquals(500 * MS, rto.rtoNs());
    rto.onRoundTrip(1_000 * MS);
    // SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 RTTVAR.
    assertEquals(3_000 * MS, rto.rtoNs());
    rto.onRoundTrip(1_800 * MS);
    assertEquals(1_100 * MS, rto.smoothedRttNs());
    assertEquals((1_100 + 4 * 575) * MS, rto.rtoNs());
  }

  @Test
  void theRtoLeavesTimeForADelayedSackAndHasALimit() {
    RetransmissionTimeout rto = new RetransmissionTimeout();
    rto.onRoundTrip(MS);
    assertEquals(221 * MS, rto.rtoNs());
    rto.backOff();
    assertEquals(442 * MS, rto.rtoNs());
    for (int i = 0; i < 20; i++) {
      rto.backOff();
    }
    assertEquals(SctpTimings.RTO_MAX_NS, rto.rtoNs());
    rto.onRoundTrip(MS);
    assertEquals(221 * MS, rto.rtoNs());
  }

  @Test
  void onALongEvenPathADelayedSackIsStillNoLoss() {
    RetransmissionTimeout rto = new RetransmissionTimeout();
    for (int i = 0; i < 100; i++) {
      rto.onRoundTrip(500 * MS);
    }
    assertTrue(rto.rtoNs() > 500 * MS + SctpTimings.DELAYED_SACK_NS, () -> rto.rtoNs() + " ns");
  }

  @Test
  void anAcknowledgementUndoesTheBackingOff() {
    RetransmissionTimeout rto = new RetransmissionTimeout();
    rto.onRoundTrip(1_000 * MS);
    rto.backOff();
    rto.backOff();
    assertEquals(12_000 * MS, rto.rtoNs());
    rto.undoBackOff();
    assertEquals(3_000 * MS, rto.rtoNs());
  }

  @Test
  void aRetryWaitsLongerEachTimeAndThenGivesUp() {
    RetryTimer timer = new RetryTimer(3);
    timer.start(0);
    assertEquals(1_000 * MS, timer.deadlineNs());
    assertFalse(timer.isExpired(999 * MS));
    assertTrue(timer.retry(1_000 * MS));
    assertEquals(3_000 * MS, timer.deadlineNs());
    assertTrue(timer.retry(3_000 * MS));
    assertEquals(6_000 * MS, timer.deadlineNs(), "three seconds at most");
    assertTrue(timer.retry(6_000 * MS));
    assertFalse(timer.retry(9_000 * MS));
    assertEquals(Long.MAX_VALUE, timer.deadlineNs());
  }

  @Test
  void everySecondPacketIsAcknowledgedAndTheFirstAfterAWhile() {
    SackSchedule schedule = new SackSchedule();
    schedule.onData(false);
    schedule.onData(false);
    schedule.onPacketEnd(0);
    assertFalse(schedule.isDue(0));
    assertEquals(200 * MS, schedule.nextDeadlineNs());
    assertTrue(schedule.isDue(200 * MS));
    schedule.onData(false);
    schedule.onPacketEnd(50 * MS);
    assertTrue(schedule.isDue(50 * MS));
    schedule.onSackSent();
    assertFalse(schedule.isPending());
    assertEquals(Long.MAX_VALUE, schedule.nextDeadlineNs());
    schedule.onPacketEnd(60 * MS);
    assertFalse(schedule.isPending(), "a packet without data");
    schedule.onData(true);
    schedule.onPacketEnd(60 * MS);
    assertTrue(schedule.isDue(60 * MS));
  }

  @Test
  void tooManyErrorsInARowAreTheEndAndOneAnswerForgivesThem() {
    ErrorCounter errors = new ErrorCounter();
    for (int i = 0; i < SctpTimings.MAX_RETRANSMISSIONS; i++) {
      errors.increment();
    }
    assertFalse(errors.isExhausted());
    errors.increment();
    assertTrue(errors.isExhausted());
    errors.clear();
    assertFalse(errors.isExhausted());
  }
}
