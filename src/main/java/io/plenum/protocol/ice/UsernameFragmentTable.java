package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds who a check from an unknown address is for, by our username fragment in it, without making an object for a
 * peer that has proved nothing yet. Only our own code puts fragments in, random ones, so no peer can make it slow.
 *
 * @param <T> what a fragment stands for: a transport, an agent
 */
public final class UsernameFragmentTable<T> {
  /** A power of two. */
  private static final int INITIAL_SLOTS = 16;

  /** Open addressing: an entry stands in the first free slot from {@code key & mask} on. */
  private Entry<T>[] slots = newSlots(INITIAL_SLOTS);
  private int size;

  private record Entry<T>(long key, byte[] fragment, T value) {}

  /** The value takes the place of one that was there for the same fragment. */
  public void put(String usernameFragment, T value) {
    byte[] fragment = usernameFragment.getBytes(StandardCharsets.US_ASCII);
    long key = StunMessage.usernameFragmentKey(fragment, 0, fragment.length);
    int slot = slotOf(key, fragment);
    if (slots[slot] == null) {
      size++;
    }
    slots[slot] = new Entry<>(key, fragment, value);
    if (2 * size > slots.length) {
      rebuild(2 * slots.length);
    }
  }

  /** What the check's USERNAME is addressed to, or null. Allocates nothing. */
  public T find(StunMessage message) {
    long key = message.localUsernameFragmentKey();
    int mask = slots.length - 1;
    for (int i = (int) key & mask; slots[i] != null; i = i + 1 & mask) {
      if (slots[i].key == key && message.hasLocalUsernameFragment(slots[i].fragment)) {
        return slots[i].value;
      }
    }
    return null;
  }

  /** Returns what was there, or null. */
  public T remove(String usernameFragment) {
    byte[] fragment = usernameFragment.getBytes(StandardCharsets.US_ASCII);
    int slot = slotOf(StunMessage.usernameFragmentKey(fragment, 0, fragment.length), fragment);
    Entry<T> removed = slots[slot];
    if (removed == null) {
      return null;
    }
    slots[slot] = null;
    size--;
    closeGapAfter(slot);
    return removed.value;
  }

  public int size() {
    return size;
  }

  /** The slot of the fragment, or the free one where it would go. */
  private int slotOf(long key, byte[] fragment) {
    int mask = slots.length - 1;
    int slot = (int) key & mask;
    while (slots[slot] != null && !(slots[slot].key == key && Arrays.equals(slots[slot].fragment, fragment))) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  /** Puts the entries of the run that follows in again, as one of them may belong into the gap. */
  private void closeGapAfter(int gap) {
    int mask = slots.length - 1;
    for (int i = gap + 1 & mask; slots[i] != null; i = i + 1 & mask) {
      Entry<T> moved = slots[i];
      slots[i] = null;
      slots[slotOf(moved.key, moved.fragment)] = moved;
    }
  }

  private void rebuild(int newLength) {
    Entry<T>[] old = slots;
    slots = newSlots(newLength);
    for (Entry<T> entry : old) {
      if (entry != null) {
        slots[slotOf(entry.key, entry.fragment)] = entry;
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> Entry<T>[] newSlots(int length) {
    return (Entry<T>[]) new Entry<?>[length];
  }
}
