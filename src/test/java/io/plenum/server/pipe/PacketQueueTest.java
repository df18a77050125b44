package io.plenum.server.pipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.RouterEnvironment;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PacketQueueTest {
  private final PacketQueue queue = new PacketQueue();
  private final List<byte[]> taken = new ArrayList<>();

  private void takeAll(int max) {
    queue.take(max, (bytes, length) -> taken.add(Arrays.copyOf(bytes, length)));
  }

  @Test
  void packetsComeOutAsTheyWereOfferedWhateverBecomesOfTheSendersBuffer() {
    byte[] scratch = {9, 1, 2, 3, 9};
    assertTrue(queue.offer(scratch, 1, 3));
    scratch[1] = 7;
    assertTrue(queue.offer(scratch, 0, 5));
    takeAll(10);
    assertArrayEquals(new byte[] {1, 2, 3}, taken.get(0));
    assertArrayEquals(new byte[] {9, 7, 2, 3, 9}, taken.get(1));
    assertTrue(queue.isEmpty());
  }

  @Test
  void aTurnTakesNoMoreThanItMay() {
    for (int i = 0; i < 5; i++) {
      queue.offer(new byte[] {(byte) i}, 0, 1);
    }
    takeAll(3);
    assertEquals(3, taken.size());
    assertFalse(queue.isEmpty());
    takeAll(3);
    assertEquals(4, taken.get(4)[0]);
  }

  @Test
  void aFullQueueRefusesUntilThereIsRoomAgain() {
    byte[] packet = new byte[1_200];
    for (int i = 0; i < PacketQueue.CAPACITY; i++) {
      assertTrue(queue.offer(packet, 0, packet.length));
    }
    assertFalse(queue.offer(packet, 0, packet.length));
    takeAll(1);
    assertTrue(queue.offer(packet, 0, packet.length));
    assertFalse(queue.offer(packet, 0, packet.length));
    takeAll(Integer.MAX_VALUE);
    assertEquals(PacketQueue.CAPACITY + 1, taken.size());
  }

  @Test
  void whatIsLongerThanAnyPacketIsRefused() {
    assertFalse(queue.offer(new byte[3_000], 0, RouterEnvironment.MAX_DATAGRAM_BYTES + 1));
    assertTrue(queue.isEmpty());
  }

  @Test
  void aSlotThatHeldASmallPacketTakesALargeOneNextTime() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < PacketQueue.CAPACITY; i++) {
        assertTrue(queue.offer(new byte[1_400], 0, round == 0 ? 40 : 1_400));
      }
      takeAll(Integer.MAX_VALUE);
    }
    assertEquals(1_400, taken.get(taken.size() - 1).length);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void twoThreadsSeeEveryPacketWholeAndInOrder() {
    int count = 200_000;
    CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
      byte[] packet = new byte[64];
      for (int i = 0; i < count; i++) {
        Arrays.fill(packet, (byte) i);
        Bytes.put32(packet, 0, i);
        while (!queue.offer(packet, 0, packet.length)) {
          Thread.onSpinWait();
        }
      }
    });
    int[] next = {0};
    while (next[0] < count) {
      queue.take(100, (bytes, length) -> {
        assertEquals(64, length);
        assertEquals(next[0], Bytes.i32(bytes, 0));
        assertEquals((byte) next[0], bytes[4]);
        assertEquals((byte) next[0], bytes[63]);
        next[0]++;
      });
    }
    sender.join();
    assertTrue(queue.isEmpty());
  }
}
