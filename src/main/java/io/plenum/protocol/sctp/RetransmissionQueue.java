package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.protocol.sctp.packet.SackChunk;

/**
 * The sending half of an association (RFC 9260 §6.1, §6.3, §7.2): takes new data from the {@link SendQueue} as the
 * windows allow, sends again what is lost, and keeps T3-rtx.
 */
final class RetransmissionQueue {
  private final boolean interleaved;
  private final boolean partialReliability;
  private final SendQueue queue;
  private final SctpCounters counters;
  private final RetransmissionTimeout rto;
  private final ErrorCounter errors;
  private final int packetBytes;
  private final OutstandingData outstanding;
  private final CongestionControl congestion;
  private final ForwardTsnWriter forwardTsn;
  private long remoteWindowBytes;
  private long t3DeadlineNs = Long.MAX_VALUE;
  /** RFC 9260 §7.2.4 (3): the first packet of a fast retransmit goes out whatever the window says. */
  private boolean fastRetransmitDue;
  private boolean sackSinceTimeout;

  RetransmissionQueue(Agreement agreement, SendQueue queue, SctpCounters counters, RetransmissionTimeout rto,
      ErrorCounter errors, int packetBytes) {
    this.interleaved = agreement.capabilities().interleaving();
    this.partialReliability = agreement.capabilities().partialReliability();
    this.queue = queue;
    this.counters = counters;
    this.rto = rto;
    this.errors = errors;
    this.packetBytes = packetBytes;
    this.remoteWindowBytes = agreement.remoteWindow();
    this.outstanding = new OutstandingData(
        SerialNumber.first(agreement.localInitialTsn()), interleaved, partialReliability, queue, counters);
    this.congestion = new CongestionControl(packetBytes);
    this.forwardTsn = new ForwardTsnWriter(outstanding, interleaved);
  }

  void onSack(SackChunk sack, long nowNs) {
    long cumulativeTsn = SerialNumber.unwrap32(sack.cumulativeTsn(), outstanding.firstTsn());
    if (cumulativeTsn >= outstanding.nextTsn()) {
      counters.drop(SctpDrop.BOGUS_SACK);
      return;
    }
    if (cumulativeTsn < outstanding.firstTsn() - 1) {
      // Overtaken by a newer one.
      return;
    }
    sackSinceTimeout = true;
    long flightBefore = outstanding.flightBytes();
    OutstandingData.Acknowledgement acked =
        outstanding.onSack(cumulativeTsn, sack, congestion.isRecovering(), nowNs);
    boolean wasClosed = remoteWindowBytes == 0;
    remoteWindowBytes = Math.max(0, sack.receiverWindow() - outstanding.flightPayloadBytes());
    if (wasClosed && remoteWindowBytes > 0) {
      // What was not let in is tried again soon, however long the peer had no room.
      onPathAlive(nowNs);
    }
    settle(acked, cumulativeTsn, flightBefore, nowNs);
    if (acked.loss && congestion.onLoss(outstanding.nextTsn() - 1, acked.resentBeforeTsn)) {
      counters.fastRetransmits++;
      fastRetransmitDue = true;
    }
  }

  /** SHUTDOWN's cumulative TSN (RFC 9260 §9.2). */
  void onCumulativeTsn(int tsn, long nowNs) {
    long cumulativeTsn = SerialNumber.unwrap32(tsn, outstanding.firstTsn());
    if (cumulativeTsn >= outstanding.nextTsn()) {
      counters.drop(SctpDrop.BOGUS_SACK);
    } else if (cumulativeTsn >= outstanding.firstTsn()) {
      long flightBefore = outstanding.flightBytes();
      settle(outstanding.onCumulativeTsn(cumulativeTsn), cumulativeTsn, flightBefore, nowNs);
    }
  }

  private void settle(OutstandingData.Acknowledgement acked, long cumulativeTsn, long flightBefore, long nowNs) {
    congestion.onCumulativeTsn(cumulativeTsn);
    // A FORWARD-TSN that was heard acknowledges no bytes, and is progress all the same.
    if (acked.advanced || acked.bytes > 0) {
      errors.clear();
      rto.undoBackOff();
    }
    if (acked.bytes > 0) {
      if (acked.sentAtNs != OutstandingData.Acknowledgement.NEVER) {
        rto.onRoundTrip(nowNs - acked.sentAtNs);
      }
      congestion.onAcked(acked.bytes, flightBefore, outstanding.isEmpty());
    }
    // §6.3.2 R2 and R3.
    if (outstanding.isEmpty()) {
      t3DeadlineNs = Long.MAX_VALUE;
    } else if (acked.advanced) {
      t3DeadlineNs = nowNs + rto.rtoNs();
    }
  }

  long nextDeadlineNs() {
    return t3DeadlineNs;
  }

  /** What waits for T3 need not wait for what the silence has made of it. */
  void onPathAlive(long nowNs) {
    rto.undoBackOff();
    if (t3DeadlineNs != Long.MAX_VALUE) {
      t3DeadlineNs = Math.min(t3DeadlineNs, nowNs + rto.rtoNs());
    }
  }

  /** T3-rtx (RFC 9260 §6.3.3). */
  void onTimeout(long nowNs) {
    if (t3DeadlineNs > nowNs) {
      return;
    }
    counters.retransmissionTimeouts++;
    // §6.1 A: a peer that answers, and has no room, is alive.
    if (remoteWindowBytes > 0 || !sackSinceTimeout) {
      errors.increment();
    }
    sackSinceTimeout = false;
    rto.backOff();
    congestion.onTimeout();
    outstanding.onTimeout(nowNs);
    forwardTsn.onTimeout();
    t3DeadlineNs = nowNs + rto.rtoNs();
  }

  /** Fills the packet with what may go; true if there is data in it now. */
  boolean fill(PacketWriter out, long nowNs) {
    writeForwardTsn(out, nowNs);
    boolean wrote = false;
    while (writeLost(out, nowNs) || writeNew(out, nowNs)) {
      wrote = true;
    }
    fastRetransmitDue &= !wrote;
    return wrote;
  }

  private void writeForwardTsn(PacketWriter out, long nowNs) {
    // What expired while it waited for the window must not keep what follows waiting too.
    abandonExpired(nowNs);
    // Behind a SACK with many holes there may be no room: then it is in the next packet.
    if (forwardTsn.fits(out) && forwardTsn.isDue(Math.max(1, rto.smoothedRttNs()), nowNs)) {
      forwardTsn.write(out, nowNs);
      startT3(nowNs);
    }
  }

  private void abandonExpired(long nowNs) {
    for (OutgoingMessage next; partialReliability && !outstanding.isFull()
        && (next = queue.peek(nowNs)) != null && next.isExpired(nowNs); ) {
      outstanding.abandon(next);
    }
  }

  private boolean writeLost(PacketWriter out, long nowNs) {
    long tsn = outstanding.firstLost(nowNs);
    if (tsn < 0 || !fastRetransmitDue && outstanding.flightBytes() >= congestion.windowBytes()) {
      return false;
    }
    OutstandingChunk chunk = outstanding.get(tsn);
    if (out.room() < chunk.wireBytes(interleaved)) {
      return false;
    }
    congestion.beforeSend(false, rto.rtoNs(), nowNs);
    outstanding.retransmit(tsn, nowNs);
    counters.chunksRetransmitted++;
    chunk.write(out, interleaved, tsn, isImmediate());
    // §6.3.2 R1 and R4: the first one's timer starts anew.
    if (tsn == outstanding.firstTsn()) {
      t3DeadlineNs = nowNs + rto.rtoNs();
    }
    startT3(nowNs);
    return true;
  }

  private boolean writeNew(PacketWriter out, long nowNs) {
    if (outstanding.hasLost() || outstanding.isFull()) {
      return false;
    }
    OutgoingMessage message = queue.peek(nowNs);
    int room = out.room() - DataChunk.headerBytes(interleaved) & ~3;
    if (message == null || room <= 0 || !out.isEmpty() && !SendQueue.isWorth(message, room)) {
      return false;
    }
    boolean idle = outstanding.flightBytes() == 0;
    if (outstanding.flightBytes() >= congestion.windowBytes()) {
      return false;
    }
    // §6.1 A: into a closed window one chunk may go, to find out whether it has opened.
    if (Math.min(message.rest(), room) > remoteWindowBytes && !idle) {
      return false;
    }
    congestion.beforeSend(idle, rto.rtoNs(), nowNs);
    OutstandingChunk chunk = queue.cut(room);
    long tsn = outstanding.nextTsn();
    outstanding.append(chunk, nowNs);
    remoteWindowBytes = Math.max(0, remoteWindowBytes - chunk.length);
    chunk.write(out, interleaved, tsn, isImmediate());
    startT3(nowNs);
    return true;
  }

  /** With a window of one or two packets a delayed SACK would cost more than it saves (RFC 7053 §3). */
  private boolean isImmediate() {
    return congestion.windowBytes() <= 2L * packetBytes;
  }

  private void startT3(long nowNs) {
    if (t3DeadlineNs == Long.MAX_VALUE) {
      t3DeadlineNs = nowNs + rto.rtoNs();
    }
  }

  /** Nothing waits to be sent, or sent again. */
  boolean isIdle() {
    return queue.isEmpty() && !outstanding.hasLost();
  }

  /** Nothing waits and everything has been acknowledged. */
  boolean isDone() {
    return outstanding.isEmpty() && queue.isEmpty();
  }

  /** Wire form of the last TSN that was given out. */
  int lastTsn() {
    return (int) (outstanding.nextTsn() - 1);
  }

  OutstandingData outstanding() {
    return outstanding;
  }

  CongestionControl congestion() {
    return congestion;
  }

  long remoteWindowBytes() {
    return remoteWindowBytes;
  }
}
