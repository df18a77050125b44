package io.plenum.protocol.sctp;

/**
 * How much may be in flight (RFC 9260 §7.2): slow start, congestion avoidance, fast recovery, and a fresh start after
 * idleness. Bytes are those of chunks, headers included.
 */
final class CongestionControl {
  /** RFC 6928's ten segments instead of the RFC's three to four: what every browser's data channels begin with. */
  private static final int INITIAL_PACKETS = 10;
  /** The lowest threshold (§7.2.3). */
  private static final int MIN_THRESHOLD_PACKETS = 4;
  /**
   * One association never has more in flight: 320 Mbit/s over 100 ms. A peer that acknowledges all it can and then
   * falls silent makes us keep no more than this.
   */
  static final long MAX_WINDOW_BYTES = 4 << 20;
  /** Halving more often changes nothing. */
  private static final int MAX_HALVINGS = 32;

  private final int packetBytes;
  private long windowBytes;
  private long slowStartThresholdBytes = MAX_WINDOW_BYTES;
  private long partialBytesAcked;
  /** In fast recovery until this TSN is acknowledged; 0: not in it. */
  private long recoveryEndTsn;
  private long lastSentNs = Long.MIN_VALUE;

  /** @param packetBytes what one packet holds of chunks (the RFC's PMDCS) */
  CongestionControl(int packetBytes) {
    this.packetBytes = packetBytes;
    this.windowBytes = (long) INITIAL_PACKETS * packetBytes;
  }

  /**
   * A SACK has acknowledged something.
   *
   * @param flightBefore what had been in flight
   * @param allAcked nothing is outstanding any more
   */
  void onAcked(long ackedBytes, long flightBefore, boolean allAcked) {
    boolean used = flightBefore + packetBytes > windowBytes;
    if (windowBytes <= slowStartThresholdBytes) {
      // §7.2.1: only if the window was used and nothing is being recovered. RFC 4960 had a third condition, that the SACK moves on.
      if (used && !isRecovering()) {
        grow(Math.min(ackedBytes, packetBytes));
      }
    } else {
      // §7.2.2: a packet more for each window that was acknowledged, be it behind a hole.
      partialBytesAcked += ackedBytes;
      if (partialBytesAcked >= windowBytes) {
        if (used) {
          partialBytesAcked -= windowBytes;
          if (!isRecovering()) {
            grow(packetBytes);
          }
        } else {
          partialBytesAcked = windowBytes;
        }
      }
    }
    if (allAcked) {
      partialBytesAcked = 0;
    }
  }

  private void grow(long bytes) {
    windowBytes = Math.min(MAX_WINDOW_BYTES, windowBytes + bytes);
  }

  /**
   * Three reports say that something is missing (§7.2.4); true if recovery begins now.
   *
   * @param resentBeforeTsn of a lost retransmission: the first TSN that went out after it; 0 if none was lost. If it went out
   *     after the window had been halved, the window was still too large, and recovery begins again; if it went before, this is
   *     the same loss
   */
  boolean onLoss(long highestSentTsn, long resentBeforeTsn) {
    if (isRecovering() && resentBeforeTsn <= recoveryEndTsn) {
      return false;
    }
    halve();
    recoveryEndTsn = highestSentTsn;
    return true;
  }

  /** Everything up to this TSN is acknowledged. */
  void onCumulativeTsn(long tsn) {
    if (isRecovering() && tsn >= recoveryEndTsn) {
      recoveryEndTsn = 0;
    }
  }

  /** T3-rtx has run out (§7.2.3): from one packet again. */
  void onTimeout() {
    halve();
    windowBytes = packetBytes;
    recoveryEndTsn = 0;
  }

  private void halve() {
    slowStartThresholdBytes = Math.max(windowBytes / 2, (long) MIN_THRESHOLD_PACKETS * packetBytes);
    windowBytes = slowStartThresholdBytes;
    partialBytesAcked = 0;
  }

  /** Before data goes out (§7.2.1): each RTO without any halves the window, for the path may have changed meanwhile. */
  void beforeSend(boolean flightIsEmpty, long rtoNs, long nowNs) {
    if (lastSentNs != Long.MIN_VALUE && flightIsEmpty && nowNs - lastSentNs > rtoNs) {
      long least = Math.min(windowBytes, (long) MIN_THRESHOLD_PACKETS * packetBytes);
      slowStartThresholdBytes = Math.max(slowStartThresholdBytes, windowBytes);
      int halvings = (int) Math.min(MAX_HALVINGS, (nowNs - lastSentNs) / rtoNs);
      windowBytes = Math.max(least, windowBytes >> halvings);
    }
    lastSentNs = nowNs;
  }

  boolean isRecovering() {
    return recoveryEndTsn != 0;
  }

  long windowBytes() {
    return windowBytes;
  }

  long slowStartThresholdBytes() {
    return slowStartThresholdBytes;
  }
}
