package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Malformed;

/**
 * AV1's aggregation header and OBU headers (RTP payload format for AV1, §4). Layers are not read from them, because a
 * packet that continues an OBU does not say them again: they come from the {@link DependencyDescriptor}.
 */
public final class Av1Payload implements PayloadParser {
  private static final int Z_CONTINUES = 0x80;
  private static final int N_NEW_SEQUENCE = 0x08;
  private static final int OBU_SEQUENCE_HEADER = 1;
  /** AV1 §4.10.5; a packet's lengths need two bytes at most, but a sender may write them longer. */
  private static final int MAX_LEB128_BYTES = 8;

  private final LatestTimestamp latest = new LatestTimestamp();
  /** Where the next OBU element begins, and how long it is: what {@link #readLength} leaves. */
  private int elementOffset;
  private int elementLength;

  @Override
  public Malformed parse(RtpPacket packet, PayloadInfo info) {
    info.clear();
    if (packet.payloadLength() == 0) {
      return null;
    }
    byte[] bytes = packet.bytes();
    int position = packet.payloadOffset();
    int end = position + packet.payloadLength();
    int header = bytes[position++];
    boolean continues = (header & Z_CONTINUES) != 0;
    boolean newSequence = (header & N_NEW_SEQUENCE) != 0;
    if (position >= end) {
      return Malformed.TOO_SHORT;
    }
    if (continues && newSequence) {
      return Malformed.WRONG_VALUE;
    }
    int announced = header >> 4 & 0x03;
    boolean sequenceHeader = false;
    for (int element = 1; position < end; element++) {
      if (announced != 0 && element > announced) {
        return Malformed.WRONG_LENGTH;
      }
      // §4.3: the last of an announced number of elements has no length, it goes to the end.
      if (element == announced) {
        elementOffset = position;
        elementLength = end - position;
      } else if (!readLength(bytes, position, end)) {
        return Malformed.WRONG_LENGTH;
      }
      boolean fresh = element > 1 || !continues;
      if (fresh && elementLength > 0) {
        int obuHeader = bytes[elementOffset];
        if ((obuHeader & 0x80) != 0) {
          return Malformed.WRONG_VALUE;
        }
        sequenceHeader |= (obuHeader >> 3 & 0x0f) == OBU_SEQUENCE_HEADER;
      }
      position = elementOffset + elementLength;
      if (position == end && element < announced) {
        return Malformed.WRONG_LENGTH;
      }
    }
    info.keyFrame = newSequence || sequenceHeader;
    boolean newTimestamp = latest.advance(packet.timestamp(), newSequence);
    info.frameStart = !continues && (newTimestamp || newSequence);
    info.frameEnd = packet.marker();
    return null;
  }

  private boolean readLength(byte[] bytes, int from, int end) {
    long length = 0;
    for (int i = 0; i < MAX_LEB128_BYTES && from + i < end; i++) {
      length |= (bytes[from + i] & 0x7fL) << 7 * i;
      if ((bytes[from + i] & 0x80) == 0) {
        elementOffset = from + i + 1;
        elementLength = (int) Math.min(length, Integer.MAX_VALUE);
        return length <= end - elementOffset;
      }
    }
    return false;
  }
}
