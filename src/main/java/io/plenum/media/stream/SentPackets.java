package io.plenum.media.stream;

import java.util.Arrays;

/**
 * What went out lately on one SSRC: enough to build each packet again from the producer's {@link PacketHistory}, where
 * the bytes are. A ring by outgoing sequence number in primitive arrays; it grows up to a limit while packets younger
 * than the wanted age would be overwritten.
 */
public final class SentPackets {
  /** As the history: enough for two seconds of audio. */
  static final int INITIAL_PACKETS = 128;
  /** Two seconds at 8 Mbit/s; what is older cannot be resent. */
  static final int MAX_PACKETS = 2048;
  /** Answer of {@link #find}. */
  public static final int NOT_FOUND = -1;
  /** Source streams of one outgoing stream that can be told apart here. */
  public static final int MAX_SOURCES = 16;

  private static final long NEVER = Long.MIN_VALUE;
  private static final int EMPTY = -1;
  private static final int MARKER = 1 << 31;
  private static final int FILLER = 1 << 28;

  private final long wantedAgeNs;
  /** The 16-bit number in the slot, or EMPTY. */
  private int[] numbers = new int[INITIAL_PACKETS];
  private long[] sources = new long[INITIAL_PACKETS];
  private long[] sentNs = new long[INITIAL_PACKETS];
  private long[] resentNs = new long[INITIAL_PACKETS];
  private int[] timestamps = new int[INITIAL_PACKETS];
  /** Marker 1 bit, filler 1 bit, source stream 4 from bit 24, TL0PICIDX 8 from bit 16, picture id 16. */
  private int[] details = new int[INITIAL_PACKETS];

  public SentPackets(long wantedAgeNs) {
    this.wantedAgeNs = wantedAgeNs;
    Arrays.fill(numbers, EMPTY);
  }

  /**
   * Remembers a packet as it goes out.
   *
   * @param sequenceNumber 16 bit, outgoing
   * @param source the producer's unwrapped sequence
   * @param pictureId and tl0PictureIndex as sent; whatever if the packet has none
   */
  public void add(int sequenceNumber, long source, int streamIndex, int timestamp, boolean marker, int pictureId,
      int tl0PictureIndex, long nowNs) {
    int index = sequenceNumber & numbers.length - 1;
    if (numbers[index] != EMPTY && numbers[index] != sequenceNumber && nowNs - sentNs[index] < wantedAgeNs
        && numbers.length < MAX_PACKETS) {
      grow();
      index = sequenceNumber & numbers.length - 1;
    }
    numbers[index] = sequenceNumber;
    sources[index] = source;
    sentNs[index] = nowNs;
    resentNs[index] = NEVER;
    timestamps[index] = timestamp;
    details[index] = (marker ? MARKER : 0) | (streamIndex & MAX_SOURCES - 1) << 24 | (tl0PictureIndex & 0xff) << 16
        | pictureId & 0xffff;
  }

  /** The same of an empty packet that went out in place of the {@code source} packet. */
  public void addFiller(int sequenceNumber, long source, int streamIndex, int timestamp, long nowNs) {
    add(sequenceNumber, source, streamIndex, timestamp, false, 0, 0, nowNs);
    details[sequenceNumber & numbers.length - 1] |= FILLER;
  }

  /** The entry of that outgoing number, good until the next {@link #add}, or {@link #NOT_FOUND}. */
  public int find(int sequenceNumber, long nowNs) {
    int index = sequenceNumber & numbers.length - 1;
    return numbers[index] == sequenceNumber && nowNs - sentNs[index] <= wantedAgeNs ? index : NOT_FOUND;
  }

  public long source(int entry) {
    return sources[entry];
  }

  public int streamIndex(int entry) {
    return details[entry] >> 24 & MAX_SOURCES - 1;
  }

  public int timestamp(int entry) {
    return timestamps[entry];
  }

  public boolean marker(int entry) {
    return (details[entry] & MARKER) != 0;
  }

  /** Only its header went out. */
  public boolean filler(int entry) {
    return (details[entry] & FILLER) != 0;
  }

  public int pictureId(int entry) {
    return details[entry] & 0xffff;
  }

  public int tl0PictureIndex(int entry) {
    return details[entry] >> 16 & 0xff;
  }

  public boolean wasResent(int entry) {
    return resentNs[entry] != NEVER;
  }

  /** True if the packet was not resent within the last {@code intervalNs}. */
  public boolean mayResend(int entry, long intervalNs, long nowNs) {
    return resentNs[entry] == NEVER || nowNs - resentNs[entry] >= intervalNs;
  }

  public void onResent(int entry, long nowNs) {
    resentNs[entry] = nowNs;
  }

  /** How many packets it has room for now. */
  public int capacity() {
    return numbers.length;
  }

  private void grow() {
    int[] oldNumbers = numbers;
    int[] moves = new int[oldNumbers.length];
    int capacity = oldNumbers.length * 2;
    for (int i = 0; i < moves.length; i++) {
      moves[i] = oldNumbers[i] == EMPTY ? EMPTY : oldNumbers[i] & capacity - 1;
    }
    numbers = new int[capacity];
    Arrays.fill(numbers, EMPTY);
    scatter(oldNumbers, numbers, moves);
    timestamps = scatter(timestamps, new int[capacity], moves);
    details = scatter(details, new int[capacity], moves);
    sources = scatter(sources, new long[capacity], moves);
    sentNs = scatter(sentNs, new long[capacity], moves);
    resentNs = scatter(resentNs, new long[capacity], moves);
  }

  private static int[] scatter(int[] from, int[] to, int[] moves) {
    for (int i = 0; i < moves.length; i++) {
      if (moves[i] != EMPTY) {
        to[moves[i]] = from[i];
      }
    }
    return to;
  }

  private static long[] scatter(long[] from, long[] to, int[] moves) {
    for (int i = 0; i < moves.length; i++) {
      if (moves[i] != EMPTY) {
        to[moves[i]] = from[i];
      }
    }
    return to;
  }
}
