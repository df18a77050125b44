package io.plenum.media.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteBitrateEstimatorTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1_000 * MS;
  private static final int PACKET_BYTES = 1100;

  private final List<Long> told = new ArrayList<>();
  private final RemoteBitrateEstimator estimator = new RemoteBitrateEstimator(told::add);

  private record InFlight(long sentNs, long arrivalNs) {}

  /** A publisher whose encoder does as it is told, up to a limit of its own, over a link. */
  private final class Call {
    private static final long STEP_NS = MS;
    private final SimulatedLink link;
    private final long encoderMaxBps;
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private long now = 7 * SECOND;
    private double owedBytes;
    private double frameBytes;
    private double budgetBytes;

    private Call(SimulatedLink link, long encoderMaxBps) {
      this.link = link;
      this.encoderMaxBps = encoderMaxBps;
    }

    /** Runs, and answers the mean estimate over the last second. */
    private double run(double seconds) {
      long end = now + (long) (seconds * SECOND);
      double sum = 0;
      int samples = 0;
      while (now < end) {
        now += STEP_NS;
        long rate = told.isEmpty() ? 300_000 : Math.min(encoderMaxBps, told.get(told.size() - 1));
        frameBytes += rate / 8.0 * STEP_NS / SECOND;
        if (now % (33 * MS) < STEP_NS) {
          // A frame is ready; the pacer sends it at two and a half times the rate.
          owedBytes += frameBytes;
          frameBytes = 0;
        }
        budgetBytes = Math.min(owedBytes, budgetBytes + 2.5 * rate / 8 * STEP_NS / SECOND);
        while (budgetBytes >= PACKET_BYTES) {
          budgetBytes -= PACKET_BYTES;
          owedBytes -= PACKET_BYTES;
          long arrival = link.send(PACKET_BYTES, now);
          if (arrival >= 0) {
            inFlight.add(new InFlight(now, arrival));
          }
        }
        while (!inFlight.isEmpty() && inFlight.peek().arrivalNs <= now) {
          InFlight packet = inFlight.poll();
          estimator.onPacket(absSendTime(packet.sentNs), PACKET_BYTES, packet.arrivalNs);
        }
        if (now >= estimator.nextDeadlineNs()) {
          estimator.onTimeout(now);
        }
        if (end - now < SECOND) {
          sum += estimator.bitrateBps();
          samples++;
        }
      }
      return sum / samples;
    }
  }

  private static int absSendTime(long ns) {
    // The publisher's clock has its own beginning.
    return (int) ((ns + 60 * SECOND) * (1 << 18) / SECOND) & 0xff_ffff;
  }

  @ParameterizedTest
  @CsvSource({"1,300000", "2,1000000", "3,2500000", "4,5000000", "5,10000000"})
  void findsTheCapacityInSecondsAndStays(long seed, long capacityBps) {
    Call call = new Call(new SimulatedLink(seed, capacityBps, 30 * MS, 300 * MS, 0, MS), 20_000_000);
    for (double seconds : new double[] {12, 5, 10, 20}) {
      double share = call.run(seconds) / capacityBps;
      assertTrue(share > 0.6 && share < 1.15, "seed " + seed + ": " + share + " at " + call.now / SECOND + " s");
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3"})
  void goesDownWhenTheCapacityDropsAndComesBack(long seed) {
    SimulatedLink link = new SimulatedLink(seed, 3_000_000, 30 * MS, 500 * MS, 0, MS);
    Call call = new Call(link, 20_000_000);
    call.run(15);
    link.capacityBps = 1_000_000;
    call.run(2);
    double dropped = estimator.bitrateBps() / 1e6;
    assertTrue(dropped < 1.15, "seed " + seed + ": two seconds after the drop " + dropped);
    assertTrue(call.run(5) > 600_000, "seed " + seed);
    link.capacityBps = 3_000_000;
    double recovered = call.run(30) / 3e6;
    assertTrue(recovered > 0.6 && recovered < 1.15, "seed " + seed + ": " + recovered);
  }

  @Test
  void doesNotClimbFarAboveWhatIsSent() {
    Call call = new Call(new SimulatedLink(1, 100_000_000, 20 * MS, 300 * MS, 0, 0), 1_000_000);
    double estimate = call.run(20);
    assertTrue(estimate > 1_300_000 && estimate < 1_800_000, "estimate " + estimate);
  }

  @Test
  void aRembIsSentEveryTwoHundredMillisecondsWhilePacketsCome() {
    new Call(new SimulatedLink(1, 100_000_000, 20 * MS, 300 * MS, 0, 0), 1_000_000).run(10);
    assertTrue(told.size() >= 45 && told.size() <= 52, "told " + told.size());
    assertEquals(Long.MAX_VALUE, new RemoteBitrateEstimator(bps -> {}).nextDeadlineNs());
  }

  @Test
  void aSilenceEndsInNoDeadline() {
    estimator.onPacket(1, 100, 0);
    estimator.onTimeout(estimator.nextDeadlineNs());
    assertEquals(1, told.size());
    assertEquals(Long.MAX_VALUE, estimator.nextDeadlineNs());
  }

  @Test
  void randomSendTimesDoNotThrowNorRaiseTheEstimateAboveWhatComes() {
    Random random = new Random(9);
    for (int i = 0; i < 20_000; i++) {
      long now = i * 2 * MS;
      estimator.onPacket(random.nextInt(1 << 24), 500, now);
      estimator.onTimeout(now);
    }
    assertTrue(estimator.bitrateBps() <= 2 * 500 * 8 * 500L * 1.6, "estimate " + estimator.bitrateBps());
  }
}
