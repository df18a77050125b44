package io.plenum.cluster;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.RouterPair;
import io.plenum.cluster.message.SignalMessage.ClosePipeTransport;
import io.plenum.cluster.message.SignalMessage.Consume;
import io.plenum.cluster.message.SignalMessage.ConsumeRefused;
import io.plenum.cluster.message.SignalMessage.Consumed;
import io.plenum.cluster.message.SignalMessage.CreatePipeTransport;
import io.plenum.cluster.message.SignalMessage.Have;
import io.plenum.cluster.message.SignalMessage.Scores;
import io.plenum.cluster.message.SignalMessage.Want;
import java.util.Map;

/**
 * This node's end of the pipe between one local and one remote router: from the wish for it to its close.
 *
 * <pre>
 *   CREATING ──onCreated──▶ OFFERED ──remote end known──▶ CONNECTED ──▶ CLOSED
 *       └────(remote end known before: straight to CONNECTED)────▲
 * </pre>
 *
 * <p>Each node makes one end for a pair and tells the other. It does not matter who begins, nor whether both do: a node
 * that hears of an end and has none makes one; a node that has one connects it. A remote end that was made anew
 * (greater generation) makes this one void. What crosses is kept by {@link PulledProducers} (towards us) and {@link
 * PushedProducers} (away from us).
 */
final class Pipe {
  enum State { CREATING, OFFERED, CONNECTED, CLOSED }

  /** Why a pipe ended, and so whether it may be made again at once. */
  enum End { IDLE, FAILED, VOID }

  final RouterPair pair;
  final String localRouterId;
  final Owner remote;
  final String endId;
  final PulledProducers pulled;
  final PushedProducers pushed;
  private final long endGeneration;
  private final RoomEnvironment environment;
  private State state = State.CREATING;
  private PipeEnd local;
  private PipeEnd remoteEnd;
  private long retryNs = Long.MAX_VALUE;
  private long deadlineNs;
  private long wantNs = Long.MAX_VALUE;
  private long idleSinceNs;
  private long sequence;
  private End end;

  Pipe(RoomEnvironment environment, RouterPair pair, String localRouterId, Owner remote, String endId,
      long endGeneration, long nowNs) {
    this.environment = environment;
    this.pair = pair;
    this.localRouterId = localRouterId;
    this.remote = remote;
    this.endId = endId;
    this.endGeneration = endGeneration;
    this.deadlineNs = nowNs + ClusterTimings.MEDIA_DEADLINE_NS;
    this.idleSinceNs = nowNs;
    this.pulled = new PulledProducers(this, environment);
    this.pushed = new PushedProducers(this, environment);
  }

  void open() {
    environment.media().createPipe(endId, pair, localRouterId);
  }

  State state() {
    return state;
  }

  boolean connected() {
    return state == State.CONNECTED;
  }

  /** Null while it lives. */
  End end() {
    return end;
  }

  String remoteEndId() {
    return remoteEnd == null ? null : remoteEnd.endId();
  }

  /** @param made as the other node must know it; the generation in it is ours to set */
  void onCreated(PipeEnd made, long nowNs) {
    if (state != State.CREATING) {
      return;
    }
    local = new PipeEnd(
        endId, endGeneration, made.ip(), made.port(), made.srtpParameters(), made.sctpParameters());
    state = State.OFFERED;
    deadlineNs = nowNs + ClusterTimings.SIGNAL_DEADLINE_NS;
    retryNs = nowNs + ClusterTimings.SIGNAL_RETRY_NS;
    if (remoteEnd != null) {
      connect(nowNs);
    }
    offer();
  }

  /** The other node says which end it has, and which of ours it knows. */
  void onOffer(PipeEnd theirs, String yourEndId, long nowNs) {
    if (state == State.CLOSED) {
      return;
    }
    if (yourEndId != null && !yourEndId.equals(endId)) {
      // Theirs is connected to an end of ours that is gone: theirs is void, too.
      sendClose(theirs.endId(), yourEndId);
      return;
    }
    if (remoteEnd != null && !remoteEnd.endId().equals(theirs.endId())) {
      if (theirs.generation() > remoteEnd.generation()) {
        close(End.VOID);
      }
      return;
    }
    if (remoteEnd == null) {
      remoteEnd = theirs;
      if (state == State.OFFERED) {
        connect(nowNs);
      }
    }
    if (state == State.CONNECTED && yourEndId == null) {
      offer();
    }
  }

  private void connect(long nowNs) {
    state = State.CONNECTED;
    retryNs = Long.MAX_VALUE;
    deadlineNs = Long.MAX_VALUE;
    wantNs = nowNs + ClusterTimings.WANT_NS;
    environment.media().connectPipe(endId, remoteEnd);
    pulled.onConnected(nowNs);
  }

  private void offer() {
    environment.bus().send(remote.serverId(), new CreatePipeTransport(
        Protocol.VERSION, environment.self(), environment.room(), pair, local, remoteEndId()));
  }

  /** Some ends are gone. */
  void onCloseSignal(ClosePipeTransport message) {
    if (endId.equals(message.endId()) || endId.equals(message.otherEndId())) {
      close(End.VOID);
    }
  }

  /**
   * Whether a message about what crosses is about this end and the one it is connected to. If it is about another end
   * of ours, the sender is told that it is gone.
   */
  private boolean concerns(String theirEndId, String yourEndId) {
    if (!endId.equals(yourEndId)) {
      sendClose(theirEndId, yourEndId);
      return false;
    }
    return state == State.CONNECTED && remoteEnd.endId().equals(theirEndId);
  }

  void onConsume(Consume message, boolean exists, long nowNs) {
    if (concerns(message.endId(), message.yourEndId())) {
      pushed.onConsume(message.producerId(), message.layers(), message.sequence(), exists, nowNs);
    }
  }

  void onConsumed(Consumed message, long nowNs) {
    if (concerns(message.endId(), message.yourEndId())) {
      pulled.onConsumed(message.producerId(), message.parameters(), nowNs);
    }
  }

  void onConsumeRefused(ConsumeRefused message, long nowNs) {
    if (concerns(message.endId(), message.yourEndId())) {
      pulled.onRefused(message.producerId(), nowNs);
    }
  }

  /** What we want over it. */
  void apply(Map<ProducerRow, Layers> wanted, long nowNs) {
    noteUse(nowNs);
    pulled.apply(wanted, nowNs);
  }

  void onWant(Want message, long nowNs) {
    noteUse(nowNs);
    if (concerns(message.endId(), message.yourEndId())) {
      pushed.onWant(message.layersByProducerId(), message.sequence());
    }
  }

  void onHave(Have message, long nowNs) {
    if (concerns(message.endId(), message.yourEndId())) {
      pulled.onHave(message.consumerIdByProducerId(), message.sequence(), nowNs);
    }
  }

  void onScores(Scores message) {
    if (concerns(message.endId(), message.yourEndId()) && message.scoresByProducerId() != null) {
      pulled.onScores(message.scoresByProducerId(), message.generation());
    }
  }

  long nextSequence() {
    return ++sequence;
  }

  long sequence() {
    return sequence;
  }

  /** All that we want over this pipe, now and every two seconds. */
  void sendWant(long nowNs) {
    if (state == State.CONNECTED) {
      wantNs = nowNs + ClusterTimings.WANT_NS;
      environment.bus().send(remote.serverId(), new Want(Protocol.VERSION, environment.self(), environment.room(), pair,
          endId, remoteEndId(), nextSequence(), pulled.layers()));
    }
  }

  private void sendClose(String oneEndId, String otherEndId) {
    environment.bus().send(remote.serverId(), new ClosePipeTransport(
        Protocol.VERSION, environment.self(), environment.room(), pair, oneEndId, otherEndId));
  }

  /** Tells the other node, too. */
  void close(End why) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    end = why;
    retryNs = Long.MAX_VALUE;
    deadlineNs = Long.MAX_VALUE;
    wantNs = Long.MAX_VALUE;
    environment.media().closePipe(endId);
    pulled.onPipeClosed();
    sendClose(endId, remoteEndId());
  }

  long nextDeadlineNs() {
    if (state == State.CLOSED) {
      return Long.MAX_VALUE;
    }
    long next = Math.min(Math.min(retryNs, deadlineNs), wantNs);
    next = Math.min(next, Math.min(pulled.nextDeadlineNs(), pushed.nextDeadlineNs()));
    return idle() ? Math.min(next, idleSinceNs + ClusterTimings.PIPE_LINGER_NS) : next;
  }

  /** Before anything that may leave it idle. */
  private void noteUse(long nowNs) {
    if (!idle()) {
      idleSinceNs = nowNs;
    }
  }

  private boolean idle() {
    return pulled.isEmpty() && pushed.isEmpty();
  }

  void onTimeout(long nowNs) {
    if (state == State.CLOSED) {
      return;
    }
    if (deadlineNs <= nowNs) {
      close(End.FAILED);
      return;
    }
    noteUse(nowNs);
    if (idle() && idleSinceNs + ClusterTimings.PIPE_LINGER_NS <= nowNs) {
      close(End.IDLE);
      return;
    }
    if (retryNs <= nowNs) {
      retryNs = nowNs + ClusterTimings.SIGNAL_RETRY_NS;
      offer();
    }
    if (wantNs <= nowNs) {
      sendWant(nowNs);
    }
    pulled.onTimeout(nowNs);
    pushed.onTimeout(nowNs);
  }
}
