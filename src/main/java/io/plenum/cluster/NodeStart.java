package io.plenum.cluster;

import io.plenum.cluster.NodeCoordinator.State;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.SignalMessage.Ping;
import io.plenum.cluster.message.SignalMessage.Pong;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * How a node starts: asks the registry for rows of its serverId; if there are any, asks whether the process that wrote them
 * still lives; removes them, and writes the row of this life.
 *
 * <pre>
 *   LOOKING ─▶ PROBING ─▶ CLEANING ─▶ ACTIVE
 *                 └─▶ REFUSED
 * </pre>
 */
final class NodeStart {
  /** How often a former life is asked whether it lives. A hung one does not answer: it is superseded. */
  private static final int PROBES = 4;

  private final Registry registry;
  private final Bus bus;
  private final LongSupplier operations;
  /** Writes the row of this life; the operation's number comes back. */
  private final ToLongFunction<Owner> putRow;
  private final Map<Long, Row> cleaning = new HashMap<>();
  private Owner self;
  private State state = State.LOOKING;
  private String refusal;
  private List<Row> formerRows = List.of();
  private long operation = -1;
  private long stepNs;
  private int probes;

  /** @param candidate raised if an earlier life had a greater incarnation */
  NodeStart(Owner candidate, Registry registry, Bus bus, LongSupplier operations, ToLongFunction<Owner> putRow, long nowNs) {
    this.self = candidate;
    this.registry = registry;
    this.bus = bus;
    this.operations = operations;
    this.putRow = putRow;
    this.stepNs = nowNs;
  }

  /** This life; its incarnation is final once it is active. */
  Owner self() {
    return self;
  }

  State state() {
    return state;
  }

  /** Why it was refused. */
  String refusal() {
    return refusal;
  }

  /** A former life lives. */
  void onPong(Pong pong) {
    if (state == State.PROBING) {
      become(State.REFUSED);
      refusal = "a process with the serverId " + self.serverId() + " is running (incarnation "
          + pong.owner().incarnation() + ")";
    }
  }

  void onRegistryRows(long fetched, List<Row> rows, long nowNs) {
    if (fetched != operation || state != State.LOOKING) {
      return;
    }
    operation = -1;
    formerRows = List.copyOf(rows);
    for (Row row : rows) {
      if (row.owner().incarnation() >= self.incarnation()) {
        self = new Owner(self.serverId(), row.owner().incarnation() + 1);
      }
    }
    state = rows.isEmpty() ? State.CLEANING : State.PROBING;
    step(nowNs);
  }

  void onRegistryDone(long done) {
    if (state != State.CLEANING) {
      return;
    }
    cleaning.remove(done);
    if (done == operation) {
      become(State.ACTIVE);
    } else if (cleaning.isEmpty() && operation < 0) {
      operation = putRow.applyAsLong(self);
    }
  }

  void onRegistryFailed(long failed, long nowNs) {
    if (failed == operation || cleaning.containsKey(failed)) {
      stepNs = Math.min(stepNs, nowNs + ClusterTimings.REGISTRY_RETRY_NS);
    }
  }

  long nextDeadlineNs() {
    return stepNs;
  }

  void onTimeout(long nowNs) {
    if (stepNs <= nowNs) {
      step(nowNs);
    }
  }

  private void step(long nowNs) {
    if (state == State.LOOKING) {
      operation = operations.getAsLong();
      stepNs = nowNs + ClusterTimings.REGISTRY_DEADLINE_NS;
      registry.fetchOwned(operation, self.serverId());
    } else if (state == State.PROBING && probes < PROBES) {
      probes++;
      stepNs = nowNs + ClusterTimings.SIGNAL_RETRY_NS;
      bus.send(self.serverId(), new Ping(Protocol.VERSION, self, probes));
    } else {
      state = State.CLEANING;
      clean(nowNs);
    }
  }

  private void clean(long nowNs) {
    stepNs = nowNs + ClusterTimings.REGISTRY_DEADLINE_NS;
    List<Row> rest = cleaning.isEmpty() ? formerRows : List.copyOf(cleaning.values());
    formerRows = List.of();
    cleaning.clear();
    operation = -1;
    rest.forEach(row -> cleaning.put(operations.getAsLong(), row));
    if (cleaning.isEmpty()) {
      operation = putRow.applyAsLong(self);
    } else {
      Map.copyOf(cleaning).forEach((remove, row) -> registry.removeIfOwner(remove, row.key(), row.owner()));
    }
  }

  private void become(State last) {
    state = last;
    operation = -1;
    stepNs = Long.MAX_VALUE;
  }
}
