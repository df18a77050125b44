package io.plenum.server.web;

import io.plenum.server.config.PlenumConfig;
import io.plenum.server.signaling.SignalingEndpoint;
import io.vertx.core.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The signalling connections of one loop, how many there may be, and the clock that looks after them. */
final class ConnectionTable {
  static final long SWEEP_NS = 1_000_000_000L;
  /** A sweep later than this means that the process itself stood still: a long collection, a stopped container. */
  private static final long LATE_NS = 3 * SWEEP_NS;

  private final Loop loop;
  private final SignalingEndpoint endpoint;
  private final PlenumConfig.Limits limits;
  private final SignalingCounters counters;
  private final ClientMemory memory;
  private final AddressLimits addresses;
  private final Set<ClientConnection> connections = new LinkedHashSet<>();
  /** The set's size, for the gauge, which other threads read. */
  private volatile int size;
  private long lastSweepNs;

  ConnectionTable(Loop loop, SignalingEndpoint endpoint, PlenumConfig.Limits limits, ClientMemory memory,
      AddressLimits addresses, SignalingCounters counters) {
    this.loop = loop;
    this.memory = memory;
    this.addresses = addresses;
    this.endpoint = endpoint;
    this.limits = limits;
    this.counters = counters;
    lastSweepNs = loop.nowNs();
  }

  Loop loop() {
    return loop;
  }

  SignalingEndpoint endpoint() {
    return endpoint;
  }

  SignalingCounters counters() {
    return counters;
  }

  ClientMemory memory() {
    return memory;
  }

  int messageBytes() {
    return limits.messageBytes();
  }

  int messagesPerSecond() {
    return limits.messagesPerSecond();
  }

  /** From any thread. */
  int size() {
    return size;
  }

  /**
   * Why one more of that address may not come, or null. Asked before {@link #add}: there the client can still be told
   * in words.
   */
  SignalingCounters.Refused refusal(SocketAddress address) {
    return size >= limits.connections() ? SignalingCounters.Refused.TOO_MANY
        : addresses.full(addresses.keyOf(address)) ? SignalingCounters.Refused.TOO_MANY_OF_ADDRESS
        : null;
  }

  ClientConnection add(Carrier carrier, SocketAddress address) {
    ClientConnection connection = new ClientConnection(carrier, this, addresses.open(addresses.keyOf(address)));
    connections.add(connection);
    size = connections.size();
    counters.connections.increment();
    return connection;
  }

  void remove(ClientConnection connection) {
    connections.remove(connection);
    size = connections.size();
  }

  /** Called each {@link #SWEEP_NS}. */
  void sweep() {
    long nowNs = loop.nowNs();
    long lateNs = nowNs - lastSweepNs - SWEEP_NS;
    lastSweepNs = nowNs;
    addresses.sweep();
    for (ClientConnection connection : List.copyOf(connections)) {
      if (lateNs > LATE_NS) {
        connection.forgive(lateNs);
      }
      connection.onSweep(nowNs);
    }
  }

  /** Whoever has not taken the goodbye by now. */
  void abortAll() {
    List.copyOf(connections).forEach(ClientConnection::abort);
  }

  void closeAll(int code, String reason) {
    List.copyOf(connections).forEach(connection -> connection.close(code, reason));
  }
}
