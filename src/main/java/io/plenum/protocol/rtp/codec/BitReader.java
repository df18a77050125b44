package io.plenum.protocol.rtp.codec;

/** Reads bits, the most significant first. Behind the end it reads zeros and remembers that it did. */
final class BitReader {
  private byte[] bytes;
  /** In bits from the beginning of the array; a datagram's fit easily. */
  private int position;
  private int end;

  void reset(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    position = offset * 8;
    end = (offset + length) * 8;
  }

  /** Up to 32 bits. */
  int read(int count) {
    int value = 0;
    for (int i = 0; i < count; i++, position++) {
      value <<= 1;
      if (position < end) {
        value |= bytes[position >> 3] >> 7 - (position & 7) & 1;
      }
    }
    return value;
  }

  boolean readFlag() {
    return read(1) != 0;
  }

  /** A value below {@code values}, in as few bits as that allows (AV1 §4.10.7, "ns(n)"). */
  int readNonSymmetric(int values) {
    int width = 32 - Integer.numberOfLeadingZeros(values);
    int shorter = (1 << width) - values;
    int value = read(width - 1);
    return value < shorter ? value : (value << 1) - shorter + read(1);
  }

  void skip(int count) {
    position += count;
  }

  boolean overran() {
    return position > end;
  }
}
