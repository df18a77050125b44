package io.plenum.media.stream;

import io.plenum.protocol.wire.Bytes;

/**
 * Writes a routed packet as one receiver gets it, up to what its link completes. What {@link SendStream} sends and what
 * {@link Retransmitter} sends again under the same number are written here, so that they are equal.
 */
final class OutgoingPacket {
  private OutgoingPacket() {}

  /** A copy of the packet with this receiver's numbers; returns its length. */
  static int write(RoutedPacket packet, SendStreamOptions options, int sequenceNumber, int timestamp, boolean marker,
      int pictureId, int tl0PictureIndex, byte[] out, int outOffset) {
    System.arraycopy(packet.bytes, 0, out, outOffset, packet.length);
    patchHeader(options, sequenceNumber, timestamp, marker, out, outOffset);
    if (options.vp8()) {
      Vp8Rewriter.patch(out, outOffset + packet.payloadOffset, packet.payload, pictureId, tl0PictureIndex);
    }
    return packet.length;
  }

  /** A packet without payload in place of one that the receiver does not want; returns its length. */
  static int writeFiller(RoutedPacket packet, SendStreamOptions options, int sequenceNumber, int timestamp, byte[] out,
      int outOffset) {
    System.arraycopy(packet.bytes, 0, out, outOffset, packet.payloadOffset);
    patchHeader(options, sequenceNumber, timestamp, false, out, outOffset);
    int length = packet.payloadOffset + 1;
    // RFC 3550 §5.1: the last byte counts the padding, itself included.
    Bytes.put8(out, outOffset, out[outOffset] | 0x20);
    Bytes.put8(out, outOffset + length - 1, 1);
    return length;
  }

  private static void patchHeader(SendStreamOptions options, int sequenceNumber, int timestamp, boolean marker,
      byte[] out, int outOffset) {
    Bytes.put8(out, outOffset + 1, (marker ? 0x80 : 0) | options.payloadType());
    Bytes.put16(out, outOffset + 2, sequenceNumber);
    Bytes.put32(out, outOffset + 4, timestamp);
    Bytes.put32(out, outOffset + 8, options.ssrc());
  }
}
