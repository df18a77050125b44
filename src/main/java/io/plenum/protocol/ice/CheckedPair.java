package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.wire.Bytes;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** One candidate pair of a controlling client: its checks on the way, and what came of the last ones. */
final class CheckedPair {
  /** Answers to older checks than these come too late to mean anything. */
  private static final int MAX_OUTSTANDING_CHECKS = 8;

  final TransportTuple tuple;
  /** The last 64 bits of each transaction id that may still be answered; the first 32 are not worth keeping. */
  private final long[] transactions = new long[MAX_OUTSTANDING_CHECKS];
  private final boolean[] nominating = new boolean[MAX_OUTSTANDING_CHECKS];
  private int nextTransaction;

  long nextCheckNs;
  long lastSuccessNs;
  int unanswered;
  boolean succeeded;
  /** Where the other side sees us, or null. */
  InetSocketAddress mapped;

  CheckedPair(TransportTuple tuple, long nowNs) {
    this.tuple = tuple;
    nextCheckNs = nowNs;
  }

  void noteSent(long transaction, boolean nominates) {
    transactions[nextTransaction] = transaction;
    nominating[nextTransaction] = nominates;
    nextTransaction = (nextTransaction + 1) % MAX_OUTSTANDING_CHECKS;
    unanswered++;
  }

  /** Which of the checks on the way this answers, or -1; the same is not found twice. */
  int take(StunMessage answer) {
    long transaction = Bytes.i64(answer.bytes(), answer.transactionIdOffset() + 4);
    for (int i = 0; i < MAX_OUTSTANDING_CHECKS; i++) {
      if (transactions[i] == transaction && transaction != 0) {
        transactions[i] = 0;
        return i;
      }
    }
    return -1;
  }

  boolean nominates(int check) {
    return nominating[check];
  }

  void forgetChecks() {
    Arrays.fill(transactions, 0);
    unanswered = 0;
  }
}
