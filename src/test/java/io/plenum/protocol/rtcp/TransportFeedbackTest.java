package io.plenum.protocol.rtcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportFeedbackTest {
  private static final long TICK_NS = TransportFeedback.TICK_NS;
  private static final long REFERENCE_TICKS = TransportFeedback.REFERENCE_TIME_NS / TICK_NS;
  private static final long MS = 1_000_000;

  private final byte[] bytes = new byte[2000];
  private final TransportFeedbackBuilder builder = new TransportFeedbackBuilder(1200);
  private final RtcpReader reader = new RtcpReader();

  /** Writes, reads, and answers "number@arrival in ticks" for each packet that came. */
  private List<String> writeAndRead() {
    RtcpWriter writer = new RtcpWriter();
    writer.begin(bytes, 0, bytes.length);
    assertTrue(writer.transportFeedback(1, 2, 3, builder));
    assertTrue(writer.length() <= 1200);
    List<String> arrived = new ArrayList<>();
    assertNull(reader.read(bytes, 0, writer.length(), new RtcpHandler() {
      @Override
      public void onTransportFeedback(TransportFeedback feedback) {
        assertEquals(1, feedback.senderSsrc());
        assertEquals(2, feedback.mediaSsrc());
        assertEquals(3, feedback.feedbackCount());
        assertEquals(builder.statusCount(), feedback.statusCount());
        while (feedback.next()) {
          arrived.add(line(feedback.sequenceNumber(), feedback.referenceTime() * REFERENCE_TICKS + feedback.ticks()));
        }
        assertEquals(feedback.receivedCount(), arrived.size());
      }
    }));
    return arrived;
  }

  private static String line(int sequenceNumber, long ticks) {
    return sequenceNumber + "@" + ticks;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyArrivalIsReadAsItWasAdded(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      double loss = random.nextInt(4) * 0.2;
      double burst = random.nextInt(3) * 0.01;
      double large = random.nextInt(4) * 0.2;
      int sequence = random.nextInt(65536);
      long arrivalTicks = random.nextInt(1 << 29);
      List<String> added = new ArrayList<>();
      builder.begin(sequence, arrivalTicks * TICK_NS);
      int packets = 1 + random.nextInt(1000);
      for (int i = 0; i < packets; i++) {
        sequence += random.nextDouble() < loss ? 1 : 0;
        sequence += random.nextDouble() < burst ? random.nextInt(3000) : 0;
        if (!builder.add(sequence & 0xffff, arrivalTicks * TICK_NS + random.nextInt((int) TICK_NS))) {
          break;
        }
        added.add(line(sequence & 0xffff, arrivalTicks));
        sequence++;
        arrivalTicks += random.nextDouble() < large ? random.nextInt(3000) - 1000 : random.nextInt(256);
        arrivalTicks = Math.max(0, arrivalTicks);
      }
      assertEquals(added, writeAndRead(), "seed " + seed + " round " + round);
    }
  }

  @Test
  void aLongRunCostsTwoBytesAndItsDeltas() {
    builder.begin(10, 0);
    for (int i = 0; i < 400; i++) {
      assertTrue(builder.add(10 + i, i * MS));
    }
    assertEquals(20 + 2 + 400 + 2, builder.length());
    assertEquals(400, writeAndRead().size());
  }

  @Test
  void answersFalseWhenThePacketIsFullAndKeepsWhatItHas() {
    builder.begin(0, 0);
    int added = 0;
    while (builder.add(2 * added, added * 100L * MS)) {
      added++;
    }
    assertEquals(added, writeAndRead().size());
    assertTrue(added > 400, "filled: " + added);
    builder.begin(2 * added, added * 100L * MS);
    assertTrue(builder.add(2 * added, added * 100L * MS));
  }

  @Test
  void refusesADeltaThatSixteenBitsDoNotHold() {
    builder.begin(0, 0);
    assertTrue(builder.add(0, 0));
    assertFalse(builder.add(1, 32_768 * TICK_NS));
    assertFalse(builder.add(1, -32_769 * TICK_NS));
    assertTrue(builder.add(1, 32_767 * TICK_NS));
    assertTrue(builder.add(2, -1 * TICK_NS));
    assertEquals(3, builder.statusCount());
  }

  @Test
  void refusesANumberThatIsNotAfterTheOneBefore() {
    builder.begin(65535, 0);
    assertTrue(builder.add(65535, 0));
    assertFalse(builder.add(65535, 0));
    assertFalse(builder.add(65534, 0));
    assertTrue(builder.add(0, 0));
  }

  @Test
  void neverReportsOnMorePacketsThanAReaderAccepts() {
    builder.begin(0, 0);
    assertTrue(builder.add(0, 0));
    assertFalse(builder.add(TransportFeedback.MAX_STATUSES, 0));
    assertTrue(builder.add(TransportFeedback.MAX_STATUSES - 1, 0));
    assertEquals(2, writeAndRead().size());
  }

  @Test
  void aClockThatIsNegativeOrLargeGivesTheSameDistances() {
    for (long startNs : new long[] {-1_000_000_007L, Long.MAX_VALUE / 2, Long.MIN_VALUE / 2}) {
      builder.begin(7, startNs);
      assertTrue(builder.add(7, startNs));
      assertTrue(builder.add(8, startNs + 5 * TICK_NS));
      List<String> arrived = writeAndRead();
      long first = Long.parseLong(arrived.get(0).split("@")[1]);
      assertEquals(line(8, first + 5), arrived.get(1));
    }
  }

  @Test
  void aRewoundViewTellsTheSameAgain() {
    builder.begin(1, 0);
    builder.add(1, MS);
    builder.add(3, 900 * MS);
    RtcpWriter writer = new RtcpWriter();
    writer.begin(bytes, 0, bytes.length);
    writer.transportFeedback(1, 2, 3, builder);
    TransportFeedback feedback = new TransportFeedback();
    assertNull(feedback.parse(bytes, 4, writer.length() - 4));
    for (int time = 0; time < 2; time++) {
      assertTrue(feedback.next());
      assertTrue(feedback.next());
      assertEquals(3, feedback.sequenceNumber());
      assertEquals(3600, feedback.ticks());
      assertEquals(3596, feedback.deltaTicks());
      assertFalse(feedback.next());
      feedback.rewind();
    }
  }
}
