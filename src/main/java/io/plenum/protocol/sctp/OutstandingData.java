package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.OutstandingChunk.State;
import io.plenum.protocol.sctp.packet.SackChunk;

/**
 * Chunks that have a TSN and are not acknowledged to the end, in a ring by TSN. It knows what a SACK makes of each; how
 * much may be sent is {@link CongestionControl}'s.
 */
final class OutstandingData {
  /** Half of what our own receiver accepts ahead of a hole ({@link ReceivedTsns#WINDOW}). */
  static final int MAX_CHUNKS = 16_384;

  /** RFC 9260 §7.2.4: three reports. */
  private static final int REPORTS_OF_LOSS = 3;
  private static final int INITIAL_CAPACITY = 16;
  private static final long NONE = -1;

  /** What one SACK has brought. Overwritten by the next. */
  static final class Acknowledgement {
    static final long NEVER = Long.MIN_VALUE;

    /** The cumulative TSN has gone up. */
    boolean advanced;
    /** Bytes of chunks, never acknowledged before. */
    long bytes;
    /**
     * When the newest of them that was sent only once was sent; {@link #NEVER}: there is none. Clocks may be negative.
     */
    long sentAtNs;
    /** A chunk is to be sent again. */
    boolean loss;
    /** Of those that had been sent again already: the first TSN that went out after the last of them; 0: there are none. */
    long resentBeforeTsn;
  }

  private final boolean interleaved;
  private final boolean partialReliability;
  private final SendQueue queue;
  private final SctpCounters counters;
  private final Acknowledgement result = new Acknowledgement();
  private OutstandingChunk[] ring = new OutstandingChunk[INITIAL_CAPACITY];
  /** The first that is not cumulatively acknowledged. */
  private long firstTsn;
  private long nextTsn;
  private long flightBytes;
  private long flightPayloadBytes;
  private int lost;
  /** None below it is lost. */
  private long lostFrom;

  OutstandingData(long initialTsn, boolean interleaved, boolean partialReliability, SendQueue queue,
      SctpCounters counters) {
    this.firstTsn = initialTsn;
    this.nextTsn = initialTsn;
    this.lostFrom = initialTsn;
    this.interleaved = interleaved;
    this.partialReliability = partialReliability;
    this.queue = queue;
    this.counters = counters;
  }

  boolean isEmpty() {
    return firstTsn == nextTsn;
  }

  boolean isFull() {
    return nextTsn - firstTsn >= MAX_CHUNKS;
  }

  int size() {
    return (int) (nextTsn - firstTsn);
  }

  long firstTsn() {
    return firstTsn;
  }

  long nextTsn() {
    return nextTsn;
  }

  /** Bytes of chunks in flight. */
  long flightBytes() {
    return flightBytes;
  }

  /** The same, payload only: what the peer's window has to hold. */
  long flightPayloadBytes() {
    return flightPayloadBytes;
  }

  boolean hasLost() {
    return lost > 0;
  }

  OutstandingChunk get(long tsn) {
    return ring[(int) tsn & ring.length - 1];
  }

  /** Gives the chunk the next TSN; it is in flight. */
  void append(OutstandingChunk chunk, long nowNs) {
    put(chunk);
    chunk.sentAtNs = nowNs;
    fly(chunk);
  }

  private void put(OutstandingChunk chunk) {
    if (size() == ring.length) {
      OutstandingChunk[] larger = new OutstandingChunk[2 * ring.length];
      for (long tsn = firstTsn; tsn < nextTsn; tsn++) {
        larger[(int) tsn & larger.length - 1] = get(tsn);
      }
      ring = larger;
    }
    OutgoingMessage message = chunk.message;
    if (message.firstTsn < 0) {
      message.firstTsn = nextTsn;
    }
    message.lastTsn = nextTsn;
    ring[(int) nextTsn & ring.length - 1] = chunk;
    nextTsn++;
  }

  private void fly(OutstandingChunk chunk) {
    chunk.state = State.IN_FLIGHT;
    flightBytes += chunk.wireBytes(interleaved);
    flightPayloadBytes += chunk.length;
  }

  /** Takes the chunk out of flight or out of the lost, whichever it is in. */
  private void settle(OutstandingChunk chunk, State next) {
    if (chunk.state == State.IN_FLIGHT) {
      flightBytes -= chunk.wireBytes(interleaved);
      flightPayloadBytes -= chunk.length;
    } else if (chunk.state == State.LOST) {
      lost--;
    }
    chunk.state = next;
  }

  /**
   * A SACK, whose cumulative TSN is neither old nor beyond what was sent.
   *
   * @param recovering in fast recovery more chunks count as reported missing (RFC 9260 §7.2.4)
   */
  Acknowledgement onSack(long cumulativeTsn, SackChunk sack, boolean recovering, long nowNs) {
    long highestNew = acknowledgeUpTo(cumulativeTsn);
    long highestReported = cumulativeTsn;
    long afterBlock = cumulativeTsn + 1;
    for (int i = 0; i < sack.gapBlocks(); i++) {
      long start = cumulativeTsn + sack.gapStart(i);
      long end = cumulativeTsn + sack.gapEnd(i);
      // In ascending order only: the work of one SACK is bounded by what is outstanding, not by what it claims.
      if (start < afterBlock || end < start || end >= nextTsn) {
        counters.drop(SctpDrop.BOGUS_GAP_BLOCK);
        continue;
      }
      for (long tsn = start; tsn <= end; tsn++) {
        OutstandingChunk chunk = get(tsn);
        if (chunk.state == State.IN_FLIGHT || chunk.state == State.LOST) {
          acknowledge(chunk);
          highestNew = tsn;
        }
      }
      highestReported = end;
      afterBlock = end + 1;
    }
    reportMissing(recovering && result.advanced ? highestReported : highestNew, highestNew, nowNs);
    return result;
  }

  /** SHUTDOWN carries a cumulative TSN without anything else. */
  Acknowledgement onCumulativeTsn(long cumulativeTsn) {
    acknowledgeUpTo(cumulativeTsn);
    return result;
  }

  private long acknowledgeUpTo(long cumulativeTsn) {
    result.advanced = cumulativeTsn >= firstTsn;
    result.bytes = 0;
    result.sentAtNs = Acknowledgement.NEVER;
    result.loss = false;
    result.resentBeforeTsn = 0;
    long highestNew = NONE;
    for (; firstTsn <= cumulativeTsn; firstTsn++) {
      OutstandingChunk chunk = get(firstTsn);
      if (chunk.state == State.IN_FLIGHT || chunk.state == State.LOST) {
        acknowledge(chunk);
        highestNew = firstTsn;
      }
      ring[(int) firstTsn & ring.length - 1] = null;
    }
    return highestNew;
  }

  private void acknowledge(OutstandingChunk chunk) {
    settle(chunk, State.ACKED);
    result.bytes += chunk.wireBytes(interleaved);
    // Karn's rule: of a chunk sent twice nobody knows which one was acknowledged.
    if (chunk.retransmits == 0) {
      result.sentAtNs = Math.max(result.sentAtNs, chunk.sentAtNs);
    }
  }

  /**
   * RFC 9260 §7.2.4, and beyond it: there a retransmission that is lost waits for T3. Here it counts as lost when three
   * SACKs acknowledge something new that was sent after it, as all current stacks have it.
   */
  private void reportMissing(long below, long highestNew, long nowNs) {
    for (long tsn = firstTsn; tsn < below; tsn++) {
      OutstandingChunk chunk = get(tsn);
      if (chunk.state == State.IN_FLIGHT && highestNew >= chunk.reportsFromTsn
          && ++chunk.missingReports >= REPORTS_OF_LOSS) {
        result.loss = true;
        if (chunk.retransmits > 0) {
          result.resentBeforeTsn = Math.max(result.resentBeforeTsn, chunk.reportsFromTsn);
        }
        lose(tsn, chunk, nowNs);
      }
    }
  }

  /** T3-rtx has run out: nothing that is in flight counts as in flight any more. */
  void onTimeout(long nowNs) {
    // The first cannot be acknowledged by a gap block: the peer has thrown away what it had (RFC 9260 §6.2.1, iv).
    boolean reneged = !isEmpty() && get(firstTsn).state == State.ACKED;
    for (long tsn = firstTsn; tsn < nextTsn; tsn++) {
      OutstandingChunk chunk = get(tsn);
      chunk.missingReports = 0;
      if (chunk.state == State.IN_FLIGHT || reneged && chunk.state == State.ACKED) {
        lose(tsn, chunk, nowNs);
      }
    }
  }

  private void lose(long tsn, OutstandingChunk chunk, long nowNs) {
    OutgoingMessage message = chunk.message;
    boolean usedUp =
        message.maxRetransmits != SendOptions.UNLIMITED && chunk.retransmits >= message.maxRetransmits;
    if (partialReliability && (usedUp || message.isExpired(nowNs))) {
      abandon(message);
      return;
    }
    settle(chunk, State.LOST);
    lost++;
    lostFrom = Math.min(lostFrom, tsn);
  }

  /**
   * Gives a message up that has been begun (RFC 3758 §3.5 A). If some of it has no TSN yet, an empty last fragment gets
   * one, never sent: the FORWARD-TSN that skips the message needs a TSN that the peer has not acknowledged.
   */
  void abandon(OutgoingMessage message) {
    if (message.abandoned) {
      return;
    }
    message.abandoned = true;
    counters.messagesAbandoned++;
    if (queue.discardRest(message)) {
      put(new OutstandingChunk(message, 0, 0, message.fragments, false, true));
      // It has not flown.
      get(nextTsn - 1).state = State.ABANDONED;
    }
    for (long tsn = Math.max(firstTsn, message.firstTsn); tsn <= message.lastTsn; tsn++) {
      OutstandingChunk chunk = get(tsn);
      if (chunk.message == message && chunk.state != State.ABANDONED) {
        settle(chunk, State.ABANDONED);
      }
    }
  }

  /** TSN of the first chunk to be sent again; -1: none. Messages that have expired meanwhile are given up. */
  long firstLost(long nowNs) {
    while (lost > 0) {
      while (get(Math.max(lostFrom, firstTsn)).state != State.LOST) {
        lostFrom = Math.max(lostFrom, firstTsn) + 1;
      }
      lostFrom = Math.max(lostFrom, firstTsn);
      OutgoingMessage message = get(lostFrom).message;
      if (!partialReliability || !message.isExpired(nowNs)) {
        return lostFrom;
      }
      abandon(message);
    }
    return NONE;
  }

  /** The lost chunk with this TSN goes out again. */
  void retransmit(long tsn, long nowNs) {
    OutstandingChunk chunk = get(tsn);
    settle(chunk, State.IN_FLIGHT);
    chunk.missingReports = 0;
    chunk.reportsFromTsn = nextTsn;
    chunk.retransmits++;
    chunk.sentAtNs = nowNs;
    fly(chunk);
  }

  /** How far the peer's cumulative TSN may be moved: over what was given up, in a row (RFC 3758 §3.5 C1). */
  boolean isAbandoned(long tsn) {
    return tsn < nextTsn && get(tsn).state == State.ABANDONED;
  }
}
