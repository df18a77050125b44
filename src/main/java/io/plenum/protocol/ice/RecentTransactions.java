package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.wire.Bytes;
import java.util.Arrays;

/**
 * The transaction ids of a peer's last valid checks, so that one that was overheard is no check when it comes from somewhere
 * else. Only valid checks are written down, so nobody without the password can push any out.
 */
final class RecentTransactions {
  /** A pair in use is checked each 2.5 s: 42 minutes of it, in 8 KiB. Only the client itself can send faster. */
  static final int CAPACITY = 1_024;
  /** Enough for most transports' first minute. */
  private static final int INITIAL_CAPACITY = 32;
  private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

  private long[] keys = new long[INITIAL_CAPACITY];
  private int count;
  private int next;

  boolean contains(StunMessage message) {
    long key = key(message);
    for (int i = 0; i < count; i++) {
      if (keys[i] == key) {
        return true;
      }
    }
    return false;
  }

  /** The oldest makes room. */
  void add(StunMessage message) {
    if (count == keys.length && count < CAPACITY) {
      keys = Arrays.copyOf(keys, 2 * count);
      next = count;
    }
    keys[next] = key(message);
    next = (next + 1) % keys.length;
    count = Math.min(count + 1, keys.length);
  }

  int size() {
    return count;
  }

  /** 64 of the 96 random bits. */
  private static long key(StunMessage message) {
    int offset = message.transactionIdOffset();
    return Bytes.i64(message.bytes(), offset + 4) ^ Bytes.i32(message.bytes(), offset) * MIX;
  }
}
