package io.plenum.media.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtcp.TransportFeedback;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportCcReceiverTest {
  private static final int SSRC = 0x1234;
  private static final long MS = 1_000_000;

  /** Each feedback as "base+count: number number". */
  private final List<String> feedbacks = new ArrayList<>();
  private final Map<Integer, Integer> timesReported = new HashMap<>();
  private final List<Long> arrivalTicks = new ArrayList<>();
  private final List<Integer> feedbackCounts = new ArrayList<>();
  private int datagrams;
  private final RtcpReader reader = new RtcpReader();
  private final TransportCcReceiver receiver = new TransportCcReceiver(this::onDatagram);

  private void onDatagram(byte[] bytes, int offset, int length) {
    datagrams++;
    assertTrue(length <= 1200);
    assertNull(reader.read(bytes, offset, length, new RtcpHandler() {
      @Override
      public void onTransportFeedback(TransportFeedback feedback) {
        assertEquals(SSRC, feedback.mediaSsrc());
        feedbackCounts.add(feedback.feedbackCount());
        StringBuilder line = new StringBuilder(feedback.baseSequenceNumber() + "+" + feedback.statusCount() + ":");
        while (feedback.next()) {
          line.append(' ').append(feedback.sequenceNumber());
          timesReported.merge(feedback.sequenceNumber(), 1, Integer::sum);
          arrivalTicks.add(feedback.referenceTime() * 256L + feedback.ticks());
        }
        feedbacks.add(line.toString());
      }
    }));
  }

  private void packets(long nowNs, int... sequenceNumbers) {
    for (int sequenceNumber : sequenceNumbers) {
      receiver.onPacket(SSRC, sequenceNumber, nowNs);
    }
  }

  private void timeout() {
    receiver.onTimeout(receiver.nextDeadlineNs());
  }

  @Test
  void asksForNoTimeUntilAPacketComes() {
    assertEquals(Long.MAX_VALUE, receiver.nextDeadlineNs());
    receiver.onTimeout(1_000 * MS);
    assertEquals(0, datagrams);
  }

  @Test
  void reportsAHundredMillisecondsAfterTheFirstPacket() {
    packets(5 * MS, 7, 8);
    assertEquals(105 * MS, receiver.nextDeadlineNs());
    receiver.onTimeout(104 * MS);
    assertEquals(0, datagrams);
    receiver.onTimeout(105 * MS);
    assertEquals(List.of("7+2: 7 8"), feedbacks);
    assertEquals(Long.MAX_VALUE, receiver.nextDeadlineNs());
  }

  @Test
  void aSteadyStreamIsReportedEveryHundredMilliseconds() {
    for (int i = 0; i < 1000; i++) {
      long now = i * MS;
      receiver.onTimeout(now);
      packets(now, i);
    }
    assertEquals(9, datagrams, "the first is due at 100 ms");
    assertEquals(900, timesReported.size());
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8), feedbackCounts);
  }

  @Test
  void saysWhenEachPacketCame() {
    packets(1_000 * MS, 1);
    packets(1_007 * MS, 2);
    packets(1_090 * MS, 3);
    timeout();
    assertEquals(List.of(4000L, 4028L, 4360L), arrivalTicks);
  }

  @Test
  void lossBetweenTwoFeedbacksIsReported() {
    packets(0, 10, 12);
    timeout();
    packets(150 * MS, 15, 16);
    timeout();
    assertEquals(List.of("10+3: 10 12", "13+4: 15 16"), feedbacks);
    assertEquals(0.5, receiver.packetLoss());
  }

  @Test
  void theSixteenBitsWrap() {
    packets(0, 65534, 65535, 1);
    timeout();
    packets(150 * MS, 0, 2);
    timeout();
    assertEquals(List.of("65534+4: 65534 65535 1", "0+1: 0", "2+1: 2"), feedbacks);
  }

  @Test
  void aLatePacketIsReportedWithoutRepeatingItsNeighbours() {
    packets(0, 1, 2, 5, 8);
    timeout();
    packets(150 * MS, 9, 4, 3, 7);
    timeout();
    assertEquals(List.of("1+8: 1 2 5 8", "3+2: 3 4", "7+1: 7", "9+1: 9"), feedbacks);
    assertEquals(2, datagrams);
    assertTrue(timesReported.values().stream().allMatch(times -> times == 1));
  }

  @Test
  void aPacketThatComesTwiceIsReportedOnce() {
    packets(0, 1, 2, 2, 1);
    timeout();
    packets(150 * MS, 1, 2, 3);
    timeout();
    assertEquals(List.of("1+2: 1 2", "3+1: 3"), feedbacks);
    assertEquals(4, receiver.duplicates());
  }

  @Test
  void aCountThatJumpsForwardBeginsAnew() {
    packets(0, 1, 2);
    packets(10 * MS, 20_000, 20_001);
    timeout();
    assertEquals(List.of("1+2: 1 2", "20000+2: 20000 20001"), feedbacks);
    assertEquals(1, receiver.restarts());
  }

  @Test
  void aCountThatJumpsBackBeginsAnewWhenTheOldOneHasEnded() {
    packets(0, 500, 501);
    timeout();
    packets(700 * MS, 3, 4);
    packets(701 * MS, 6);
    timeout();
    assertEquals(List.of("500+2: 500 501", "3+4: 3 4 6"), feedbacks);
    assertEquals(1, receiver.restarts());
  }

  @Test
  void aPacketOlderThanAllThatIsRememberedIsDropped() {
    packets(0, 1);
    for (int i = 0; i < 2000; i++) {
      packets(i * MS / 10, 2 + i);
    }
    packets(201 * MS, 65000);
    assertEquals(1, receiver.tooOld());
    timeout();
    assertEquals(2001, timesReported.size());
  }

  @Test
  void manyPacketsAreReportedInSeveralDatagrams() {
    for (int i = 0; i < 5000; i++) {
      packets(i * MS / 50, i);
    }
    timeout();
    assertEquals(5000, timesReported.size());
    assertTrue(datagrams >= 5, "datagrams: " + datagrams);
  }

  @Test
  void whatIsRememberedHasALimit() {
    for (int i = 0; i < 60_000; i++) {
      packets(i, i & 0xffff);
    }
    assertEquals(TransportCcReceiver.MAX_ARRIVALS, receiver.capacity());
    timeout();
    assertEquals(60_000, timesReported.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 42})
  void everyPacketIsReportedExactlyOnceWhateverTheOrder(long seed) {
    Random random = new Random(seed);
    List<Integer> waiting = new ArrayList<>();
    int sent = 0;
    for (long now = 0; now < 20_000 * MS; now += MS) {
      receiver.onTimeout(now);
      if (sent < 15_000) {
        waiting.add(50_000 + sent++ & 0xffff);
      }
      while (!waiting.isEmpty() && random.nextInt(10) > 0 && (waiting.size() > 40 || sent == 15_000)) {
        packets(now, waiting.remove(random.nextInt(Math.min(waiting.size(), 1 + random.nextInt(40)))));
      }
    }
    assertEquals(15_000, timesReported.size(), "seed " + seed);
    assertTrue(timesReported.values().stream().allMatch(times -> times == 1), "seed " + seed);
  }
}
