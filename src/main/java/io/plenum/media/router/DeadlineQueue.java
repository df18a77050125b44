package io.plenum.media.router;

import java.util.Arrays;

/**
 * Who on one event loop wants to be woken when: one queue for all transports of all routers of the loop, so that a timer
 * costs the same whether the loop carries ten peers or ten thousand. A binary heap; nothing is allocated but its array.
 * On the loop.
 */
public final class DeadlineQueue {
  /** Something that wants to be woken. */
  public interface Timed {
    /**
     * Does what is due, if anything is: a wake may come early.
     *
     * @return when it wants to be woken next, {@link Long#MAX_VALUE} for never
     */
    long onTimeout(long nowNs);
  }

  /** One place in the queue. */
  public final class Wake {
    private final Timed timed;
    private long atNs = Long.MAX_VALUE;
    private int place = -1;
    private boolean cancelled;

    private Wake(Timed timed) {
      this.timed = timed;
    }

    /** Wakes by then at the latest; a later time than was asked for before changes nothing until that has come. */
    public void by(long deadlineNs) {
      if (deadlineNs < atNs && !cancelled) {
        atNs = deadlineNs;
        if (place < 0) {
          append(this);
        } else {
          rise(place, this);
        }
      }
    }

    /** For good: what is asked for from now on is not heard. */
    public void cancel() {
      cancelled = true;
      if (place >= 0) {
        take(place);
      }
    }
  }

  private Wake[] heap = new Wake[64];
  private int size;
  /** Those whose time has come, while they are called. */
  private Wake[] due = new Wake[16];

  /** A new place, at first without a time. */
  public Wake add(Timed timed) {
    return new Wake(timed);
  }

  /** When {@link #onTimeout} wants to be called; {@link Long#MAX_VALUE} when nobody waits. */
  public long nextDeadlineNs() {
    return size == 0 ? Long.MAX_VALUE : heap[0].atNs;
  }

  /** How many have asked to be woken. */
  public int size() {
    return size;
  }

  /** Wakes each whose time has come, once. One that is cancelled by another's turn is not woken. */
  public void onTimeout(long nowNs) {
    int count = 0;
    while (size > 0 && heap[0].atNs <= nowNs) {
      if (count == due.length) {
        due = Arrays.copyOf(due, 2 * count);
      }
      due[count++] = take(0);
    }
    for (int i = 0; i < count; i++) {
      Wake wake = due[i];
      due[i] = null;
      if (!wake.cancelled) {
        wake.by(wake.timed.onTimeout(nowNs));
      }
    }
  }

  private void append(Wake wake) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    size++;
    rise(size - 1, wake);
  }

  /** Puts it at the place or, past later ones, nearer to the top. */
  private void rise(int from, Wake wake) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) / 2;
      if (heap[parent].atNs <= wake.atNs) {
        break;
      }
      put(place, heap[parent]);
      place = parent;
    }
    put(place, wake);
  }

  /** Puts it at the place or, past earlier ones, further from the top. */
  private void sink(int from, Wake wake) {
    int place = from;
    for (int child; (child = 2 * place + 1) < size; place = child) {
      if (child + 1 < size && heap[child + 1].atNs < heap[child].atNs) {
        child++;
      }
      if (heap[child].atNs >= wake.atNs) {
        break;
      }
      put(place, heap[child]);
    }
    put(place, wake);
  }

  private void put(int place, Wake wake) {
    heap[place] = wake;
    wake.place = place;
  }

  private Wake take(int place) {
    Wake taken = heap[place];
    Wake last = heap[--size];
    heap[size] = null;
    if (last != taken) {
      sink(place, last);
      rise(last.place, last);
    }
    taken.place = -1;
    taken.atNs = Long.MAX_VALUE;
    return taken;
  }
}
