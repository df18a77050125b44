package io.plenum.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order and how fast a draining node sends its clients away: one room after the other, the smallest first, so
 * that few rooms are in motion at a time; in a room those first who only listen. Fast enough to end before the
 * deadline, and not faster than the other nodes can take joins, unless the deadline demands it.
 */
public final class DrainPlan {
  /** A client of this node. */
  public record Client(String room, String peerId, int producers) {}

  private final Deque<Client> waiting;
  private final long intervalNs;
  private long nextNs;

  /**
   * @param joinsPerSecond that the rest of the cluster takes without trouble
   * @param deadlineNs when all must have been told
   */
  public DrainPlan(List<Client> clients, int joinsPerSecond, long deadlineNs, long nowNs) {
    Map<String, Integer> sizes = new HashMap<>();
    clients.forEach(client -> sizes.merge(client.room, 1, Integer::sum));
    List<Client> ordered = new ArrayList<>(clients);
    ordered.sort(Comparator.<Client>comparingInt(client -> sizes.get(client.room)).thenComparing(Client::room)
        .thenComparingInt(Client::producers).thenComparing(Client::peerId));
    waiting = new ArrayDeque<>(ordered);
    long inTimeNs = Math.max(0, deadlineNs - nowNs) / Math.max(1, clients.size());
    intervalNs = Math.min(1_000_000_000L / Math.max(1, joinsPerSecond), inTimeNs);
    nextNs = nowNs;
  }

  public boolean finished() {
    return waiting.isEmpty();
  }

  public long nextDeadlineNs() {
    return waiting.isEmpty() ? Long.MAX_VALUE : nextNs;
  }

  /** A client that has left by itself need not be sent. */
  public void onLeft(String room, String peerId) {
    waiting.removeIf(client -> client.room.equals(room) && client.peerId.equals(peerId));
  }

  /** @return who is to be told to reconnect elsewhere, now */
  public List<Client> onTimeout(long nowNs) {
    List<Client> now = new ArrayList<>();
    while (!waiting.isEmpty() && nextNs <= nowNs) {
      now.add(waiting.poll());
      nextNs += intervalNs;
    }
    return now;
  }
}
