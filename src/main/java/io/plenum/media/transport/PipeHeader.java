package io.plenum.media.transport;

import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;

/**
 * Puts the publisher's dependency descriptor into the header of a packet that goes to another router, which needs it to
 * tell the layers of AV1 apart. Endpoints never get it.
 */
final class PipeHeader {
  private static final int ID = KnownHeaderExtension.DEPENDENCY_DESCRIPTOR.id();
  private static final int FIXED_BYTES = RtpPacket.FIXED_HEADER_BYTES;
  private static final int EXTENSION_HEADER_BYTES = 4;
  /** RFC 8285 §4.2: more does not fit a one-byte element. */
  private static final int MAX_ONE_BYTE_DATA = 16;

  private PipeHeader() {}

  /**
   * @param out a copy of {@code source}, patched; its payload moves up to make room
   * @param scratch at least as large as a packet
   * @return the header's new length
   */
  static int insertDependencyDescriptor(RoutedPacket source, byte[] out, int length, byte[] scratch) {
    int headerLength = source.payloadOffset;
    int dataLength = source.dependencyDescriptorLength;
    if (dataLength == 0) {
      return headerLength;
    }
    return dataLength <= MAX_ONE_BYTE_DATA
        ? append(source, out, length, headerLength)
        : rewrite(source, out, length, headerLength, scratch);
  }

  private static int append(RoutedPacket source, byte[] out, int length, int headerLength) {
    int element = 1 + source.dependencyDescriptorLength;
    int newHeaderLength = headerLength + (element + 3 & ~3);
    movePayload(out, headerLength, newHeaderLength, length);
    out[headerLength] = (byte) (ID << 4 | source.dependencyDescriptorLength - 1);
    putData(source, out, headerLength + 1, newHeaderLength);
    return newHeaderLength;
  }

  /** All elements must have the two-byte form when one does (RFC 8285 §4.1.2: one profile for the whole packet). */
  private static int rewrite(RoutedPacket source, byte[] out, int length, int headerLength, byte[] scratch) {
    int from = FIXED_BYTES + EXTENSION_HEADER_BYTES;
    int to = 0;
    while (from < headerLength) {
      int id = out[from] >> 4 & 0x0f;
      if (id == 0) {
        from++;
        continue;
      }
      int dataLength = (out[from] & 0x0f) + 1;
      scratch[to] = (byte) id;
      scratch[to + 1] = (byte) dataLength;
      System.arraycopy(out, from + 1, scratch, to + 2, dataLength);
      from += 1 + dataLength;
      to += 2 + dataLength;
    }
    int descriptorAt = FIXED_BYTES + EXTENSION_HEADER_BYTES + to;
    int newHeaderLength = descriptorAt + (2 + source.dependencyDescriptorLength) + 3 & ~3;
    movePayload(out, headerLength, newHeaderLength, length);
    Bytes.put16(out, FIXED_BYTES, RtpPacket.TWO_BYTE_PROFILE);
    System.arraycopy(scratch, 0, out, FIXED_BYTES + EXTENSION_HEADER_BYTES, to);
    out[descriptorAt] = (byte) ID;
    out[descriptorAt + 1] = (byte) source.dependencyDescriptorLength;
    putData(source, out, descriptorAt + 2, newHeaderLength);
    return newHeaderLength;
  }

  private static void movePayload(byte[] out, int headerLength, int newHeaderLength, int length) {
    System.arraycopy(out, headerLength, out, newHeaderLength, length - headerLength);
  }

  private static void putData(RoutedPacket source, byte[] out, int at, int newHeaderLength) {
    System.arraycopy(source.bytes, source.dependencyDescriptorOffset, out, at, source.dependencyDescriptorLength);
    for (int i = at + source.dependencyDescriptorLength; i < newHeaderLength; i++) {
      out[i] = 0;
    }
    int words = (newHeaderLength - FIXED_BYTES - EXTENSION_HEADER_BYTES) / 4;
    Bytes.put16(out, FIXED_BYTES + 2, words);
  }
}
