package io.plenum.protocol.ice;

/**
 * The tuples on which the peer has sent a valid check, with the time of the last one. Few and often asked, so two
 * arrays and a linear search.
 */
final class CheckedTuples {
  /** A browser on Wi-Fi, mobile and VPN, IPv4 and IPv6, has up to about six towards one port; mediasoup's number. */
  static final int MAX_TUPLES = 8;

  private final TransportTuple[] tuples = new TransportTuple[MAX_TUPLES];
  private final long[] lastCheckNs = new long[MAX_TUPLES];
  private int count;
  /** Of the one whose last check is the longest ago: asked far more often than it changes. */
  private long stalestNs;

  int count() {
    return count;
  }

  TransportTuple get(int index) {
    return tuples[index];
  }

  /** By value, or -1. */
  int indexOf(TransportTuple tuple) {
    for (int i = 0; i < count; i++) {
      if (tuples[i].equals(tuple)) {
        return i;
      }
    }
    return -1;
  }

  void touch(int index, long nowNs) {
    lastCheckNs[index] = nowNs;
    onChanged();
  }

  long lastCheckNs(int index) {
    return lastCheckNs[index];
  }

  private void onChanged() {
    int stalest = stalestExcept(null);
    stalestNs = stalest < 0 ? 0 : lastCheckNs[stalest];
  }

  /** There must be room: see {@link #isFull}. */
  void add(TransportTuple tuple, long nowNs) {
    tuples[count] = tuple;
    lastCheckNs[count++] = nowNs;
    onChanged();
  }

  boolean isFull() {
    return count == MAX_TUPLES;
  }

  void replace(int index, TransportTuple tuple) {
    tuples[index] = tuple;
  }

  TransportTuple remove(int index) {
    TransportTuple removed = tuples[index];
    count--;
    tuples[index] = tuples[count];
    lastCheckNs[index] = lastCheckNs[count];
    tuples[count] = null;
    onChanged();
    return removed;
  }

  /** The one whose last check is the longest ago, except {@code kept}; -1 if there is no other. */
  int stalestExcept(TransportTuple kept) {
    int stalest = -1;
    for (int i = 0; i < count; i++) {
      if (tuples[i] != kept && (stalest < 0 || lastCheckNs[i] - lastCheckNs[stalest] < 0)) {
        stalest = i;
      }
    }
    return stalest;
  }

  /** The one that was checked last, or null if there is none. */
  TransportTuple freshest() {
    int freshest = -1;
    for (int i = 0; i < count; i++) {
      if (freshest < 0 || lastCheckNs[i] - lastCheckNs[freshest] > 0) {
        freshest = i;
      }
    }
    return freshest < 0 ? null : tuples[freshest];
  }

  /** One whose last check is at least {@code expiryNs} ago, or -1. */
  int firstExpired(long nowNs, long expiryNs) {
    for (int i = 0; i < count; i++) {
      if (nowNs - lastCheckNs[i] >= expiryNs) {
        return i;
      }
    }
    return -1;
  }

  /** When the first of them will have expired; Long.MAX_VALUE if there is none. */
  long nextExpiryNs(long expiryNs) {
    return count == 0 ? Long.MAX_VALUE : stalestNs + expiryNs;
  }
}
