package io.plenum.protocol.rtp;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * SSRC to object, open-addressed: no boxing, no allocation on a look-up. The owner limits how many it puts in;
 * SSRCs are hashed, because a peer chooses them.
 */
public final class SsrcTable<T> {
  private static final int INITIAL_SLOTS = 16;

  private int[] ssrcs = new int[INITIAL_SLOTS];
  private Object[] values = new Object[INITIAL_SLOTS];
  private int size;

  /** The object under {@code ssrc}, or null. */
  @SuppressWarnings("unchecked")
  public T get(int ssrc) {
    int mask = ssrcs.length - 1;
    int slot = hash(ssrc) & mask;
    while (values[slot] != null) {
      if (ssrcs[slot] == ssrc) {
        return (T) values[slot];
      }
      slot = slot + 1 & mask;
    }
    return null;
  }

  /** Puts or replaces. */
  public void put(int ssrc, T value) {
    if (2 * (size + 1) > ssrcs.length) {
      rebuild(ssrcs.length * 2, Integer.MIN_VALUE, false);
    }
    int mask = ssrcs.length - 1;
    int slot = hash(ssrc) & mask;
    while (values[slot] != null && ssrcs[slot] != ssrc) {
      slot = slot + 1 & mask;
    }
    if (values[slot] == null) {
      size++;
    }
    ssrcs[slot] = ssrc;
    values[slot] = value;
  }

  public void remove(int ssrc) {
    if (get(ssrc) != null) {
      rebuild(ssrcs.length, ssrc, true);
    }
  }

  public int size() {
    return size;
  }

  @SuppressWarnings("unchecked")
  public void forEach(Consumer<T> action) {
    for (Object value : values) {
      if (value != null) {
        action.accept((T) value);
      }
    }
  }

  /** What {@link #forEachEntry} calls. */
  public interface EntryAction<T> {
    void accept(int ssrc, T value);
  }

  @SuppressWarnings("unchecked")
  public void forEachEntry(EntryAction<T> action) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        action.accept(ssrcs[i], (T) values[i]);
      }
    }
  }

  public void clear() {
    Arrays.fill(values, null);
    size = 0;
  }

  @SuppressWarnings("unchecked")
  private void rebuild(int slots, int without, boolean leaveOut) {
    int[] oldSsrcs = ssrcs;
    Object[] oldValues = values;
    ssrcs = new int[slots];
    values = new Object[slots];
    size = 0;
    for (int i = 0; i < oldSsrcs.length; i++) {
      if (oldValues[i] != null && !(leaveOut && oldSsrcs[i] == without)) {
        put(oldSsrcs[i], (T) oldValues[i]);
      }
    }
  }

  private static int hash(int ssrc) {
    int mixed = ssrc * 0x9e3779b9;
    return mixed ^ mixed >>> 15;
  }
}
