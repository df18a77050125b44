package io.plenum.bench;

import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtp.RtpPacket;
import java.util.concurrent.CompletableFuture;

/** One stream that a subscriber gets: counts the packets of a window by their stamps. On its loop. */
final class ReceivedStream {
  final int ssrc;
  /** Which producer's, in signalling; null where there is none. */
  final String producerId;
  /** Where its packets' latencies go. */
  LatencyHistogram latency;
  /** Received, whatever the window. */
  long packets;
  /** When the first one was. */
  final CompletableFuture<Long> firstAtNs = new CompletableFuture<>();
  private long windowFirst = Long.MAX_VALUE;
  private long windowEnd = Long.MAX_VALUE;
  private long inWindow;
  private int baseSequence = -1;
  private long highestSequence;

  ReceivedStream(int ssrc, String producerId, LatencyHistogram latency) {
    this.ssrc = ssrc;
    this.producerId = producerId;
    this.latency = latency;
  }

  /** Counts packets from that number on. */
  void openWindow(long first) {
    windowFirst = first;
    windowEnd = Long.MAX_VALUE;
    inWindow = 0;
  }

  /** Packets from {@code end} on are not part of it; it knows only after a moment how many of the others have come. */
  void closeWindow(long end) {
    windowEnd = end;
  }

  long windowPackets() {
    return inWindow;
  }

  /** True if it counts for the window. */
  boolean onPacket(RtpPacket packet, long number, long nowNs) {
    if (packets++ == 0) {
      firstAtNs.complete(nowNs);
    }
    int sequenceNumber = packet.sequenceNumber();
    if (baseSequence < 0) {
      baseSequence = sequenceNumber;
      highestSequence = sequenceNumber;
    } else {
      highestSequence = Math.max(highestSequence, highestSequence + (short) (sequenceNumber - (int) highestSequence));
    }
    if (number < windowFirst || number >= windowEnd) {
      return false;
    }
    inWindow++;
    return true;
  }

  /** What a receiver without jitter, that lost nothing, reports. */
  void fill(ReportBlock block) {
    block.ssrc = ssrc;
    block.fractionLost = 0;
    block.cumulativeLost = 0;
    block.extendedHighestSequence = highestSequence;
    block.jitter = 0;
    block.lastSenderReport = 0;
    block.delaySinceLastSenderReport = 0;
  }
}
