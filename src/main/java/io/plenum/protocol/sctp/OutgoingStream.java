package io.plenum.protocol.sctp;

import java.util.ArrayDeque;

/** One stream that we send on: what waits, how messages are numbered, and whether it is being reset. */
final class OutgoingStream {
  /** Where a reset stands (RFC 6525 §5.1.2). */
  enum Reset {
    NONE,
    /** Wanted; what waits goes first. */
    DRAINING,
    /** The peer has been asked. */
    REQUESTED
  }

  final int id;
  final ArrayDeque<OutgoingMessage> messages = new ArrayDeque<>(2);
  Reset reset = Reset.NONE;
  /** In the round of those that have something to send. */
  boolean scheduled;
  private long bufferedBytes;
  private long lowThresholdBytes;
  private int nextOrdered;
  private int nextUnordered;

  OutgoingStream(int id) {
    this.id = id;
  }

  /** Payload that has not been sent for the first time. */
  long bufferedBytes() {
    return bufferedBytes;
  }

  void lowThreshold(long bytes) {
    lowThresholdBytes = bytes;
  }

  void onQueued(int bytes) {
    bufferedBytes += bytes;
  }

  /** Payload has gone, out or away; true if the amount has sunk to the threshold just now. */
  boolean onGone(int bytes) {
    boolean wasHigh = bufferedBytes > lowThresholdBytes;
    bufferedBytes -= bytes;
    return wasHigh && bufferedBytes <= lowThresholdBytes;
  }

  /** RFC 8260 §2.1 numbers unordered messages too; DATA's have no number, and none is used up. */
  int takeNumber(boolean unordered, boolean interleaved) {
    if (!unordered) {
      return nextOrdered++;
    }
    return interleaved ? nextUnordered++ : 0;
  }

  /** The peer has forgotten our numbers, or is a new one. */
  void restartNumbers() {
    nextOrdered = 0;
    nextUnordered = 0;
  }
}
