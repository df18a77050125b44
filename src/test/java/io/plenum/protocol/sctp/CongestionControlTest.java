package io.plenum.protocol.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** RFC 9260 §7.2, paragraph by paragraph. */
class CongestionControlTest {
  private static final int PACKET = 1_000;
  private static final long RTO = 400_000_000L;
  private final CongestionControl congestion = new CongestionControl(PACKET);

  private void acked(long bytes, long flightBefore) {
    congestion.onAcked(bytes, flightBefore, false);
  }

  @Test
  void slowStartGrowsByWhatWasAcknowledgedAndAtMostAPacket() {
    assertEquals(10_000, congestion.windowBytes());
    acked(500, 10_000);
    assertEquals(10_500, congestion.windowBytes());
    acked(3_000, 10_500);
    assertEquals(11_500, congestion.windowBytes());
  }

  @Test
  void slowStartStandsStillIfTheWindowIsNotUsed() {
    acked(1_000, 5_000);
    assertEquals(10_000, congestion.windowBytes());
  }

  @Test
  void aLossHalvesOnceForEachRecovery() {
    assertTrue(congestion.onLoss(50, 0));
    assertEquals(5_000, congestion.windowBytes());
    assertFalse(congestion.onLoss(60, 0));
    assertEquals(5_000, congestion.windowBytes());
    congestion.onCumulativeTsn(49);
    assertTrue(congestion.isRecovering());
    acked(1_000, 5_000);
    assertEquals(5_000, congestion.windowBytes(), "no growth while recovering");
    congestion.onCumulativeTsn(50);
    assertFalse(congestion.isRecovering());
    assertTrue(congestion.onLoss(70, 0));
    assertEquals(4_000, congestion.windowBytes(), "four packets are the least");
  }

  @Test
  void aLostRetransmissionHalvesAgainOnceForAllThatWentBeforeIt() {
    for (int i = 0; i < 30; i++) {
      acked(1_000, congestion.windowBytes());
    }
    assertTrue(congestion.onLoss(50, 0));
    assertEquals(20_000, congestion.windowBytes());
    // Sent again after 50, and lost; by then 60 had been sent.
    assertTrue(congestion.onLoss(60, 51));
    assertEquals(10_000, congestion.windowBytes());
    assertFalse(congestion.onLoss(62, 53), "another one of the same flight");
    assertEquals(10_000, congestion.windowBytes());
    congestion.onCumulativeTsn(59);
    assertTrue(congestion.isRecovering());
    assertTrue(congestion.onLoss(70, 61), "sent again after the second halving");
    assertEquals(5_000, congestion.windowBytes());
  }

  @Test
  void avoidanceGrowsByAPacketForEachWindow() {
    congestion.onLoss(50, 0);
    congestion.onCumulativeTsn(50);
    acked(1_000, 5_000);
    assertEquals(6_000, congestion.windowBytes(), "at the threshold it is still slow start");
    for (int i = 0; i < 5; i++) {
      acked(1_000, 6_000);
    }
    assertEquals(6_000, congestion.windowBytes());
    acked(1_000, 6_000);
    assertEquals(7_000, congestion.windowBytes());
  }

  @Test
  void aTimeoutBeginsAgainWithOnePacket() {
    congestion.onTimeout();
    assertEquals(PACKET, congestion.windowBytes());
    assertEquals(5_000, congestion.slowStartThresholdBytes());
  }

  @Test
  void idlenessHalvesForEachRtoDownToFourPackets() {
    for (int i = 0; i < 30; i++) {
      acked(1_000, congestion.windowBytes());
    }
    assertEquals(40_000, congestion.windowBytes());
    congestion.beforeSend(true, RTO, 0);
    congestion.beforeSend(true, RTO, RTO);
    assertEquals(40_000, congestion.windowBytes(), "one RTO is no idleness");
    congestion.beforeSend(true, RTO, 3 * RTO);
    assertEquals(10_000, congestion.windowBytes());
    congestion.beforeSend(false, RTO, 100 * RTO);
    assertEquals(10_000, congestion.windowBytes(), "what is in flight is not idle");
    congestion.beforeSend(true, RTO, 1_000 * RTO);
    assertEquals(4_000, congestion.windowBytes());
    assertTrue(congestion.slowStartThresholdBytes() >= 40_000, "and slow start leads back");
  }

  @Test
  void idlenessDoesNotRaiseAWindowThatWasLower() {
    congestion.onTimeout();
    congestion.beforeSend(true, RTO, 0);
    congestion.beforeSend(true, RTO, 100 * RTO);
    assertEquals(PACKET, congestion.windowBytes());
  }

  @Test
  void theWindowHasALimit() {
    for (int i = 0; i < 10_000; i++) {
      acked(1_000, Long.MAX_VALUE / 2);
    }
    assertEquals(CongestionControl.MAX_WINDOW_BYTES, congestion.windowBytes());
  }
}
