package io.plenum.server.pipe;

import io.plenum.media.router.RouterEnvironment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Packets on their way from one event loop to another, by value: what is offered is copied into a slot of the queue, and a
 * slot is lent to the reader while it takes. One loop offers, one takes; the two counters are all that they share, so there
 * is no lock. Slots are used again: in the steady state nothing is allocated.
 */
final class PacketQueue {
  /** A tenth of a second of 10,000 packets per second. A loop that is away for longer loses packets, as a socket would. */
  static final int CAPACITY = 1_024;
  /** Slots are made for RTCP or for media. */
  private static final int SMALL_SLOT_BYTES = 256;
  private static final int SLOT_BYTES = 1_536;

  private final byte[][] slots = new byte[CAPACITY][];
  private final int[] lengths = new int[CAPACITY];
  /** Written by the offering loop alone. */
  private final AtomicLong offered = new AtomicLong();
  /** Written by the taking loop alone. */
  private final AtomicLong taken = new AtomicLong();

  /** The bytes are the queue's during the call only. */
  interface Taker {
    void take(byte[] bytes, int length);
  }

  /** @return false if the queue is full or the packet longer than any of ours: then it is lost */
  boolean offer(byte[] bytes, int offset, int length) {
    long at = offered.getPlain();
    if (at - taken.getAcquire() >= CAPACITY || length > RouterEnvironment.MAX_DATAGRAM_BYTES) {
      return false;
    }
    int slot = (int) at & CAPACITY - 1;
    if (slots[slot] == null || slots[slot].length < length) {
      slots[slot] = new byte[length <= SMALL_SLOT_BYTES ? SMALL_SLOT_BYTES : Math.max(length, SLOT_BYTES)];
    }
    System.arraycopy(bytes, offset, slots[slot], 0, length);
    lengths[slot] = length;
    offered.setRelease(at + 1);
    return true;
  }

  /** Hands over at most {@code max} packets, in the order in which they were offered. */
  void take(int max, Taker taker) {
    long at = taken.getPlain();
    long end = Math.min(offered.getAcquire(), at + max);
    while (at < end) {
      int slot = (int) at & CAPACITY - 1;
      taker.take(slots[slot], lengths[slot]);
      at++;
      taken.setRelease(at);
    }
  }

  /** Asked by the taking loop. */
  boolean isEmpty() {
    return taken.getPlain() == offered.getAcquire();
  }
}
