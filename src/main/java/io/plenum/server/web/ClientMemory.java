package io.plenum.server.web;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that the node keeps for its clients, in both directions: one budget for all, a share of the heap. When it is used up, the
 * greediest client of the greediest address is cut, and the next, until what is left fits; a limit for each connection alone would
 * let many of them end the process. Counted from any thread; the rest is on the web's loop.
 */
final class ClientMemory {
  /** The rest is the rooms', and the garbage of what is under way. */
  private static final int HEAP_SHARE = 4;
  /** One client may have this much of the budget, and no more than {@link #MOST_PER_CLIENT_BYTES}. */
  private static final int CLIENT_SHARE = 8;
  /** Some seconds of a large room. A client that lets more pile up is not reading. */
  static final long MOST_PER_CLIENT_BYTES = 4 << 20;

  private final Loop loop;
  private final long limitBytes;
  private final long perClientBytes;
  private final AtomicLong total = new AtomicLong();
  private final AtomicBoolean relieving = new AtomicBoolean();
  private final Map<Object, Share> shares = new HashMap<>();
  /** Of the holders; read from other threads. */
  private volatile int clients;

  /** The clients of one address. */
  private static final class Share {
    final Set<Holder> holders = new LinkedHashSet<>();
  }

  ClientMemory(Loop loop, long limitBytes) {
    this.loop = loop;
    this.limitBytes = limitBytes;
    perClientBytes = Math.min(MOST_PER_CLIENT_BYTES, limitBytes / CLIENT_SHARE);
  }

  static ClientMemory ofThisProcess(Loop loop) {
    return new ClientMemory(loop, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
  }

  /**
   * @param address clients with equal ones count as one; null for a client that counts alone
   * @param onCut called when this client is to go; what it holds is expected to be freed soon
   */
  Holder open(Object address, Runnable onCut) {
    Object key = address == null ? new Object() : address;
    Holder holder = new Holder(key, shares.computeIfAbsent(key, ignored -> new Share()), onCut);
    holder.share.holders.add(holder);
    clients++;
    return holder;
  }

  /** From any thread. */
  long bytes() {
    return total.get();
  }

  long limitBytes() {
    return limitBytes;
  }

  private void relieve() {
    relieving.set(false);
    long excess = total.get() - limitBytes;
    for (Share share : shares.values()) {
      for (Holder holder : share.holders) {
        // It goes already.
        excess -= holder.cut ? holder.bytes.get() : 0;
      }
    }
    while (excess > 0) {
      Holder greediest = greediest();
      if (greediest == null) {
        return;
      }
      greediest.cut = true;
      excess -= greediest.bytes.get();
      greediest.onCut.run();
    }
  }

  private Holder greediest() {
    Holder found = null;
    long most = 0;
    for (Share share : shares.values()) {
      Holder first = null;
      long ofShare = 0;
      for (Holder holder : share.holders) {
        if (!holder.cut) {
          ofShare += holder.bytes.get();
          first = first == null || holder.bytes.get() > first.bytes.get() ? holder : first;
        }
      }
      if (ofShare > most) {
        found = first;
        most = ofShare;
      }
    }
    return found;
  }

  /**
   * Account of what is kept for one client. The class that counts something here takes it off again; closing frees
   * nothing by itself.
   */
  final class Holder {
    private final Object key;
    private final Share share;
    private final Runnable onCut;
    private final AtomicLong bytes = new AtomicLong();
    private boolean cut;

    private Holder(Object key, Share share, Runnable onCut) {
      this.key = key;
      this.share = share;
      this.onCut = onCut;
    }

    /**
     * Counts what may be kept. False if it may not, which costs nothing: this client is to be closed. From any thread.
     */
    boolean offer(long more) {
      long own = bytes.get() + more;
      // While the loop does not get round to cut anybody, those below the average still may: that is twice the budget at the most.
      boolean mayBeKept = own <= perClientBytes
          && (total.get() + more <= 2 * limitBytes || own <= limitBytes / Math.max(1, clients));
      if (mayBeKept) {
        add(more);
      }
      return mayBeKept;
    }

    /** Counts what is bounded elsewhere for this client. From any thread. */
    void add(long more) {
      bytes.addAndGet(more);
      if (total.addAndGet(more) > limitBytes && relieving.compareAndSet(false, true)) {
        loop.run(ClientMemory.this::relieve);
      }
    }

    void remove(long less) {
      bytes.addAndGet(-less);
      total.addAndGet(-less);
    }

    /** From any thread. */
    long bytes() {
      return bytes.get();
    }

    /** The client is gone. */
    void close() {
      if (share.holders.remove(this)) {
        clients--;
        if (share.holders.isEmpty()) {
          shares.remove(key, share);
        }
      }
    }
  }
}
