package io.plenum.media.congestion;

import java.util.Arrays;

/**
 * What is known of the packets sent with transport-wide sequence numbers: a ring of numbers, addressed by the unwrapped
 * sequence. One array, so that a packet touches one cache line.
 */
final class SentPackets {
  /** At first: two seconds of one video stream. */
  static final int INITIAL_PACKETS = 512;
  /** At most: more than a second at 100 Mbit/s; and half of what 16 bits can tell apart. */
  static final int MAX_PACKETS = 16_384;
  /** Feedback comes within a round trip and its interval; a younger packet is not overwritten if that can be. */
  private static final long KEEP_NS = 2_000_000_000L;

  static final byte NONE = 0;
  static final byte SENT = 1;
  static final byte LOST = 2;
  static final byte ACKNOWLEDGED = 3;
  /** Sent once more under its number, before the receiver had told of it: it misses the first one. */
  static final byte SENT_AGAIN = 4;
  /** The first one has been counted as lost; the second may come. */
  static final byte LOST_SENT_AGAIN = 5;

  /** Until the first packet: a transport that only receives, or nobody sends anything on, has none. */
  private static final long[] NO_SLOTS = {};

  /** Two for each packet: when it was sent; then probe id (32 bits), size (24 bits) and state (8 bits). */
  private long[] slots = NO_SLOTS;
  private boolean started;
  private long newest;

  /** Notes a packet; numbers go up. A number that is not above the newest begins a new count. */
  void add(int wideSequenceNumber, int sizeBytes, int probeId, long nowNs) {
    if (slots == NO_SLOTS) {
      slots = new long[2 * INITIAL_PACKETS];
    }
    long sequence = started ? unwrap(wideSequenceNumber) : wideSequenceNumber & 0xffff;
    if (!started || sequence <= newest || sequence - newest > MAX_PACKETS) {
      Arrays.fill(slots, 0);
      started = true;
      newest = sequence - 1;
    }
    int index = index(sequence);
    if ((byte) slots[index + 1] == SENT && nowNs - slots[index] < KEEP_NS && capacity() < MAX_PACKETS) {
      grow();
    }
    for (long skipped = Math.max(newest + 1, sequence - capacity()); skipped < sequence; skipped++) {
      slots[index(skipped) + 1] = NONE;
    }
    newest = sequence;
    index = index(sequence);
    slots[index] = nowNs;
    slots[index + 1] = (long) probeId << 32 | (sizeBytes & 0xff_ffffL) << 8 | SENT;
  }

  /** The sequence nearest the newest that has these 16 bits. */
  long unwrap(int wideSequenceNumber) {
    return newest + (short) (wideSequenceNumber - (int) newest);
  }

  byte state(long sequence) {
    return sequence > newest || sequence <= newest - capacity() ? NONE : (byte) slots[index(sequence) + 1];
  }

  /** Only for a sequence whose {@link #state} is not NONE, as are the getters below. */
  void become(long sequence, byte state) {
    int index = index(sequence) + 1;
    slots[index] = slots[index] & ~0xffL | state;
  }

  long sentNs(long sequence) {
    return slots[index(sequence)];
  }

  int sizeBytes(long sequence) {
    return (int) (slots[index(sequence) + 1] >>> 8) & 0xff_ffff;
  }

  /** 0 if the packet was no probe. */
  int probeId(long sequence) {
    return (int) (slots[index(sequence) + 1] >>> 32);
  }

  /** The oldest sequence that may be known. */
  long oldest() {
    return newest - capacity() + 1;
  }

  long newest() {
    return newest;
  }

  boolean isEmpty() {
    return !started;
  }

  int capacity() {
    return slots.length / 2;
  }

  private int index(long sequence) {
    return (int) sequence * 2 & slots.length - 1;
  }

  private void grow() {
    long[] larger = new long[2 * slots.length];
    for (long sequence = oldest(); sequence <= newest; sequence++) {
      int from = index(sequence);
      int to = (int) sequence * 2 & larger.length - 1;
      larger[to] = slots[from];
      larger[to + 1] = slots[from + 1];
    }
    slots = larger;
  }
}
