package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PacketHistoryTest {
  private static final long MS = 1_000_000L;
  private static final long AGE_NS = 2_000 * MS;
  private static final int MAX_PACKETS = 2_048;
  /** What the limits of producers and encodings allow. */
  private static final int STREAMS = 16;

  private final HistoryBudget budget = new HistoryBudget(HistoryBudget.PEER_BYTES);

  private PacketHistory history() {
    return new PacketHistory(MAX_PACKETS, AGE_NS, budget);
  }

  private static RoutedPacket put(PacketHistory history, long sequence, int length, long nowNs) {
    RoutedPacket packet = history.claim(sequence, length, nowNs);
    assertTrue(packet.bytes.length >= length);
    packet.length = length;
    return packet;
  }

  /** What a heap dump would say, more or less. */
  private static long bytesIn(PacketHistory history, long newest) {
    Map<RoutedPacket, Boolean> packets = new IdentityHashMap<>();
    for (long sequence = newest; sequence > newest - 2 * MAX_PACKETS; sequence--) {
      RoutedPacket packet = history.get(sequence);
      if (packet != null) {
        packets.put(packet, true);
      }
    }
    return packets.keySet().stream().mapToLong(packet -> packet.bytes.length + PacketHistory.PACKET_BYTES).sum();
  }

  @Test
  void twoSecondsOfTenMegabitAreKeptAndNothingIsAllocatedForThemAnyMore() {
    PacketHistory history = history();
    long sequence = 70_000;
    long nowNs = 0;
    for (int i = 0; i < 20_000; i++, sequence++, nowNs += MS) {
      put(history, sequence, i % 7 == 0 ? 300 : 1_264, nowNs);
    }
    assertEquals(MAX_PACKETS, history.capacity());
    for (long kept = sequence - 2_000; kept < sequence; kept++) {
      assertNotNull(history.get(kept));
    }
    assertEquals(bytesIn(history, sequence), history.heldBytes());
    com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 20_000; i++, sequence++, nowNs += MS) {
      put(history, sequence, i % 7 == 0 ? 300 : 1_264, nowNs);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 20_000, allocated + " bytes");
  }

  @Test
  void tinyPacketsTakeLittle() {
    PacketHistory history = history();
    for (int i = 0; i < 10_000; i++) {
      put(history, i, 80, i * MS / 10);
    }
    assertEquals(MAX_PACKETS, history.capacity());
    assertTrue(history.heldBytes() <= MAX_PACKETS * 512, history.heldBytes() + " bytes");
  }

  @Test
  void aPeerThatFillsAllItsStreamsHoldsNoMoreThanItsBudgetAndTheirSmallestRings() {
    List<PacketHistory> histories = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      histories.add(history());
    }
    long most = HistoryBudget.PEER_BYTES + (long) STREAMS * PacketHistory.INITIAL_PACKETS * (1_792 + PacketHistory.PACKET_BYTES);
    long nowNs = 0;
    long sequence = 0;
    // Tiny ones make the rings long, then large ones fill them: slowly, for each of them keeps its place.
    int[] lengths = {80, 1_500, 80, 1_500};
    long[] intervalsNs = {MS / 8, MS / 8, MS / 8, 50 * MS};
    for (int phase = 0; phase < lengths.length; phase++) {
      for (int i = 0; i < 6_000; i++, sequence++, nowNs += intervalsNs[phase]) {
        for (PacketHistory history : histories) {
          put(history, sequence, lengths[phase], nowNs);
        }
        assertTrue(budget.heldBytes() <= most, budget.heldBytes() + " bytes");
      }
      long newest = sequence;
      long counted = histories.stream().mapToLong(history -> bytesIn(history, newest)).sum();
      assertEquals(counted, budget.heldBytes());
      for (PacketHistory history : histories) {
        assertNotNull(history.get(newest - PacketHistory.INITIAL_PACKETS), "the last ones are there");
      }
    }
    histories.forEach(PacketHistory::clear);
    assertEquals(0, budget.heldBytes());
    assertNull(histories.get(0).get(sequence - 1));
  }

  @Test
  void whatComesLateDoesNotTakeTheYoungersPlace() {
    PacketHistory history = history();
    RoutedPacket young = put(history, 1_000, 100, 0);
    put(history, 1_000 - 128, 1_000, 0);
    assertSame(young, history.get(1_000));
    assertEquals(1_000, young.sequence);
    history.clear();
    assertEquals(0, budget.heldBytes());
  }
}
