package io.plenum.cluster;

import java.util.List;

/**
 * How a node is emptied: whom it sends away when, and when it need not wait any longer. While there is no other node, nobody is
 * sent anywhere: an operator's drain waits for one, and a node that stops does not wait.
 *
 * <pre>
 *   SERVING ─begin─▶ DRAINING ─stop─▶ STOPPING ─ empty, no other node, too late, hurried ─▶ FINISHED
 * </pre>
 */
public final class Drain {
  /** In this order. */
  public enum State { SERVING, DRAINING, STOPPING, FINISHED }

  /** Why the node need not wait any longer. */
  public enum Reason { EMPTY, NO_OTHER_NODE, TOO_LATE, HURRIED }

  /** What is to be done. */
  public interface Sink {
    /** {@link Drain#onClients} is wanted. */
    void count();

    /** The client is to go to another node. */
    void sendAway(DrainPlan.Client client);

    /** Once. */
    void onFinished(Reason reason, int clientsLeft);
  }

  /** Counting asks every room. */
  static final long COUNT_NS = 250_000_000L;
  private static final long SECOND_NS = 1_000_000_000L;

  private final long timeoutNs;
  private final long patienceNs;
  private final int clientsPerSecond;
  private final Sink sink;
  private State state = State.SERVING;
  private DrainPlan plan;
  private boolean otherNode;
  private int clientsLeft;
  private long countNs = Long.MAX_VALUE;
  private long deadlineNs = Long.MAX_VALUE;

  /**
   * @param timeoutNs how long a node that stops waits for its clients to go
   * @param patienceNs how long a client may take to go
   * @param clientsPerSecond that the rest of the cluster takes without trouble
   */
  public Drain(long timeoutNs, long patienceNs, int clientsPerSecond, Sink sink) {
    this.timeoutNs = timeoutNs;
    this.patienceNs = patienceNs;
    this.clientsPerSecond = clientsPerSecond;
    this.sink = sink;
  }

  public State state() {
    return state;
  }

  /** No clients come from now on; those who are here go when they can. */
  public void begin(long nowNs) {
    if (state == State.SERVING) {
      state = State.DRAINING;
      countNs = nowNs;
    }
  }

  /** The node is about to stop. */
  public void stop(long nowNs) {
    begin(nowNs);
    if (state == State.DRAINING) {
      state = State.STOPPING;
      deadlineNs = nowNs + timeoutNs;
      countNs = nowNs;
    }
  }

  /** Whoever stops the node does not want to wait, or will not want to. */
  public void hurry() {
    finish(Reason.HURRIED);
  }

  /** Whether clients can be sent anywhere. */
  public void onOtherNode(boolean there) {
    otherNode = there;
  }

  /** All who are here, joined or not. */
  public void onClients(List<DrainPlan.Client> clients, long nowNs) {
    clientsLeft = clients.size();
    if (plan == null && otherNode && state != State.SERVING && state != State.FINISHED) {
      // Who is told last still needs the time to go; with a short timeout nobody has it, and most should have some.
      long tellingNs = Math.max(timeoutNs / 3, timeoutNs - patienceNs - 2 * SECOND_NS);
      plan = new DrainPlan(clients, clientsPerSecond, nowNs + tellingNs, nowNs);
    }
    if (state == State.STOPPING && (clients.isEmpty() || !otherNode)) {
      finish(clients.isEmpty() ? Reason.EMPTY : Reason.NO_OTHER_NODE);
    }
  }

  private void finish(Reason reason) {
    if (state != State.FINISHED) {
      state = State.FINISHED;
      countNs = Long.MAX_VALUE;
      deadlineNs = Long.MAX_VALUE;
      plan = null;
      sink.onFinished(reason, clientsLeft);
    }
  }

  /** When {@link #onTimeout} is due. */
  public long nextDeadlineNs() {
    return Math.min(Math.min(countNs, deadlineNs), plan == null ? Long.MAX_VALUE : plan.nextDeadlineNs());
  }

  public void onTimeout(long nowNs) {
    List<DrainPlan.Client> due = plan == null ? List.of() : plan.onTimeout(nowNs);
    boolean count = countNs <= nowNs;
    if (count) {
      boolean needless = state == State.DRAINING && plan != null;
      countNs = needless ? Long.MAX_VALUE : nowNs + COUNT_NS;
    }
    due.forEach(sink::sendAway);
    if (deadlineNs <= nowNs) {
      finish(Reason.TOO_LATE);
    } else if (count) {
      sink.count();
    }
  }
}
