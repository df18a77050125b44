package io.plenum.protocol.rtcp;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * A view of one transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1):
 * which packets came, and when. {@link #next} walks the packets that came; those that did not are the gaps between.
 *
 * <pre>{@code
 * while (feedback.next()) {
 *   onAcknowledged(feedback.sequenceNumber(), feedback.referenceTime(), feedback.ticks());
 * }
 * }</pre>
 */
public final class TransportFeedback {
  /** Sender SSRC, media SSRC, base, count, reference time and feedback count; after the RTCP header. */
  static final int FIXED_BYTES = 16;
  /** §3.1.5: deltas count in 250 µs. */
  public static final long TICK_NS = 250_000;
  /** §3.1: the reference time counts in 64 ms. */
  public static final long REFERENCE_TIME_NS = 64_000_000;
  /** The reference time has 24 bits, and wraps after twelve days. */
  public static final int REFERENCE_TIME_MASK = 0xff_ffff;
  /** Half the number space: with more, it could not be said which of two numbers is the newer. */
  public static final int MAX_STATUSES = 0x7fff;

  static final int NOT_RECEIVED = 0;
  static final int SMALL_DELTA = 1;
  static final int LARGE_DELTA = 2;
  /** §3.1.3: thirteen bits. */
  static final int MAX_RUN = 0x1fff;

  private byte[] bytes;
  private int offset;
  private int deltasOffset;
  private int receivedCount;

  private int nextChunkOffset;
  private int nextDeltaOffset;
  /** Statuses that lie before {@link #nextChunkOffset}, or before the current place inside a run. */
  private int nextIndex;
  private int chunk;
  private int chunkPlace;
  private int chunkLength;
  private int index;
  private int deltaTicks;
  private long ticks;

  /** Points the view at what follows the RTCP header, padding taken off. Returns why it is none, or null. */
  Malformed parse(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    if (length < FIXED_BYTES) {
      return Malformed.TOO_SHORT;
    }
    int statuses = statusCount();
    if (statuses == 0) {
      return Malformed.MISSING_FIELD;
    }
    if (statuses > MAX_STATUSES) {
      return Malformed.TOO_MANY;
    }
    int end = offset + length;
    int position = offset + FIXED_BYTES;
    int seen = 0;
    int received = 0;
    int deltaBytes = 0;
    while (seen < statuses) {
      if (position + 2 > end) {
        return Malformed.TOO_SHORT;
      }
      int word = Bytes.u16(bytes, position);
      position += 2;
      int symbols = Math.min(chunkLength(word), statuses - seen);
      if (symbols == 0) {
        // A run of nothing: a packet full of them would only cost time.
        return Malformed.WRONG_VALUE;
      }
      seen += symbols;
      if (isRun(word)) {
        int symbol = symbol(word, 0);
        if (symbol > LARGE_DELTA) {
          return Malformed.WRONG_VALUE;
        }
        received += symbol == NOT_RECEIVED ? 0 : symbols;
        deltaBytes += symbol * symbols;
      } else {
        for (int place = 0; place < symbols; place++) {
          int symbol = symbol(word, place);
          if (symbol > LARGE_DELTA) {
            return Malformed.WRONG_VALUE;
          }
          received += symbol == NOT_RECEIVED ? 0 : 1;
          deltaBytes += symbol;
        }
      }
    }
    if (position + deltaBytes > end) {
      return Malformed.WRONG_LENGTH;
    }
    deltasOffset = position;
    receivedCount = received;
    rewind();
    return null;
  }

  /** Bit 15 clear: one symbol, many times (§3.1.3). */
  private static boolean isRun(int word) {
    return (word & 0x8000) == 0;
  }

  private static int chunkLength(int word) {
    if (isRun(word)) {
      return word & MAX_RUN;
    }
    return (word & 0x4000) == 0 ? 14 : 7;
  }

  private static int symbol(int word, int place) {
    if (isRun(word)) {
      return word >> 13 & 3;
    }
    // A symbol of 1 bit is "not received" or "small delta" (§3.1.4).
    return (word & 0x4000) == 0 ? word >> 13 - place & 1 : word >> 12 - 2 * place & 3;
  }

  public int senderSsrc() {
    return Bytes.i32(bytes, offset);
  }

  public int mediaSsrc() {
    return Bytes.i32(bytes, offset + 4);
  }

  /** The first packet that is reported on, 16 bits. */
  public int baseSequenceNumber() {
    return Bytes.u16(bytes, offset + 8);
  }

  /** How many packets in a row are reported on, 1…{@link #MAX_STATUSES}. */
  public int statusCount() {
    return Bytes.u16(bytes, offset + 10);
  }

  /** How many of them came. */
  public int receivedCount() {
    return receivedCount;
  }

  /** In {@link #REFERENCE_TIME_NS}, 24 bits, from the receiver's arbitrary beginning. */
  public int referenceTime() {
    return Bytes.u24(bytes, offset + 12);
  }

  /** Eight bits: one more with each feedback, so that lost feedback can be told. */
  public int feedbackCount() {
    return Bytes.u8(bytes, offset + 15);
  }

  /** Back to before the first packet. */
  public void rewind() {
    nextChunkOffset = offset + FIXED_BYTES;
    nextDeltaOffset = deltasOffset;
    nextIndex = 0;
    chunkPlace = 0;
    chunkLength = 0;
    ticks = 0;
  }

  /** Goes to the next packet that came; false if there is none. Costs the bytes of the feedback, not its gaps. */
  public boolean next() {
    int statuses = statusCount();
    while (nextIndex < statuses) {
      if (chunkPlace == chunkLength) {
        chunk = Bytes.u16(bytes, nextChunkOffset);
        nextChunkOffset += 2;
        chunkLength = chunkLength(chunk);
        chunkPlace = 0;
      }
      int symbol = symbol(chunk, chunkPlace);
      if (symbol == NOT_RECEIVED && isRun(chunk)) {
        nextIndex += chunkLength - chunkPlace;
        chunkPlace = chunkLength;
        continue;
      }
      chunkPlace++;
      index = nextIndex++;
      if (symbol != NOT_RECEIVED) {
        readDelta(symbol);
        return true;
      }
    }
    return false;
  }

  private void readDelta(int symbol) {
    // §3.1.5: one byte is unsigned, two bytes are signed.
    deltaTicks = symbol == SMALL_DELTA ? Bytes.u8(bytes, nextDeltaOffset) : (short) Bytes.u16(bytes, nextDeltaOffset);
    nextDeltaOffset += symbol;
    ticks += deltaTicks;
  }

  /** The current packet's place after {@link #baseSequenceNumber()}. */
  public int index() {
    return index;
  }

  /** The current packet's 16 bits. */
  public int sequenceNumber() {
    return baseSequenceNumber() + index & 0xffff;
  }

  /** Since the packet before it that came (the reference time, for the first), in {@link #TICK_NS}; may be negative. */
  public int deltaTicks() {
    return deltaTicks;
  }

  /** When the current packet came, after the reference time, in {@link #TICK_NS}. */
  public long ticks() {
    return ticks;
  }
}
