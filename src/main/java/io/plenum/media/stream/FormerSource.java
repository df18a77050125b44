package io.plenum.media.stream;

/**
 * Source stream that a {@link SendStream} has just left, with the numbers its packets had. What was lost of it on the
 * way to us, and had a number kept for it, may still come: then it goes out under that number, so that a switch leaves
 * no hole for which the receiver asks in vain.
 */
final class FormerSource {
  private final int streamIndex;
  private final SequenceRewriter sequences;
  private final Vp8Rewriter vp8;
  private final int timestampOffset;
  private final long highest;
  private final long endNs;

  /**
   * @param sequences and {@code vp8}: as they are before the switch; copied
   * @param endNs from then on nothing of it is wanted any more
   */
  FormerSource(int streamIndex, SequenceRewriter sequences, Vp8Rewriter vp8, int timestampOffset, long endNs) {
    this.streamIndex = streamIndex;
    this.sequences = sequences.copy();
    this.vp8 = vp8.copy();
    this.timestampOffset = timestampOffset;
    this.highest = sequences.highestSource();
    this.endNs = endNs;
  }

  /** The packet belongs to what went out before the switch. */
  boolean has(RoutedPacket packet, int packetStreamIndex, long nowNs) {
    return packetStreamIndex == streamIndex && packet.sequence <= highest && nowNs < endNs;
  }

  /** The number that is kept for that packet, or {@link SequenceRewriter#NONE}; afterwards it is taken. */
  int take(RoutedPacket packet) {
    return sequences.forward(packet.sequence);
  }

  int timestampOffset() {
    return timestampOffset;
  }

  /** Picture ids of its pictures. */
  Vp8Rewriter vp8() {
    return vp8;
  }
}
