package io.plenum.media.router;

import io.plenum.media.stream.RoutedPacket;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;

/**
 * Writes a producer's packet once, in the form in which the router hands it to every consumer: no CSRCs, no padding,
 * the router's extension ids, and room for what each consumer fills in itself. One per producer, because the ids on the
 * left are the publisher's.
 */
final class RoutedPacketWriter {
  /** Room for a consumer's mid; ours are decimal counters, so eight digits are more than a transport can reach. */
  static final int MID_BYTES = 8;

  private static final int ABS_SEND_TIME_BYTES = 3;
  private static final int TRANSPORT_CC_BYTES = 2;
  /** RFC 8285 §4.2: one-byte elements have at most 16 bytes. */
  private static final int MAX_ELEMENT_BYTES = 16;

  private final HeaderExtensionIds from;
  private final HeaderExtensionIds to;

  RoutedPacketWriter(HeaderExtensionIds publisher, HeaderExtensionIds router) {
    this.from = publisher;
    this.to = router;
  }

  /** What {@link #write} needs for that packet at the most. */
  int capacityFor(RtpPacket packet) {
    // Every element has at most its data and one byte more; what is copied is at most what the publisher sent, less padding.
    return packet.headerLength() + packet.payloadLength() + 64
        + Math.max(0, packet.extensionLength(from.dependencyDescriptor));
  }

  /** Fills {@code slot}'s bytes, offsets, timestamp, marker and ssrc; its sequence, time and payload info are the caller's. */
  void write(RtpPacket packet, RoutedPacket slot) {
    slot.ensureCapacity(capacityFor(packet));
    byte[] out = slot.bytes;
    byte[] in = packet.bytes();
    out[0] = (byte) 0x90;
    out[1] = in[packet.offset() + 1];
    System.arraycopy(in, packet.offset() + 2, out, 2, 10);
    Bytes.put16(out, 12, RtpPacket.ONE_BYTE_PROFILE);
    int position = 16;

    slot.midOffset = -1;
    slot.absSendTimeOffset = -1;
    slot.transportCcOffset = -1;
    slot.absCaptureTimeOffset = -1;
    slot.audioLevelOffset = -1;
    if (to.mid > 0) {
      slot.midOffset = position + 1;
      position = reserve(out, position, to.mid, MID_BYTES);
    }
    if (to.absSendTime > 0) {
      slot.absSendTimeOffset = position + 1;
      position = reserve(out, position, to.absSendTime, ABS_SEND_TIME_BYTES);
    }
    if (to.transportCc > 0) {
      slot.transportCcOffset = position + 1;
      position = reserve(out, position, to.transportCc, TRANSPORT_CC_BYTES);
    }
    int beforeAudioLevel = position;
    position = copy(packet, from.audioLevel, out, position, to.audioLevel);
    if (position > beforeAudioLevel) {
      slot.audioLevelOffset = beforeAudioLevel + 1;
    }
    position = copy(packet, from.videoOrientation, out, position, to.videoOrientation);
    position = copy(packet, from.timeOffset, out, position, to.timeOffset);
    int beforeCaptureTime = position;
    position = copy(packet, from.absCaptureTime, out, position, to.absCaptureTime);
    if (position > beforeCaptureTime) {
      slot.absCaptureTimeOffset = beforeCaptureTime + 1;
    }
    position = copy(packet, from.playoutDelay, out, position, to.playoutDelay);
    while ((position & 3) != 0) {
      out[position++] = 0;
    }
    Bytes.put16(out, 14, (position - 16) / 4);

    System.arraycopy(in, packet.payloadOffset(), out, position, packet.payloadLength());
    slot.payloadOffset = position;
    slot.length = position + packet.payloadLength();
    keepDependencyDescriptor(packet, slot);
    slot.timestamp = packet.timestamp();
    slot.marker = packet.marker();
    slot.ssrc = packet.ssrc();
  }

  /** Endpoints do not get it; a pipe puts it back into the header, for the far router reads layers from it. */
  private void keepDependencyDescriptor(RtpPacket packet, RoutedPacket slot) {
    int length = packet.extensionLength(from.dependencyDescriptor);
    slot.dependencyDescriptorLength = Math.max(0, length);
    slot.dependencyDescriptorOffset = slot.length;
    if (length > 0) {
      System.arraycopy(packet.bytes(), packet.extensionOffset(from.dependencyDescriptor),
          slot.bytes, slot.length, length);
    }
  }

  private static int reserve(byte[] out, int position, int id, int dataBytes) {
    out[position] = (byte) (id << 4 | dataBytes - 1);
    for (int i = 1; i <= dataBytes; i++) {
      out[position + i] = 0;
    }
    return position + 1 + dataBytes;
  }

  private static int copy(RtpPacket packet, int fromId, byte[] out, int position, int toId) {
    int dataOffset = packet.extensionOffset(fromId);
    if (toId == 0 || dataOffset < 0) {
      return position;
    }
    int dataBytes = packet.extensionLength(fromId);
    if (dataBytes == 0 || dataBytes > MAX_ELEMENT_BYTES) {
      return position;
    }
    out[position] = (byte) (toId << 4 | dataBytes - 1);
    System.arraycopy(packet.bytes(), dataOffset, out, position + 1, dataBytes);
    return position + 1 + dataBytes;
  }

  /** A mid's bytes as {@link #patchMid} wants them: first byte first, what is over is zero. */
  static long midWord(byte[] mid) {
    long word = 0;
    for (int i = 0; i < MID_BYTES; i++) {
      word = word << 8 | (i < mid.length ? mid[i] & 0xff : 0);
    }
    return word;
  }

  /** Puts a mid where {@link #write} left room: the element gets its length, what is over becomes padding. */
  static void patchMid(byte[] packet, int midOffset, long midWord, int midLength) {
    packet[midOffset - 1] = (byte) (packet[midOffset - 1] & 0xf0 | midLength - 1);
    Bytes.put64(packet, midOffset, midWord);
  }
}
