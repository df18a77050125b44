package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;

/**
 * Writes RTP headers (RFC 3550 §5.1) without CSRCs, with header extensions (RFC 8285). Collect the elements with
 * {@link #add} and {@link #reserve}, then {@link #write}; {@link #dataOffset} says where the data of an element came to
 * stand, so that whoever sends a copy can fill it in place ({@link RtpHeader}).
 *
 * <p>The one-byte form is written if all ids are 14 or less and all lengths 1…16, else the two-byte form. One object is
 * used again and again and allocates nothing. Elements are read at {@code write}, so they must stay untouched until then.
 */
public final class RtpHeaderWriter {
  /** As many as {@link RtpPacket} can find in a packet. */
  public static final int MAX_ELEMENTS = RtpPacket.MAX_EXTENSION_ID;

  /** RFC 8285 §4.2: 15 is reserved. */
  private static final int MAX_ONE_BYTE_ID = 14;
  /** RFC 8285 §4.2: four bits that say the length less one. */
  private static final int MAX_ONE_BYTE_LENGTH = 16;

  private final int[] ids = new int[MAX_ELEMENTS];
  /** null: reserved */
  private final byte[][] sources = new byte[MAX_ELEMENTS][];
  private final int[] sourceOffsets = new int[MAX_ELEMENTS];
  private final int[] lengths = new int[MAX_ELEMENTS];
  private final int[] dataOffsets = new int[MAX_ELEMENTS];
  private int elements;
  private int dataBytes;
  private boolean twoByte;

  /** Forgets the elements: the next packet begins. */
  public void clear() {
    elements = 0;
    dataBytes = 0;
    twoByte = false;
  }

  /** An element with a copy of these bytes. */
  public void add(int id, byte[] bytes, int offset, int length) {
    element(id, bytes, offset, length);
  }

  /** An element of {@code length} zero bytes, to be filled in later. */
  public void reserve(int id, int length) {
    element(id, null, 0, length);
  }

  private void element(int id, byte[] bytes, int offset, int length) {
    if (id < 1 || id > 255 || length < 0 || length > 255 || elements == MAX_ELEMENTS) {
      throw new IllegalArgumentException("extension id " + id + ", length " + length + ", after " + elements + " others");
    }
    ids[elements] = id;
    sources[elements] = bytes;
    sourceOffsets[elements] = offset;
    lengths[elements] = length;
    dataOffsets[elements] = -1;
    elements++;
    dataBytes += length;
    twoByte |= id > MAX_ONE_BYTE_ID || length < 1 || length > MAX_ONE_BYTE_LENGTH;
  }

  /** How many bytes {@link #write} will write. */
  public int headerLength() {
    return elements == 0 ? RtpPacket.FIXED_HEADER_BYTES : RtpPacket.FIXED_HEADER_BYTES + 4 + extensionBytes() + padding();
  }

  private int extensionBytes() {
    return dataBytes + elements * (twoByte ? 2 : 1);
  }

  private int padding() {
    return -extensionBytes() & 3;
  }

  /** Writes the header at {@code offset} and returns its length. The elements stay until {@link #clear}. */
  public int write(byte[] bytes, int offset, boolean marker, int payloadType, int sequenceNumber, long timestamp, int ssrc) {
    bytes[offset] = (byte) (elements == 0 ? 0x80 : 0x90);
    bytes[offset + 1] = (byte) ((marker ? 0x80 : 0) | payloadType & 0x7f);
    Bytes.put16(bytes, offset + 2, sequenceNumber);
    Bytes.put32(bytes, offset + 4, (int) timestamp);
    Bytes.put32(bytes, offset + 8, ssrc);
    if (elements == 0) {
      return RtpPacket.FIXED_HEADER_BYTES;
    }
    int padding = padding();
    Bytes.put16(bytes, offset + 12, twoByte ? RtpPacket.TWO_BYTE_PROFILE : RtpPacket.ONE_BYTE_PROFILE);
    Bytes.put16(bytes, offset + 14, extensionBytes() + padding >> 2);
    int position = offset + 16;
    for (int i = 0; i < elements; i++) {
      int length = lengths[i];
      if (twoByte) {
        bytes[position++] = (byte) ids[i];
        bytes[position++] = (byte) length;
      } else {
        bytes[position++] = (byte) (ids[i] << 4 | length - 1);
      }
      dataOffsets[i] = position;
      if (sources[i] == null) {
        zero(bytes, position, length);
      } else {
        System.arraycopy(sources[i], sourceOffsets[i], bytes, position, length);
      }
      position += length;
    }
    zero(bytes, position, padding);
    return position + padding - offset;
  }

  private static void zero(byte[] bytes, int from, int count) {
    for (int i = from; i < from + count; i++) {
      bytes[i] = 0;
    }
  }

  /** Where the data of the element with that id begins in the array last written to, or -1 if there is no such element. */
  public int dataOffset(int id) {
    for (int i = 0; i < elements; i++) {
      if (ids[i] == id) {
        return dataOffsets[i];
      }
    }
    return -1;
  }
}
