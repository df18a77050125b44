package io.plenum.protocol.rtp;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * From SSRC to what is kept for it, without boxing: open addressing with linear probing. Looking up allocates nothing;
 * adding may grow the table, so whoever adds must have a limit.
 */
public final class SsrcTable<V> {
  private static final int INITIAL_CAPACITY = 16;
  /** Spreads neighbouring SSRCs, which allocators like to hand out: 2^32 over the golden ratio. */
  private static final int SPREAD = 0x9e37_79b9;

  private int[] ssrcs = new int[INITIAL_CAPACITY];
  /** Null where the table is empty. */
  private Object[] values = new Object[INITIAL_CAPACITY];
  private int size;

  public int size() {
    return size;
  }

  /** What was put for this SSRC, or null. */
  @SuppressWarnings("unchecked")
  public V get(int ssrc) {
    return (V) values[slot(ssrc)];
  }

  /** Replaces what was there. */
  public void put(int ssrc, V value) {
    int slot = slot(ssrc);
    if (values[slot] == null) {
      size++;
    }
    ssrcs[slot] = ssrc;
    values[slot] = value;
    // At most half full: probing stays short, and there is always an empty slot to end it.
    if (2 * size > values.length) {
      grow();
    }
  }

  /** True if there was something to remove. */
  public boolean remove(int ssrc) {
    int hole = slot(ssrc);
    if (values[hole] == null) {
      return false;
    }
    size--;
    int mask = values.length - 1;
    // Whatever was pushed past the hole by it moves back, so that probing never stops too early.
    for (int slot = hole + 1 & mask; values[slot] != null; slot = slot + 1 & mask) {
      int home = home(ssrcs[slot]);
      if ((slot - home & mask) >= (slot - hole & mask)) {
        ssrcs[hole] = ssrcs[slot];
        values[hole] = values[slot];
        hole = slot;
      }
    }
    values[hole] = null;
    return true;
  }

  public void clear() {
    Arrays.fill(values, null);
    size = 0;
  }

  /** Not to be changed meanwhile. */
  @SuppressWarnings("unchecked")
  public void forEach(Consumer<V> action) {
    for (Object value : values) {
      if (value != null) {
        action.accept((V) value);
      }
    }
  }

  /** What {@link #forEachEntry} calls. */
  public interface EntryAction<V> {
    void accept(int ssrc, V value);
  }

  /** Not to be changed meanwhile. */
  @SuppressWarnings("unchecked")
  public void forEachEntry(EntryAction<V> action) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        action.accept(ssrcs[i], (V) values[i]);
      }
    }
  }

  private int home(int ssrc) {
    int product = ssrc * SPREAD;
    return product >>> Integer.numberOfLeadingZeros(values.length) + 1;
  }

  /** Where this SSRC is, or the empty slot where it would be. */
  private int slot(int ssrc) {
    int mask = values.length - 1;
    int slot = home(ssrc);
    while (values[slot] != null && ssrcs[slot] != ssrc) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    int[] oldSsrcs = ssrcs;
    Object[] oldValues = values;
    ssrcs = new int[2 * oldSsrcs.length];
    values = new Object[2 * oldValues.length];
    for (int i = 0; i < oldValues.length; i++) {
      if (oldValues[i] != null) {
        int slot = slot(oldSsrcs[i]);
        ssrcs[slot] = oldSsrcs[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
