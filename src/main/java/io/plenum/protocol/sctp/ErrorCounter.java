package io.plenum.protocol.sctp;

/** How often in a row the peer was silent (RFC 9260 §8.1); too often is the end. */
final class ErrorCounter {
  private int errors;

  void increment() {
    errors++;
  }

  /** The peer has acknowledged something. */
  void clear() {
    errors = 0;
  }

  boolean isExhausted() {
    return errors > SctpTimings.MAX_RETRANSMISSIONS;
  }

  int errors() {
    return errors;
  }
}
