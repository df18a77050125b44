package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.OutgoingStream.Reset;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What waits to be sent for the first time, cut into chunks in turn: round robin by message, or by chunk where the peer
 * can put interleaved messages together (RFC 8260 §3.2). Outlives a restart of the peer.
 */
final class SendQueue {
  /**
   * What a waiting message costs beside its payload. Counts towards the limits but not as buffered amount, so that
   * messages of one byte do not cost a hundred times the limit.
   */
  static final int MESSAGE_OVERHEAD_BYTES = 128;
  /** A fragment smaller than this is not worth the rest of a packet: it waits for the next one. */
  private static final int MIN_FRAGMENT_BYTES = 256;

  private final int limitBytes;
  private final int perStreamLimitBytes;
  private final Map<Integer, OutgoingStream> streams = new HashMap<>();
  private final ArrayDeque<OutgoingStream> round = new ArrayDeque<>();
  private final Set<OutgoingStream> draining = new LinkedHashSet<>();
  private final ArrayDeque<Integer> low = new ArrayDeque<>();
  private final SctpCounters counters;
  private boolean interleaved;
  private long bufferedBytes;
  private int waitingMessages;

  SendQueue(SctpOptions options, SctpCounters counters) {
    this.limitBytes = options.sendBufferBytes();
    this.perStreamLimitBytes = options.perStreamSendBufferBytes();
    this.counters = counters;
  }

  /**
   * A peer is there, perhaps another one: numbers begin anew, messages that had been begun are gone, and so is what
   * waits on streams that this peer does not take.
   */
  void onAssociation(Agreement agreement) {
    interleaved = agreement.capabilities().interleaving();
    for (OutgoingStream stream : List.copyOf(streams.values())) {
      stream.restartNumbers();
      boolean taken = stream.id < agreement.outgoingStreams();
      for (OutgoingMessage first; (first = stream.messages.peek()) != null && (!taken || first.isBegun()); ) {
        removeFirst(stream, first);
      }
      if (stream.reset == Reset.REQUESTED || !agreement.capabilities().streamReset()) {
        stream.reset = Reset.NONE;
        draining.remove(stream);
      }
    }
  }

  SendResult offer(OutgoingMessage message) {
    OutgoingStream stream = stream(message.streamId);
    int bytes = message.payload.length;
    if (stream.reset != Reset.NONE) {
      return SendResult.STREAM_CLOSING;
    }
    SendResult refusal = refusal(message.streamId, bytes);
    if (refusal != null) {
      return refusal;
    }
    stream.messages.add(message);
    stream.onQueued(bytes);
    bufferedBytes += bytes;
    waitingMessages++;
    schedule(stream);
    return SendResult.QUEUED;
  }

  /** Why there is no room for so many bytes; null if there is. */
  SendResult refusal(int streamId, int bytes) {
    OutgoingStream stream = stream(streamId);
    if (cost(stream.bufferedBytes(), stream.messages.size()) + bytes > perStreamLimitBytes) {
      return SendResult.STREAM_BUFFER_FULL;
    }
    return cost(bufferedBytes, waitingMessages) + bytes > limitBytes ? SendResult.BUFFER_FULL : null;
  }

  private static long cost(long bytes, int messages) {
    return bytes + (long) messages * MESSAGE_OVERHEAD_BYTES;
  }

  private OutgoingStream stream(int id) {
    return streams.computeIfAbsent(id, OutgoingStream::new);
  }

  private void schedule(OutgoingStream stream) {
    if (!stream.scheduled && !stream.messages.isEmpty()) {
      stream.scheduled = true;
      round.addLast(stream);
    }
  }

  /** Nothing waits. */
  boolean isEmpty() {
    return waitingMessages == 0;
  }

  /**
   * The message whose turn it is, or null. Messages that expired before they were begun are dropped on the way; one
   * that was begun has to be given up by {@link RetransmissionQueue}, which knows its TSNs.
   */
  OutgoingMessage peek(long nowNs) {
    while (!round.isEmpty()) {
      OutgoingStream stream = round.peekFirst();
      OutgoingMessage message = stream.messages.peek();
      if (message.isBegun() || !message.isExpired(nowNs)) {
        return message;
      }
      counters.messagesAbandoned++;
      removeFirst(stream, message);
    }
    return null;
  }

  /** Whether a piece of the message is worth so many bytes of payload in a packet that has others already. */
  static boolean isWorth(OutgoingMessage message, int room) {
    return message.rest() <= room || room >= MIN_FRAGMENT_BYTES;
  }

  /** Cuts the next chunk from the message that {@link #peek} gave. */
  OutstandingChunk cut(int maxPayloadBytes) {
    OutgoingStream stream = round.peekFirst();
    OutgoingMessage message = stream.messages.peek();
    int length = Math.min(message.rest(), maxPayloadBytes);
    if (!message.isBegun()) {
      message.number = stream.takeNumber(message.unordered, interleaved);
    }
    boolean begin = !message.isBegun();
    OutstandingChunk chunk =
        new OutstandingChunk(message, message.cut, length, message.fragments++, begin, length == message.rest());
    message.cut += length;
    onGone(stream, length);
    counters.messageBytesSent += length;
    if (message.rest() == 0) {
      counters.messagesSent++;
      finishFirst(stream);
    } else if (interleaved) {
      rotate(stream);
    }
    return chunk;
  }

  /** The message is given up: what has not been cut of it goes away. False if there is nothing left of it. */
  boolean discardRest(OutgoingMessage message) {
    OutgoingStream stream = streams.get(message.streamId);
    if (message.rest() == 0 || stream == null || stream.messages.peek() != message) {
      return false;
    }
    removeFirst(stream, message);
    return true;
  }

  private void removeFirst(OutgoingStream stream, OutgoingMessage message) {
    onGone(stream, message.rest());
    finishFirst(stream);
  }

  private void onGone(OutgoingStream stream, int bytes) {
    bufferedBytes -= bytes;
    if (stream.onGone(bytes)) {
      low.add(stream.id);
    }
  }

  private void finishFirst(OutgoingStream stream) {
    stream.messages.poll();
    waitingMessages--;
    rotate(stream);
  }

  private void rotate(OutgoingStream stream) {
    round.remove(stream);
    stream.scheduled = false;
    schedule(stream);
  }

  /** The association is over: nothing waits any more. */
  void clear() {
    streams.clear();
    round.clear();
    draining.clear();
    low.clear();
    bufferedBytes = 0;
    waitingMessages = 0;
  }

  /** Something was sent on the stream, or is to be. */
  boolean isKnown(int streamId) {
    return streams.containsKey(streamId);
  }

  /** Payload that waits on that stream. */
  long bufferedAmount(int streamId) {
    OutgoingStream stream = streams.get(streamId);
    return stream == null ? 0 : stream.bufferedBytes();
  }

  /** Payload that waits on all streams. */
  long totalBufferedAmount() {
    return bufferedBytes;
  }

  void lowThreshold(int streamId, long bytes) {
    stream(streamId).lowThreshold(bytes);
  }

  /** The next stream whose buffered amount has sunk to its threshold, or null. */
  Integer pollLow() {
    return low.poll();
  }

  /** That stream takes no more messages; when what waits is gone it is {@link #takeReadyToReset ready}. */
  void drain(int streamId) {
    OutgoingStream stream = stream(streamId);
    if (stream.reset == Reset.NONE) {
      stream.reset = Reset.DRAINING;
      draining.add(stream);
    }
  }

  /** Streams that have drained, at most so many; from now on they wait for {@link #onReset}. */
  int[] takeReadyToReset(int max) {
    int[] ready = draining.stream().filter(stream -> stream.messages.isEmpty()).mapToInt(stream -> stream.id).limit(max)
        .toArray();
    for (int id : ready) {
      OutgoingStream stream = streams.get(id);
      stream.reset = Reset.REQUESTED;
      draining.remove(stream);
    }
    return ready;
  }

  /** The peer has answered: the stream may be used again, with new numbers if it agreed. */
  void onReset(int streamId, boolean performed) {
    OutgoingStream stream = stream(streamId);
    stream.reset = Reset.NONE;
    if (performed) {
      stream.restartNumbers();
    }
  }

  /** A stream waits to be reset. */
  boolean isDraining() {
    return !draining.isEmpty();
  }
}
