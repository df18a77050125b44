package io.plenum.media.router;

import java.util.ArrayDeque;

/**
 * Lets the messages that one datagram brings leave together, however many of them there are and whoever they are for: an
 * association that is given the first of them gathers the others too, and sends when the datagram has been read to its end.
 * Else each would leave in a packet of its own, and one datagram of fifty tiny messages would become fifty for each listener.
 * Of one event loop. Nothing waits longer than the call in which it came.
 */
public final class DataDepartures {
  /** Has been given messages that it has not sent. */
  public interface Departing {
    /** Sends them. What fails there is its own transport's fault, and not thrown. */
    void depart(long nowNs);
  }

  private final ArrayDeque<Departing> departing = new ArrayDeque<>();
  private int depth;

  /** Something begins that may hand on many messages. {@link #end} follows, whatever happens; in between it may begin again. */
  public void begin() {
    depth++;
  }

  /** Whether messages may be gathered now: somebody will say {@link #end}. */
  public boolean isOpen() {
    return depth > 0;
  }

  /** Has begun to gather; to be said once for each {@link Departing#depart}. */
  public void add(Departing gathering) {
    departing.add(gathering);
  }

  /** It is over: whoever has gathered sends, those who are given something meanwhile too. */
  public void end(long nowNs) {
    try {
      if (depth == 1) {
        for (Departing next; (next = departing.poll()) != null; ) {
          next.depart(nowNs);
        }
      }
    } finally {
      depth--;
    }
  }
}
