package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.ErrorCause;
import io.plenum.protocol.sctp.packet.PacketWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/**
 * What the parts of one association share: its state, what waits to be sent, the way out, and what there is to tell. What
 * happens is told in its order, once the event that caused it is over.
 */
final class AssociationContext implements StreamReset.Events {
  final SctpOptions options;
  final RandomGenerator random;
  final SctpAssociation.Sink sink;
  final SctpCounters counters = new SctpCounters();
  final SendQueue queue;
  final PacketSender out;
  private final ArrayDeque<LongConsumer> events = new ArrayDeque<>();
  private SctpState state = SctpState.CLOSED;
  private TransmissionControlBlock tcb;

  AssociationContext(SctpOptions options, RandomGenerator random, SctpAssociation.Sink sink) {
    this.options = options;
    this.random = random;
    this.sink = sink;
    this.queue = new SendQueue(options, counters);
    this.out = new PacketSender(options, sink, counters);
  }

  SctpState state() {
    return state;
  }

  /** Null until the peer has answered, and after the end. */
  TransmissionControlBlock tcb() {
    return tcb;
  }

  /** @param reason one sentence for people, empty if the state says it all */
  void become(SctpState next, String reason) {
    SctpState before = state;
    if (next == before) {
      return;
    }
    if (!before.next().contains(next)) {
      throw new IllegalStateException("sctp " + before.label() + "→" + next.label());
    }
    state = next;
    tell(nowNs -> sink.onStateChanged(before, next, reason, nowNs));
  }

  /** A handshake has come so far that there is a peer; one that was there before is forgotten. */
  void onPeer(Agreement agreement, long nowNs) {
    collectMessages();
    tcb = new TransmissionControlBlock(agreement, options, queue, counters, random, this, nowNs);
    out.onPeer(agreement);
  }

  /** The handshake begins anew. */
  void forgetPeer() {
    tcb = null;
  }

  /** The association is over. Memory goes, counters stay. */
  void end(String reason) {
    if (state != SctpState.ENDED) {
      become(SctpState.ENDED, reason);
      tcb = null;
      queue.clear();
    }
  }

  /** Ends it and tells the peer why (RFC 9260 §9.1). */
  void abort(int causeCode, String reason) {
    if (tcb != null) {
      byte[] words = reason.getBytes(StandardCharsets.UTF_8);
      PacketWriter packet = out.beginAlone(tcb.agreement.remoteTag());
      packet.beginChunk(ChunkType.ABORT, 0);
      ErrorCause.write(packet, causeCode, words, 0, Math.min(words.length, packet.room() - 8));
      packet.endChunk();
      out.endAlone();
    }
    end(reason);
  }

  /** @param event gets the time at which it is told */
  void tell(LongConsumer event) {
    collectMessages();
    events.add(event);
  }

  /** Messages that are whole take their place in the order of what is to be told. */
  private void collectMessages() {
    if (tcb == null) {
      return;
    }
    ReassemblyQueue reassembly = tcb.incoming.reassembly();
    for (SctpMessage message; (message = reassembly.poll()) != null; ) {
      SctpMessage whole = message;
      counters.messagesReceived++;
      counters.messageBytesReceived += whole.payload().length;
      events.add(nowNs -> sink.onMessage(whole, nowNs));
    }
  }

  /** Tells all that has happened; true if there was something. */
  boolean tellAll(long nowNs) {
    collectMessages();
    for (Integer streamId; (streamId = queue.pollLow()) != null; ) {
      int low = streamId;
      events.add(atNs -> sink.onBufferedAmountLow(low, atNs));
    }
    boolean told = !events.isEmpty();
    for (int count = events.size(); count > 0; count--) {
      events.poll().accept(nowNs);
    }
    return told;
  }

  @Override
  public void onIncomingReset(int[] streamIds) {
    tell(nowNs -> sink.onIncomingStreamsReset(streamIds, nowNs));
  }

  @Override
  public void onOutgoingReset(int[] streamIds, boolean performed) {
    tell(nowNs -> sink.onOutgoingStreamsReset(streamIds, performed, nowNs));
  }
}
