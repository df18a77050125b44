package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.protocol.sctp.packet.ReConfigChunk;
import io.plenum.protocol.sctp.packet.ReConfigChunk.IncomingReset;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Other;
import io.plenum.protocol.sctp.packet.ReConfigChunk.OutgoingReset;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Parameter;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Response;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Result;
import java.util.ArrayDeque;

/**
 * Resets streams, which is how data channels close (RFC 6525 §5, RFC 8831 §6.7): ours when what waits on them has gone, one
 * request at a time; the peer's when all it had sent before has come.
 */
final class StreamReset {
  /** What becomes of streams. */
  interface Events {
    /** The peer's messages on these streams begin anew. Empty: on all. */
    void onIncomingReset(int[] streamIds);

    /** The peer has answered about these streams of ours. */
    void onOutgoingReset(int[] streamIds, boolean performed);
  }

  /** Streams in one request; those beyond follow in the next. They fit into a packet beside a SACK. */
  private static final int MAX_STREAMS = 256;
  /** Answers that wait to be sent: two for each packet that came is all a peer can cause. */
  private static final int MAX_ANSWERS = 8;

  private final SendQueue queue;
  private final RetransmissionQueue retransmissions;
  private final IncomingData incoming;
  private final RetransmissionTimeout rto;
  private final ErrorCounter errors;
  private final Events events;
  private final ArrayDeque<Response> answers = new ArrayDeque<>();
  private int nextRequest;
  private int expectedRequest;
  private Result lastResult = Result.NOTHING_TO_DO;
  private OutgoingReset pending;
  private boolean sendPending;
  private long deadlineNs = Long.MAX_VALUE;

  StreamReset(Agreement agreement, SendQueue queue, RetransmissionQueue retransmissions, IncomingData incoming,
      RetransmissionTimeout rto, ErrorCounter errors, Events events) {
    // RFC 6525 §4.1: request numbers begin at the initial TSNs.
    this.nextRequest = agreement.localInitialTsn();
    this.expectedRequest = agreement.remoteInitialTsn();
    this.queue = queue;
    this.retransmissions = retransmissions;
    this.incoming = incoming;
    this.rto = rto;
    this.errors = errors;
    this.events = events;
  }

  void onReConfig(ReConfigChunk chunk, long nowNs) {
    for (Parameter parameter : chunk.parameters()) {
      if (parameter instanceof OutgoingReset request) {
        answer(request.requestNumber(), () -> performIncoming(request));
      } else if (parameter instanceof IncomingReset request) {
        answer(request.requestNumber(), () -> accept(request));
      } else if (parameter instanceof Other request) {
        answer(request.requestNumber(), () -> Result.DENIED);
      } else if (parameter instanceof Response response) {
        onResponse(response, nowNs);
      }
    }
  }

  private interface Action {
    Result perform();
  }

  /** Each number once (RFC 6525 §5.2.1); a repetition gets the same answer, unless the matter was still open. */
  private void answer(int number, Action action) {
    Result result;
    if (number == expectedRequest) {
      expectedRequest++;
      lastResult = action.perform();
      result = lastResult;
    } else if (number == expectedRequest - 1) {
      if (lastResult == Result.IN_PROGRESS) {
        lastResult = action.perform();
      }
      result = lastResult;
    } else {
      result = Result.BAD_SEQUENCE_NUMBER;
    }
    if (answers.size() < MAX_ANSWERS) {
      answers.add(new Response(number, result));
    }
  }

  private Result performIncoming(OutgoingReset request) {
    if (!incoming.hasAllUpTo(request.lastTsn())) {
      return Result.IN_PROGRESS;
    }
    incoming.resetStreams(request.streamIds());
    events.onIncomingReset(request.streamIds());
    return Result.PERFORMED;
  }

  private Result accept(IncomingReset request) {
    if (request.streamIds().length == 0) {
      return Result.DENIED;
    }
    for (int streamId : request.streamIds()) {
      if (queue.isKnown(streamId)) {
        queue.drain(streamId);
      }
    }
    return Result.PERFORMED;
  }

  private void onResponse(Response response, long nowNs) {
    if (pending == null || response.responseNumber() != pending.requestNumber()) {
      return;
    }
    if (response.result() == Result.IN_PROGRESS) {
      // With a new number: some peers answer a number that they have seen with what they answered before.
      pending = request(pending.streamIds());
      deadlineNs = nowNs + rto.rtoNs();
      return;
    }
    boolean performed = response.result() == Result.PERFORMED || response.result() == Result.NOTHING_TO_DO;
    int[] streamIds = pending.streamIds();
    pending = null;
    sendPending = false;
    deadlineNs = Long.MAX_VALUE;
    for (int streamId : streamIds) {
      queue.onReset(streamId, performed);
    }
    events.onOutgoingReset(streamIds, performed);
  }

  private OutgoingReset request(int[] streamIds) {
    return new OutgoingReset(nextRequest++, expectedRequest - 1, retransmissions.lastTsn(), streamIds);
  }

  /** Writes what is due into the packet, as far as there is room. */
  void write(PacketWriter out, long nowNs) {
    while (!answers.isEmpty() && out.room() >= ReConfigChunk.RESPONSE_BYTES) {
      ReConfigChunk.write(out, answers.poll());
    }
    if (pending == null && queue.isDraining()) {
      int[] ready = queue.takeReadyToReset(MAX_STREAMS);
      if (ready.length > 0) {
        pending = request(ready);
        sendPending = true;
      }
    }
    if (sendPending && out.room() >= ReConfigChunk.outgoingResetBytes(pending.streamIds().length)) {
      ReConfigChunk.write(out, pending);
      sendPending = false;
      deadlineNs = nowNs + rto.rtoNs();
    }
  }

  /** Something waits for {@link #write}. */
  boolean isDue() {
    return sendPending || !answers.isEmpty();
  }

  long nextDeadlineNs() {
    return deadlineNs;
  }

  /** No answer came in time. */
  void onTimeout(long nowNs) {
    if (deadlineNs > nowNs) {
      return;
    }
    deadlineNs = Long.MAX_VALUE;
    sendPending = true;
    errors.increment();
    rto.backOff();
  }
}
