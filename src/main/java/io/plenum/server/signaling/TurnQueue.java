package io.plenum.server.signaling;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Serves the clients whose rooms share an event loop in turn: of all addresses that wait, the one whose requests have taken least of
 * the loop's time, and of its clients the same. A thousand requests of one client then keep another waiting for one of them, not
 * for a thousand. Time is what the requests have really taken, so that a dear one counts as many cheap ones (start-time fair
 * queueing). Between two slices the loop's other tasks have theirs. On that loop.
 */
final class TurnQueue {
  /** Longer than most requests take, and short beside what a person notices. */
  static final long SLICE_NS = 1_000_000;

  private final Executor loop;
  private final LongSupplier clock;
  private final Map<Object, Address> addresses = new HashMap<>();
  private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();
  private long servedNs;
  private long arrivals;
  private Address serving;
  private boolean scheduled;

  /**
   * @param loop runs a task later, after those that it has already
   * @param clock in nanoseconds
   */
  TurnQueue(Executor loop, LongSupplier clock) {
    this.loop = loop;
    this.clock = clock;
  }

  /** A place in a queue of those who wait for the same; least time taken first, and of equals who came first. */
  private abstract static class Waiting implements Comparable<Waiting> {
    long takenNs;
    long arrival;

    @Override
    public int compareTo(Waiting other) {
      int byTime = Long.compare(takenNs, other.takenNs);
      return byTime != 0 ? byTime : Long.compare(arrival, other.arrival);
    }
  }

  private static final class Address extends Waiting {
    final Object key;
    final PriorityQueue<Client> waiting = new PriorityQueue<>();
    long servedNs;
    int clients;

    Address(Object key) {
      this.key = key;
    }
  }

  /** One client's requests, served in their order. */
  final class Client extends Waiting {
    private final Address address;
    private final Queue<Runnable> requests = new ArrayDeque<>();

    private Client(Address address) {
      this.address = address;
    }

    void add(Runnable request) {
      requests.add(request);
      if (requests.size() > 1) {
        return;
      }
      // Who was idle has saved up nothing.
      takenNs = Math.max(takenNs, address.servedNs);
      arrival = arrivals++;
      address.waiting.add(this);
      if (address.waiting.size() == 1 && address != serving) {
        address.takenNs = Math.max(address.takenNs, servedNs);
        address.arrival = arrival;
        waiting.add(address);
      }
      schedule();
    }

    /** It is gone; what it has asked for is still served. */
    void leave() {
      if (--address.clients == 0) {
        addresses.remove(address.key, address);
      }
    }
  }

  /** @param address clients with equal ones take their turns together; null for a client that has its own */
  Client enter(Object address) {
    Object key = address == null ? new Object() : address;
    Address entered = addresses.computeIfAbsent(key, Address::new);
    entered.clients++;
    return new Client(entered);
  }

  /** Addresses that have clients here. */
  int addresses() {
    return addresses.size();
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.execute(this::serve);
    }
  }

  private void serve() {
    long startNs = clock.getAsLong();
    long nowNs = startNs;
    try {
      while (!waiting.isEmpty() && nowNs - startNs < SLICE_NS) {
        nowNs = serveNext(nowNs);
      }
    } finally {
      scheduled = false;
      if (!waiting.isEmpty()) {
        schedule();
      }
    }
  }

  private long serveNext(long nowNs) {
    Address address = (Address) waiting.remove();
    Client client = address.waiting.remove();
    servedNs = address.takenNs;
    address.servedNs = client.takenNs;
    serving = address;
    long endNs = nowNs;
    try {
      client.requests.peek().run();
    } finally {
      serving = null;
      endNs = clock.getAsLong();
      client.requests.remove();
      client.takenNs += endNs - nowNs;
      address.takenNs += endNs - nowNs;
      if (!client.requests.isEmpty()) {
        client.arrival = arrivals++;
        address.waiting.add(client);
      }
      if (!address.waiting.isEmpty()) {
        address.arrival = arrivals++;
        waiting.add(address);
      }
    }
    return endNs;
  }
}
