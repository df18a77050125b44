package io.plenum.media.congestion;

import static io.plenum.media.congestion.SimulatedSend.MS;
import static io.plenum.media.congestion.SimulatedSend.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtcp.TransportFeedback;
import io.plenum.protocol.rtcp.TransportFeedbackBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BandwidthEstimatorTest {
  private static SimulatedSend call(long seed, long capacityBps, double loss, long desiredBps) {
    SimulatedSend call =
        new SimulatedSend(new SimulatedLink(seed, capacityBps, 25 * MS, 300 * MS, loss, MS / 2), 25 * MS);
    call.estimator.setDesiredBitrate(desiredBps);
    return call;
  }

  private static void assertShare(double low, double high, double estimate, long capacity, String when) {
    double share = estimate / capacity;
    assertTrue(share >= low && share <= high, when + ": " + share + " of " + capacity);
  }

  @ParameterizedTest
  @CsvSource({"1,300000", "2,1000000", "3,2500000", "4,5000000", "5,10000000"})
  void findsTheCapacityWithinFourSecondsAndStays(long seed, long capacityBps) {
    SimulatedSend call = call(seed, capacityBps, 0, 20_000_000);
    assertShare(0.6, 1.1, call.run(4), capacityBps, "seed " + seed + " after 4 s");
    for (int i = 1; i <= 6; i++) {
      assertShare(0.7, 1.1, call.run(5), capacityBps, "seed " + seed + " after " + (4 + 5 * i) + " s");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void goesDownWithinTwoSecondsOfADropAndComesBack(long seed) {
    SimulatedSend call = call(seed, 3_000_000, 0, 20_000_000);
    call.run(10);
    call.link.capacityBps = 800_000;
    call.run(2);
    assertShare(0.3, 1.1, call.estimator.targetBitrateBps(), 800_000, "seed " + seed + " 2 s after the drop");
    assertShare(0.7, 1.1, call.run(8), 800_000, "seed " + seed + " 10 s after the drop");
    call.link.capacityBps = 3_000_000;
    assertShare(0.7, 1.1, call.run(8), 3_000_000, "seed " + seed + " 8 s after the return");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aLittleRandomLossDoesNotTakeThePathAway(long seed) {
    SimulatedSend call = call(seed, 3_000_000, 0.03, 20_000_000);
    assertShare(0.5, 1.1, call.run(15), 3_000_000, "seed " + seed);
  }

  @Test
  void heavyLossTakesTheEstimateDown() {
    SimulatedSend call = call(1, 3_000_000, 0.25, 20_000_000);
    assertTrue(call.run(15) < 600_000, "estimate " + call.estimator.targetBitrateBps());
    assertTrue(call.estimator.loss() > 0.15);
  }

  @Test
  void aSenderOfLittleLearnsByProbesWhatItCouldSend() {
    SimulatedSend call = call(1, 5_000_000, 0, 2_500_000);
    call.mediaMaxBps = 200_000;
    double estimate = call.run(15);
    assertTrue(estimate > 2_400_000, "estimate " + estimate);
    assertTrue(call.probedBps.stream().allMatch(bps -> bps <= 2_500_000 * 1.35 + 1));
  }

  @Test
  void thereIsNoProbeWhenNothingMoreIsWanted() {
    SimulatedSend call = call(1, 5_000_000, 0, 500_000);
    call.mediaMaxBps = 500_000;
    call.run(20);
    assertEquals(List.of(), call.probedBps);
  }

  @Test
  void theFirstProbesAreThreeAndSixTimesTheStart() {
    SimulatedSend call = call(1, 50_000_000, 0, 100_000_000);
    call.run(1);
    assertEquals(1_800_000, call.probedBps.get(0));
    assertEquals(3_600_000, call.probedBps.get(1), 150_000);
  }

  @Test
  void whenFeedbackNoLongerComesTheEstimateGoesDown() {
    SimulatedSend call = call(1, 3_000_000, 0, 20_000_000);
    call.run(10);
    long before = call.estimator.targetBitrateBps();
    call.feedbackArrives = false;
    call.run(2.5);
    assertEquals(before, call.estimator.targetBitrateBps());
    call.run(5);
    assertTrue(call.estimator.targetBitrateBps() < before * 0.5);
    call.feedbackArrives = true;
    assertShare(0.6, 1.1, call.run(12), 3_000_000, "12 s after the feedback is back");
  }

  @Test
  void toSendNothingIsNotSilence() {
    SimulatedSend call = call(1, 3_000_000, 0, 20_000_000);
    call.run(10);
    long before = call.estimator.targetBitrateBps();
    call.feedbackArrives = false;
    call.run(0.1);
    call.estimator.setDesiredBitrate(0);
    call.mediaMaxBps = 0;
    call.run(20);
    assertEquals(before, call.estimator.targetBitrateBps());
  }

  @Test
  void theUsersLimitsHold() {
    SimulatedSend call = call(1, 5_000_000, 0, 20_000_000);
    call.estimator.setLimits(0, 1_000_000, call.now);
    call.run(5);
    assertEquals(1_000_000, call.estimator.targetBitrateBps());
    call.estimator.setLimits(8_000_000, 0, call.now);
    assertEquals(8_000_000, call.estimator.targetBitrateBps());
  }

  @Test
  void withoutFeedbackTheRembIsTheEstimateAndHeavyLossTakesFromIt() {
    List<Long> told = new ArrayList<>();
    BandwidthEstimator estimator = new BandwidthEstimator(600_000, new BandwidthEstimator.Sink() {
      @Override
      public void onTargetBitrate(long bitrateBps) {
        told.add(bitrateBps);
      }

      @Override
      public void startProbe(int probeId, long bitrateBps, int packets, int packetBytes) {}
    });
    estimator.onRemb(2_000_000, 0);
    estimator.onReportedLoss(64, SECOND);
    estimator.onReportedLoss(64, 2 * SECOND);
    assertEquals(List.of(2_000_000L, 1_750_000L, 1_531_250L), told);
    estimator.onReportedLoss(12, 3 * SECOND);
    assertEquals(1_531_250, estimator.targetBitrateBps(), "5 % is borne");
    for (int i = 4; i < 10; i++) {
      estimator.onReportedLoss(2, i * SECOND);
    }
    assertEquals(2_000_000, estimator.targetBitrateBps());
    estimator.onRemb(0, 10 * SECOND);
    assertEquals(BandwidthEstimator.MIN_BITRATE_BPS, estimator.targetBitrateBps());
  }

  @Test
  void smallChangesAreToldOnceASecond() {
    SimulatedSend call = call(1, 5_000_000, 0, 20_000_000);
    call.run(10);
    int before = call.told.size();
    call.run(10);
    assertTrue(call.told.size() - before <= 30, "told " + (call.told.size() - before));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void inventedFeedbackNeitherThrowsNorOpensThePath(long seed) {
    SimulatedSend call = call(seed, 1_000_000, 0, 2_000_000);
    call.run(3);
    Random random = new Random(seed);
    byte[] bytes = new byte[1500];
    RtcpWriter writer = new RtcpWriter();
    RtcpReader reader = new RtcpReader();
    for (int i = 0; i < 20_000; i++) {
      TransportFeedbackBuilder builder = new TransportFeedbackBuilder(1200);
      int base = random.nextInt(65536);
      long arrivalNs = random.nextLong() >> random.nextInt(40);
      builder.begin(base, arrivalNs);
      int number = base;
      for (int packet = random.nextInt(50); packet >= 0; packet--) {
        builder.add(number & 0xffff, arrivalNs);
        number += 1 + random.nextInt(random.nextBoolean() ? 2 : 600);
        arrivalNs += random.nextInt(20_000_000) - 5_000_000;
      }
      writer.begin(bytes, 0, bytes.length);
      writer.transportFeedback(1, 2, i, builder);
      reader.read(bytes, 0, writer.length(), new RtcpHandler() {
        @Override
        public void onTransportFeedback(TransportFeedback view) {
          call.estimator.onFeedback(view, call.now);
        }
      });
      if (i % 50 == 0) {
        call.run(0.02);
      }
    }
    long target = call.estimator.targetBitrateBps();
    assertTrue(target >= BandwidthEstimator.MIN_BITRATE_BPS && target < 10_000_000, "seed " + seed + ": " + target);
  }

  @Test
  void nothingChangesWhenTheReferenceTimeWraps() {
    SimulatedSend plain = call(1, 2_000_000, 0, 20_000_000);
    SimulatedSend wrapping = call(1, 2_000_000, 0, 20_000_000);
    plain.receiverClockOffsetNs = 0;
    // The simulation begins at 5 s; the 24 bits are full 2 s later, and the slots of 10 ms lie as before.
    wrapping.receiverClockOffsetNs = (1L << 24) * TransportFeedback.REFERENCE_TIME_NS - 110 * 64 * MS;
    plain.run(10);
    wrapping.run(10);
    assertEquals(plain.told, wrapping.told);
  }

  @Test
  void aNumberThatWasSkippedWasNotSent() {
    SentPackets sent = new SentPackets();
    for (int i = 0; i < SentPackets.INITIAL_PACKETS; i++) {
      sent.add(i, 1000, 0, 0);
    }
    sent.add(600, 1000, 0, 10 * SECOND);
    assertEquals(SentPackets.INITIAL_PACKETS, sent.capacity(), "the old ones are too old to grow for");
    assertEquals(SentPackets.NONE, sent.state(550));
    assertEquals(SentPackets.SENT, sent.state(511));
    assertEquals(SentPackets.SENT, sent.state(600));
  }

  @Test
  void aReceiverWhoseClockStepsBackIsMeasuredAnew() {
    BitrateMeter meter = new BitrateMeter(500 * MS);
    for (int i = 0; i < 1000; i++) {
      meter.add(1000, 100 * SECOND + i * 10 * MS);
    }
    assertEquals(800_000, meter.bitrateBps(100 * SECOND + 9_990 * MS));
    for (int i = 0; i < 1000; i++) {
      meter.add(2000, i * 10 * MS);
    }
    assertEquals(1_600_000, meter.bitrateBps(9_990 * MS));
  }

  /** A twentieth is lost and sent again 75 ms later: the path loses that much, and is no slower for it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPacketThatIsSentAgainUnderItsNumberStaysOneLostPacketAndItsDelayCountsForNothing(long seed) {
    SimulatedSend plain = call(seed, 100_000_000, 0.05, 2_000_000);
    SimulatedSend repaired = call(seed, 100_000_000, 0.05, 2_000_000);
    repaired.sendsAgainAfterNs = 75 * MS;
    double estimate = plain.run(10);
    assertEquals(estimate, repaired.run(10), 0.1 * estimate, "seed " + seed);
    assertTrue(repaired.sentAgain > 30, "seed " + seed + ": " + repaired.sentAgain);
    assertEquals(plain.estimator.loss(), repaired.estimator.loss(), 0.01, "seed " + seed);
    assertEquals(plain.estimator.rttNs(), repaired.estimator.rttNs(), 5 * MS, "seed " + seed);
  }

  @Test
  void whatIsRememberedOfSentPacketsHasALimit() {
    SentPackets sent = new SentPackets();
    for (int i = 0; i < 200_000; i++) {
      sent.add(i & 0xffff, 1000, 0, i);
    }
    assertEquals(SentPackets.MAX_PACKETS, sent.capacity());
    assertEquals(SentPackets.SENT, sent.state(sent.newest() - SentPackets.MAX_PACKETS + 1));
    assertEquals(SentPackets.NONE, sent.state(sent.newest() - SentPackets.MAX_PACKETS));
    assertEquals(SentPackets.NONE, sent.state(sent.newest() + 1));
  }
}
