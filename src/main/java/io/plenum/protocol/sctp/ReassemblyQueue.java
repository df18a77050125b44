package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.ForwardTsnChunk;
import java.util.ArrayDeque;

/**
 * From fragments to messages. Whole messages are taken out with {@link #poll}; what waits for missing ones is counted
 * with its overhead and never exceeds the receiver's window by more than one packet.
 */
final class ReassemblyQueue implements ReassemblyStreams.Owner {
  private final int streamCount;
  private final int windowBytes;
  private final int watermarkBytes;
  private final int maxMessageBytes;
  private final ReassemblyStreams streams;
  private final ArrayDeque<SctpMessage> ready = new ArrayDeque<>();
  private int waitingBytes;
  private boolean tooLong;

  ReassemblyQueue(boolean interleaved, int streamCount, int windowBytes, int maxMessageBytes) {
    this.streamCount = streamCount;
    this.windowBytes = windowBytes;
    // Above nine tenths only what fills a hole gets in: that is what will make room.
    this.watermarkBytes = windowBytes / 10 * 9;
    this.maxMessageBytes = maxMessageBytes;
    this.streams = interleaved ? new InterleavedStreams(this) : new TraditionalStreams(this);
  }

  /** @param tsn unwrapped, and new */
  void onData(long tsn, DataChunk chunk) {
    streams.onData(tsn, chunk);
  }

  void onForwardTsn(long newCumulativeTsn, ForwardTsnChunk chunk) {
    streams.onForwardTsn(newCumulativeTsn, chunk);
  }

  /** @param streamIds empty: all */
  void reset(int[] streamIds) {
    if (streamIds.length == 0) {
      streams.resetAll();
    }
    for (int streamId : streamIds) {
      streams.reset(streamId);
    }
  }

  /** There is room for nothing but what lets the cumulative TSN go on. */
  boolean isAboveWatermark() {
    return waitingBytes >= watermarkBytes;
  }

  /** There is no room at all. */
  boolean isFull() {
    return waitingBytes >= windowBytes;
  }

  /** What the next SACK offers. */
  int freeBytes() {
    return Math.max(0, windowBytes - waitingBytes);
  }

  /** What waits, with its overhead. */
  int waitingBytes() {
    return waitingBytes;
  }

  /** A message came that is longer than was agreed on; the association has to end. */
  boolean isTooLong() {
    return tooLong;
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }

  /** The next whole message, or null. */
  SctpMessage poll() {
    return ready.poll();
  }

  @Override
  public void deliver(SctpMessage message) {
    if (message.payload().length > maxMessageBytes) {
      tooLong = true;
    } else {
      ready.add(message);
    }
  }

  @Override
  public void onWaiting(int bytes) {
    waitingBytes += bytes;
  }

  @Override
  public int maxMessageBytes() {
    return maxMessageBytes;
  }

  @Override
  public void onTooLong() {
    tooLong = true;
  }

  @Override
  public boolean isStream(int streamId) {
    return streamId < streamCount;
  }
}
