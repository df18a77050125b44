package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.Capabilities;
import io.plenum.protocol.sctp.packet.ErrorCause;
import io.plenum.protocol.sctp.packet.SackChunk;
import java.util.random.RandomGenerator;

/**
 * One SCTP association (RFC 9260) over one path that is protected or verified below: DTLS (RFC 8261), or a pipe between
 * two routers. Either side may {@link #connect}, or both; a side that does not waits for the peer's INIT.
 *
 * <p>Driven by its owner's event loop: packets, the time, commands. From inside a call the sink may call back
 * {@link #send}, {@link #resetStreams}, {@link #shutdown} and {@link #abort}: what they cause follows when the sink has
 * returned.
 */
public final class SctpAssociation {
  /** Where effects go. */
  public interface Sink {
    /** One packet for the peer. The bytes belong to the sink during the call only, and it does not call back. */
    void sendPacket(byte[] bytes, int offset, int length);

    /** @param reason one sentence for people; empty if the state says it all */
    void onStateChanged(SctpState before, SctpState now, String reason, long nowNs);

    /** A whole message, once, and in its stream's order if it was sent so. */
    void onMessage(SctpMessage message, long nowNs);

    /** What waits on the stream has sunk to its threshold. */
    void onBufferedAmountLow(int streamId, long nowNs);

    /** The peer's messages on these streams begin anew (RFC 6525). Empty: on all. */
    void onIncomingStreamsReset(int[] streamIds, long nowNs);

    /** The reset that was asked for has been performed, or the peer has refused; the streams may be used again. */
    void onOutgoingStreamsReset(int[] streamIds, boolean performed, long nowNs);

    /** The peer has begun anew: what was on its way in either direction may be lost. */
    void onPeerRestarted(long nowNs);
  }

  /** Packets that one event sends at most; the next acknowledgement brings the next. What a burst costs a queue. */
  private static final int MAX_BURST_PACKETS = 10;

  private final AssociationContext context;
  private final Handshake handshake;
  private final Shutdown shutdown;
  private final PacketReceiver receiver;
  /** The sink is being called, or packets are being made: whoever comes now is taken along. */
  private boolean settling;
  private boolean changed;
  /** Between {@link #gather} and {@link #depart}. */
  private boolean gathering;

  /** @param random hard to guess: tags and the cookie's secret come from it */
  public SctpAssociation(SctpOptions options, RandomGenerator random, Sink sink) {
    this.context = new AssociationContext(options, random, sink);
    this.handshake = new Handshake(context);
    this.shutdown = new Shutdown(context);
    this.receiver = new PacketReceiver(context, handshake, shutdown);
  }

  public SctpState state() {
    return context.state();
  }

  public SctpCounters counters() {
    return context.counters;
  }

  /** Opens the association from our side; nothing happens if it has begun already, or is over. */
  public void connect(long nowNs) {
    if (context.state() == SctpState.CLOSED) {
      handshake.connect(nowNs);
      settle(nowNs);
    }
  }

  /**
   * Queues a message. Before the association is established it waits.
   *
   * @param payload not copied: it must not change any more
   */
  public SendResult send(int streamId, int payloadProtocolId, byte[] payload, SendOptions options, long nowNs) {
    SendResult refusal = refuse(streamId, payload);
    if (refusal != null) {
      return refusal;
    }
    SendResult result =
        context.queue.offer(new OutgoingMessage(streamId, payloadProtocolId, payload, options, nowNs));
    // What fills packets anyway need not wait for more.
    if (!gathering || context.queue.totalBufferedAmount() > (long) MAX_BURST_PACKETS * context.options.maxPacketBytes()) {
      settle(nowNs);
    }
    return result;
  }

  /**
   * From now on what is sent waits for {@link #depart}, so that messages that follow one another leave in the same packets.
   *
   * @return false if it does already, or what is sent now leaves together anyway, at the end of the event that is being told
   */
  public boolean gather() {
    if (gathering || settling) {
      return false;
    }
    gathering = true;
    return true;
  }

  /** What was gathered leaves. False if nothing was. */
  public boolean depart(long nowNs) {
    if (!gathering) {
      return false;
    }
    gathering = false;
    settle(nowNs);
    return true;
  }

  private SendResult refuse(int streamId, byte[] payload) {
    SctpState state = context.state();
    if (state == SctpState.ENDED || state.isShuttingDown()) {
      return SendResult.NOT_OPEN;
    }
    if (payload.length == 0) {
      return SendResult.EMPTY;
    }
    if (payload.length > context.options.maxSendMessageBytes()) {
      return SendResult.TOO_LONG;
    }
    return streamId < 0 || streamId >= outgoingStreams() ? SendResult.NO_SUCH_STREAM : null;
  }

  /** How many streams may be sent on: what we want until the peer has said what it takes. */
  public int outgoingStreams() {
    TransmissionControlBlock tcb = context.tcb();
    return tcb == null ? context.options.outgoingStreams() : tcb.agreement.outgoingStreams();
  }

  /** Payload that waits on that stream to be sent for the first time, in bytes (W3C's bufferedAmount). */
  public long bufferedAmount(int streamId) {
    return context.queue.bufferedAmount(streamId);
  }

  /** Whether {@link #send} would find room for so many bytes on that stream; true when the association has ended. */
  public boolean hasRoom(int streamId, int bytes) {
    return context.state() == SctpState.ENDED || context.queue.refusal(streamId, bytes) == null;
  }

  /** A message that was told waits above: so much of the window stays closed to the peer until it is released. */
  public void hold(int bytes) {
    if (context.tcb() != null) {
      context.tcb().incoming.hold(bytes);
    }
  }

  /** What was held has been handed on. */
  public void release(int bytes, long nowNs) {
    if (context.tcb() != null) {
      context.tcb().incoming.release(bytes);
      settle(nowNs);
    }
  }

  /** Payload that waits on all streams, in bytes. */
  public long totalBufferedAmount() {
    return context.queue.totalBufferedAmount();
  }

  /** From above to at most so many bytes: {@link Sink#onBufferedAmountLow}. 0 at first. */
  public void setBufferedAmountLowThreshold(int streamId, long bytes) {
    context.queue.lowThreshold(streamId, bytes);
  }

  /** There is no peer yet, and there may be one. */
  public boolean isOpening() {
    SctpState state = context.state();
    return state == SctpState.CLOSED || state == SctpState.COOKIE_WAIT || state == SctpState.COOKIE_ECHOED;
  }

  /** The peer can reset streams (RFC 6525). */
  public boolean canResetStreams() {
    return context.tcb() != null && context.tcb().agreement.capabilities().streamReset();
  }

  /**
   * Ends these streams' row of messages when what waits on them has gone; until the answer they take no more. Does
   * nothing if the peer has no such thing ({@link #canResetStreams}).
   */
  public void resetStreams(int[] streamIds, long nowNs) {
    if (context.state() == SctpState.ENDED || context.tcb() != null && !canResetStreams()) {
      return;
    }
    for (int streamId : streamIds) {
      context.queue.drain(streamId);
    }
    settle(nowNs);
  }

  /** Ends the association when all that waits has arrived; at once if there is no peer yet. */
  public void shutdown(long nowNs) {
    switch (context.state()) {
      case CLOSED, COOKIE_WAIT, COOKIE_ECHOED -> abort("closed before it was open", nowNs);
      case ESTABLISHED -> {
        shutdown.begin(nowNs);
        settle(nowNs);
      }
      default -> { }
    }
  }

  /** Ends the association now. The peer is told if there is one. */
  public void abort(String reason, long nowNs) {
    depart(nowNs);
    context.abort(ErrorCause.USER_INITIATED_ABORT, reason);
    settle(nowNs);
  }

  /** One packet. The bytes are the caller's again when the call returns. */
  public void onPacket(byte[] bytes, int offset, int length, long nowNs) {
    if (receiver.onPacket(bytes, offset, length, nowNs)) {
      settle(nowNs);
    }
  }

  /** What is below has heard the peer again after a silence: what was lost is tried again soon. */
  public void onPathAlive(long nowNs) {
    if (context.tcb() != null) {
      context.tcb().retransmissions.onPathAlive(nowNs);
    }
  }

  /** When {@link #onTimeout} has something to do next, Long.MAX_VALUE if never. */
  public long nextDeadlineNs() {
    if (context.state() == SctpState.ENDED) {
      return Long.MAX_VALUE;
    }
    long own = Math.min(handshake.nextDeadlineNs(), shutdown.nextDeadlineNs());
    return context.tcb() == null ? own : Math.min(own, context.tcb().nextDeadlineNs());
  }

  /** Early or late calls do no harm. */
  public void onTimeout(long nowNs) {
    if (nextDeadlineNs() > nowNs) {
      return;
    }
    handshake.onTimeout(nowNs);
    shutdown.onTimeout(nowNs);
    if (context.tcb() != null) {
      context.tcb().onTimeout(nowNs);
      if (context.tcb().errors.isExhausted()) {
        context.abort(ErrorCause.USER_INITIATED_ABORT, "the peer does not answer any more");
      }
    }
    settle(nowNs);
  }

  /** The end of every event: sends what may go, tells what has happened, and again if that caused something new. */
  private void settle(long nowNs) {
    changed = true;
    if (settling) {
      return;
    }
    settling = true;
    try {
      while (changed) {
        changed = false;
        transmit(nowNs);
        changed |= context.tellAll(nowNs);
      }
    } finally {
      settling = false;
    }
    if (context.state() == SctpState.ENDED) {
      handshake.stop();
      shutdown.stop();
    }
  }

  private void transmit(long nowNs) {
    TransmissionControlBlock tcb = context.tcb();
    if (tcb != null) {
      tcb.heartbeat.write(context.out.writer(), nowNs);
      writeSack(tcb, nowNs);
      if (canResetStreams()) {
        tcb.reset.write(context.out.writer(), nowNs);
        if (tcb.reset.isDue()) {
          // There was no room behind what the packet has already; nothing else would bring us here again.
          context.out.flush();
          tcb.reset.write(context.out.writer(), nowNs);
        }
      }
      sendData(tcb, nowNs);
      shutdown.proceed(nowNs);
    }
    context.out.flush();
  }

  /** A SACK that could still wait goes along with data that goes anyway. */
  private void writeSack(TransmissionControlBlock tcb, long nowNs) {
    SackSchedule schedule = tcb.incoming.schedule();
    boolean withData = schedule.isPending() && !tcb.retransmissions.isIdle();
    if (schedule.isDue(nowNs) || withData) {
      tcb.incoming.writeSack(context.out.room(SackChunk.FIXED_BYTES + SackChunk.ENTRY_BYTES));
    }
  }

  private void sendData(TransmissionControlBlock tcb, long nowNs) {
    SctpState state = context.state();
    if (state != SctpState.ESTABLISHED && state != SctpState.SHUTDOWN_PENDING
        && state != SctpState.SHUTDOWN_RECEIVED) {
      return;
    }
    for (int packets = 0; packets < MAX_BURST_PACKETS; packets++) {
      boolean fresh = context.out.isEmpty();
      boolean wrote = tcb.retransmissions.fill(context.out.writer(), nowNs);
      if (!wrote && fresh) {
        return;
      }
      // What did not fit beside what was there may fit into the next.
      context.out.flush();
    }
  }

  /** Payload in flight and window, for people: the transfer as it stands; null while there is no peer. */
  public Transfer transfer() {
    TransmissionControlBlock tcb = context.tcb();
    if (tcb == null) {
      return null;
    }
    RetransmissionQueue sending = tcb.retransmissions;
    return new Transfer(sending.congestion().windowBytes(), sending.congestion().slowStartThresholdBytes(),
        sending.outstanding().flightBytes(), sending.remoteWindowBytes(), tcb.incoming.reassembly().waitingBytes(),
        tcb.rto.smoothedRttNs(), tcb.rto.rtoNs(), tcb.errors.errors(), tcb.agreement.capabilities());
  }

  /**
   * How an association is doing. Sizes are bytes.
   *
   * @param congestionWindow what may be in flight
   * @param flight what is
   * @param remoteWindow what the peer has room for
   * @param waiting what waits here for missing fragments or messages, with its overhead
   * @param errors how often in a row the peer was silent
   */
  public record Transfer(long congestionWindow, long slowStartThreshold, long flight, long remoteWindow, long waiting,
      long smoothedRttNs, long retransmissionTimeoutNs, int errors, Capabilities capabilities) {}
}
