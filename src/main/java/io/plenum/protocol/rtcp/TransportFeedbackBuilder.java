package io.plenum.protocol.rtcp;

import io.plenum.protocol.wire.Bytes;

/**
 * Collects arrivals for one transport-wide congestion control feedback
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1); {@link RtcpWriter#transportFeedback} then writes it. When
 * {@link #add} answers false the packet does not go with what is there: write, {@link #begin} again, add it again.
 */
public final class TransportFeedbackBuilder {
  /** Up to two chunks end in the symbols before a gap, one is open, and the gap itself needs one for each MAX_RUN. */
  private static final int SPARE_CHUNKS = 4;

  private final byte[] chunks;
  private final byte[] deltas;
  private final int maxBytes;
  private int chunkBytes;
  private int deltaBytes;

  private int baseSequenceNumber;
  private int statusCount;
  private long referenceTime;
  private long lastTicks;

  /** Symbols that are in no chunk yet: all of them up to 14, or a longer run of the first. */
  private final int[] open = new int[14];
  private int openCount;
  private boolean openIsRun;
  private boolean openHasLarge;

  /** @param maxBytes of the whole RTCP packet with its header, at least 64 */
  public TransportFeedbackBuilder(int maxBytes) {
    this.maxBytes = Math.max(64, maxBytes);
    chunks = new byte[this.maxBytes];
    deltas = new byte[this.maxBytes];
  }

  /**
   * Starts anew.
   *
   * @param baseSequenceNumber 16 bits: the first packet to report on, received or not
   * @param firstArrivalNs when the first packet came that will be added
   */
  public void begin(int baseSequenceNumber, long firstArrivalNs) {
    this.baseSequenceNumber = baseSequenceNumber & 0xffff;
    statusCount = 0;
    chunkBytes = 0;
    deltaBytes = 0;
    referenceTime = Math.floorDiv(firstArrivalNs, TransportFeedback.REFERENCE_TIME_NS);
    lastTicks = referenceTime * (TransportFeedback.REFERENCE_TIME_NS / TransportFeedback.TICK_NS);
    clearOpen();
  }

  /**
   * Adds a packet that came; those between it and the one before are reported as lost.
   *
   * @param sequenceNumber 16 bits, after the one added before
   * @return false if it does not fit any more, or comes too long after the one before it; nothing has changed then
   */
  public boolean add(int sequenceNumber, long arrivalNs) {
    int gap = (sequenceNumber - baseSequenceNumber & 0xffff) - statusCount;
    if (gap < 0 || statusCount + gap + 1 > TransportFeedback.MAX_STATUSES) {
      return false;
    }
    // Both ends are rounded, so the errors do not add up.
    long ticks = Math.floorDiv(arrivalNs, TransportFeedback.TICK_NS);
    long delta = ticks - lastTicks;
    if (delta < Short.MIN_VALUE || delta > Short.MAX_VALUE) {
      return false;
    }
    int worst = chunkBytes + 2 * (SPARE_CHUNKS + gap / TransportFeedback.MAX_RUN) + deltaBytes + 2 + 3;
    if (RtcpType.HEADER_BYTES + TransportFeedback.FIXED_BYTES + worst > maxBytes) {
      return false;
    }
    appendNotReceived(gap);
    boolean small = delta >= 0 && delta <= 0xff;
    append(small ? TransportFeedback.SMALL_DELTA : TransportFeedback.LARGE_DELTA);
    if (small) {
      Bytes.put8(deltas, deltaBytes, (int) delta);
      deltaBytes++;
    } else {
      Bytes.put16(deltas, deltaBytes, (int) delta);
      deltaBytes += 2;
    }
    lastTicks = ticks;
    statusCount += gap + 1;
    return true;
  }

  public boolean isEmpty() {
    return statusCount == 0;
  }

  /** Packets reported on so far, received or not. */
  public int statusCount() {
    return statusCount;
  }

  /** What {@link #writeTo} writes, a multiple of 4. */
  int length() {
    return unpaddedLength() + 3 & ~3;
  }

  private int unpaddedLength() {
    int openChunks = openCount == 0 ? 0 : 2;
    return RtcpType.HEADER_BYTES + TransportFeedback.FIXED_BYTES + chunkBytes + openChunks + deltaBytes;
  }

  /** Writes the RTCP packet with its header; the caller has checked that {@link #length()} bytes are free. */
  void writeTo(byte[] bytes, int offset, int senderSsrc, int mediaSsrc, int feedbackCount) {
    int length = length();
    int padding = length - unpaddedLength();
    Bytes.put8(bytes, offset, (padding > 0 ? 0xa0 : 0x80) | RtcpType.RTPFB_TRANSPORT_CC);
    Bytes.put8(bytes, offset + 1, RtcpType.RTPFB);
    Bytes.put16(bytes, offset + 2, length / 4 - 1);
    Bytes.put32(bytes, offset + 4, senderSsrc);
    Bytes.put32(bytes, offset + 8, mediaSsrc);
    Bytes.put16(bytes, offset + 12, baseSequenceNumber);
    Bytes.put16(bytes, offset + 14, statusCount);
    Bytes.put24(bytes, offset + 16, (int) referenceTime & TransportFeedback.REFERENCE_TIME_MASK);
    Bytes.put8(bytes, offset + 19, feedbackCount);
    int position = offset + RtcpType.HEADER_BYTES + TransportFeedback.FIXED_BYTES;
    System.arraycopy(chunks, 0, bytes, position, chunkBytes);
    position += chunkBytes;
    if (openCount > 0) {
      Bytes.put16(bytes, position, openChunk());
      position += 2;
    }
    System.arraycopy(deltas, 0, bytes, position, deltaBytes);
    position += deltaBytes;
    for (int i = 1; i <= padding; i++) {
      // RFC 3550 §6.4.1: the last byte says how many there are.
      Bytes.put8(bytes, position++, i == padding ? padding : 0);
    }
  }

  private void appendNotReceived(int count) {
    int left = count;
    while (left > 0) {
      if (openIsRun && openCount >= open.length && open[0] == TransportFeedback.NOT_RECEIVED) {
        int taken = Math.min(left, TransportFeedback.MAX_RUN - openCount);
        if (taken > 0) {
          openCount += taken;
          left -= taken;
          continue;
        }
      }
      append(TransportFeedback.NOT_RECEIVED);
      left--;
    }
  }

  private void append(int symbol) {
    if (!fitsOpen(symbol)) {
      closeChunk();
    }
    openIsRun = openCount == 0 || openIsRun && symbol == open[0];
    if (openCount < open.length) {
      open[openCount] = symbol;
    }
    openCount++;
    openHasLarge |= symbol == TransportFeedback.LARGE_DELTA;
  }

  /** What is open always fits one chunk: 7 of any kind, 14 without a large delta, or a run. */
  private boolean fitsOpen(int symbol) {
    if (openCount < 7) {
      return true;
    }
    if (openIsRun && symbol == open[0]) {
      return openCount < TransportFeedback.MAX_RUN;
    }
    return openCount < 14 && !openHasLarge && symbol != TransportFeedback.LARGE_DELTA;
  }

  /** Moves at least seven symbols from what is open into a chunk, so that any symbol fits after it. */
  private void closeChunk() {
    if (openIsRun || openHasLarge || openCount == 14) {
      Bytes.put16(chunks, chunkBytes, openChunk());
      chunkBytes += 2;
      clearOpen();
      return;
    }
    // 8…13 symbols, or 7, and a large delta follows: seven go as two-bit symbols, the others stay.
    Bytes.put16(chunks, chunkBytes, twoBitChunk(7));
    chunkBytes += 2;
    int left = openCount - 7;
    System.arraycopy(open, 7, open, 0, left);
    openCount = left;
    openIsRun = true;
    for (int i = 1; i < left; i++) {
      openIsRun &= open[i] == open[0];
    }
  }

  private int openChunk() {
    if (openIsRun) {
      return open[0] << 13 | openCount;
    }
    if (openHasLarge || openCount <= 7) {
      return twoBitChunk(openCount);
    }
    int word = 0x8000;
    for (int i = 0; i < openCount; i++) {
      word |= open[i] << 13 - i;
    }
    return word;
  }

  private int twoBitChunk(int count) {
    int word = 0xc000;
    for (int i = 0; i < count; i++) {
      word |= open[i] << 12 - 2 * i;
    }
    return word;
  }

  private void clearOpen() {
    openCount = 0;
    openIsRun = false;
    openHasLarge = false;
  }
}
