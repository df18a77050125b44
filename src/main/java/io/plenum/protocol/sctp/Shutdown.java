package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.ErrorCause;
import io.plenum.protocol.sctp.packet.PacketReader;
import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.protocol.wire.Bytes;

/** The orderly end (RFC 9260 §9.2): nothing new is taken, all that waits arrives, then both say goodbye. */
final class Shutdown {
  /** RFC 9260 §9.2's T5: five times RTO.Max. A peer with a closed window would keep us for ever otherwise. */
  private static final long GUARD_NS = 5 * SctpTimings.RTO_MAX_NS;

  private final AssociationContext context;
  private final RetryTimer t2 = new RetryTimer(SctpTimings.MAX_RETRANSMISSIONS);
  private long guardDeadlineNs = Long.MAX_VALUE;

  Shutdown(AssociationContext context) {
    this.context = context;
  }

  /** We want to end. */
  void begin(long nowNs) {
    context.become(SctpState.SHUTDOWN_PENDING, "");
    guardDeadlineNs = nowNs + GUARD_NS;
  }

  /** Goes on if everything has arrived. */
  void proceed(long nowNs) {
    if (context.tcb() == null || !context.tcb().retransmissions.isDone()) {
      return;
    }
    if (context.state() == SctpState.SHUTDOWN_PENDING) {
      sendShutdown();
      t2.start(nowNs);
      context.become(SctpState.SHUTDOWN_SENT, "");
    } else if (context.state() == SctpState.SHUTDOWN_RECEIVED) {
      acknowledge(nowNs);
    }
  }

  private void acknowledge(long nowNs) {
    send(ChunkType.SHUTDOWN_ACK);
    t2.start(nowNs);
    context.become(SctpState.SHUTDOWN_ACK_SENT, "");
  }

  private void sendShutdown() {
    PacketWriter out = context.out.room(ChunkType.HEADER_BYTES + 4);
    out.beginChunk(ChunkType.SHUTDOWN, 0);
    out.put32(context.tcb().incoming.cumulativeTsn());
    out.endChunk();
  }

  private void send(int type) {
    context.out.room(ChunkType.HEADER_BYTES).putChunk(type, 0, new byte[0], 0, 0);
  }

  /** A packet with data came although we have said that we end: the peer must hear it again (§9.2). */
  void onData(long nowNs) {
    if (context.state() == SctpState.SHUTDOWN_SENT) {
      sendShutdown();
      t2.start(nowNs);
    }
  }

  /** @param packet stands on a SHUTDOWN */
  void onShutdown(PacketReader packet, long nowNs) {
    if (packet.valueLength() != 4) {
      context.counters.drop(SctpDrop.MALFORMED_CHUNK);
      return;
    }
    switch (context.state()) {
      case ESTABLISHED, SHUTDOWN_PENDING, SHUTDOWN_RECEIVED -> {
        context.become(SctpState.SHUTDOWN_RECEIVED, "");
        context.tcb().retransmissions.onCumulativeTsn(Bytes.i32(packet.bytes(), packet.valueOffset()), nowNs);
        guardDeadlineNs = Math.min(guardDeadlineNs, nowNs + GUARD_NS);
      }
      // Both at once.
      case SHUTDOWN_SENT -> acknowledge(nowNs);
      default -> context.counters.drop(SctpDrop.UNEXPECTED_CHUNK);
    }
  }

  void onShutdownAck() {
    if (context.state() == SctpState.SHUTDOWN_SENT || context.state() == SctpState.SHUTDOWN_ACK_SENT) {
      send(ChunkType.SHUTDOWN_COMPLETE);
      context.out.flush();
      context.end("shut down");
    } else {
      context.counters.drop(SctpDrop.UNEXPECTED_CHUNK);
    }
  }

  void onShutdownComplete() {
    if (context.state() == SctpState.SHUTDOWN_ACK_SENT) {
      context.end("shut down by the peer");
    } else {
      context.counters.drop(SctpDrop.UNEXPECTED_CHUNK);
    }
  }

  /** An INIT while we wait for the last word: the peer has not heard the one before it (§9.2). */
  void repeatAck() {
    send(ChunkType.SHUTDOWN_ACK);
  }

  long nextDeadlineNs() {
    return Math.min(t2.deadlineNs(), guardDeadlineNs);
  }

  void onTimeout(long nowNs) {
    if (guardDeadlineNs <= nowNs) {
      context.abort(ErrorCause.PROTOCOL_VIOLATION, "the shutdown took too long");
    } else if (t2.isExpired(nowNs)) {
      if (!t2.retry(nowNs)) {
        context.abort(ErrorCause.PROTOCOL_VIOLATION, "no answer to SHUTDOWN");
      } else if (context.state() == SctpState.SHUTDOWN_SENT) {
        sendShutdown();
      } else {
        send(ChunkType.SHUTDOWN_ACK);
      }
    }
  }

  void stop() {
    t2.stop();
    guardDeadlineNs = Long.MAX_VALUE;
  }
}
