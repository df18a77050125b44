package io.plenum.media.congestion;

import java.util.Arrays;

/**
 * What is known of the packets sent with transport-wide sequence numbers: rings of numbers, addressed by the unwrapped
 * sequence.
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

  private long[] sentNs = new long[INITIAL_PACKETS];
  private int[] sizes = new int[INITIAL_PACKETS];
  private int[] probeIds = new int[INITIAL_PACKETS];
  private byte[] states = new byte[INITIAL_PACKETS];
  private boolean started;
  private long newest;

  /** Notes a packet; numbers go up. A number that is not above the newest begins a new count. */
  void add(int wideSequenceNumber, int sizeBytes, int probeId, long nowNs) {
    long sequence = started ? unwrap(wideSequenceNumber) : wideSequenceNumber & 0xffff;
    if (!started || sequence <= newest || sequence - newest > MAX_PACKETS) {
      Arrays.fill(states, NONE);
      started = true;
      newest = sequence - 1;
    }
    int index = index(sequence);
    if (states[index] == SENT && nowNs - sentNs[index] < KEEP_NS && sentNs.length < MAX_PACKETS) {
      grow();
    }
    for (long skipped = Math.max(newest + 1, sequence - sentNs.length); skipped < sequence; skipped++) {
      states[index(skipped)] = NONE;
    }
    newest = sequence;
    index = index(sequence);
    sentNs[index] = nowNs;
    sizes[index] = sizeBytes;
    probeIds[index] = probeId;
    states[index] = SENT;
  }

  /** The sequence nearest the newest that has these 16 bits. */
  long unwrap(int wideSequenceNumber) {
    return newest + (short) (wideSequenceNumber - (int) newest);
  }

  byte state(long sequence) {
    return sequence > newest || sequence <= newest - sentNs.length ? NONE : states[index(sequence)];
  }

  /** Only for a sequence whose {@link #state} is not NONE, as are the getters below. */
  void become(long sequence, byte state) {
    states[index(sequence)] = state;
  }

  long sentNs(long sequence) {
    return sentNs[index(sequence)];
  }

  int sizeBytes(long sequence) {
    return sizes[index(sequence)];
  }

  /** 0 if the packet was no probe. */
  int probeId(long sequence) {
    return probeIds[index(sequence)];
  }

  /** The oldest sequence that may be known. */
  long oldest() {
    return newest - sentNs.length + 1;
  }

  long newest() {
    return newest;
  }

  boolean isEmpty() {
    return !started;
  }

  int capacity() {
    return sentNs.length;
  }

  private int index(long sequence) {
    return (int) sequence & sentNs.length - 1;
  }

  private void grow() {
    int capacity = sentNs.length * 2;
    long[] largerSentNs = new long[capacity];
    int[] largerSizes = new int[capacity];
    int[] largerProbeIds = new int[capacity];
    byte[] largerStates = new byte[capacity];
    for (long sequence = oldest(); sequence <= newest; sequence++) {
      int from = index(sequence);
      int to = (int) sequence & capacity - 1;
      largerSentNs[to] = sentNs[from];
      largerSizes[to] = sizes[from];
      largerProbeIds[to] = probeIds[from];
      largerStates[to] = states[from];
    }
    sentNs = largerSentNs;
    sizes = largerSizes;
    probeIds = largerProbeIds;
    states = largerStates;
  }
}
