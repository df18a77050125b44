package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Bytes;
import java.util.zip.CRC32C;

/**
 * Builds one packet at a time in memory of its own: {@link #begin}, chunks, {@link #finish}. A chunk is
 * {@link #beginChunk}, its fields, {@link #endChunk}; whoever writes one has asked {@link #room} first.
 */
public final class PacketWriter {
  private final CRC32C crc = new CRC32C();
  private final byte[] bytes;
  private final int sourcePort;
  private final int destinationPort;
  private int length;
  private int chunk;

  /** @param maxPacketBytes the longest packet, brought down to a multiple of four because chunks are padded */
  public PacketWriter(int sourcePort, int destinationPort, int maxPacketBytes) {
    this.sourcePort = sourcePort;
    this.destinationPort = destinationPort;
    this.bytes = new byte[maxPacketBytes & ~3];
  }

  public void begin(int verificationTag) {
    Bytes.put16(bytes, 0, sourcePort);
    Bytes.put16(bytes, 2, destinationPort);
    Bytes.put32(bytes, 4, verificationTag);
    length = PacketReader.HEADER_BYTES;
  }

  /** No chunk since {@link #begin}. */
  public boolean isEmpty() {
    return length == PacketReader.HEADER_BYTES;
  }

  /** Bytes left for chunks, their headers included. */
  public int room() {
    return bytes.length - length;
  }

  public void beginChunk(int type, int flags) {
    chunk = length;
    put8(type);
    put8(flags);
    put16(0);
  }

  /** Fills in the chunk's length and pads it. */
  public void endChunk() {
    Bytes.put16(bytes, chunk + 2, length - chunk);
    pad();
  }

  /** A parameter inside a chunk: returns where it begins, for {@link #endParameter}. */
  int beginParameter(int type) {
    int start = length;
    put16(type);
    put16(0);
    return start;
  }

  /** Fills in its length and pads it; RFC 9260 §3.2 lets the chunk count the padding of all but its last parameter. */
  void endParameter(int start) {
    Bytes.put16(bytes, start + 2, length - start);
    pad();
  }

  private void pad() {
    while ((length & 3) != 0) {
      put8(0);
    }
  }

  public void put8(int value) {
    bytes[length++] = (byte) value;
  }

  public void put16(int value) {
    Bytes.put16(bytes, length, value);
    length += 2;
  }

  public void put32(int value) {
    Bytes.put32(bytes, length, value);
    length += 4;
  }

  public void put64(long value) {
    Bytes.put64(bytes, length, value);
    length += 8;
  }

  public void put(byte[] source, int offset, int count) {
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  /** A chunk that has no more than these bytes. */
  public void putChunk(int type, int flags, byte[] value, int offset, int count) {
    beginChunk(type, flags);
    put(value, offset, count);
    endChunk();
  }

  /**
   * Puts in the checksum.
   *
   * @param zeroChecksum leaves it zero, as the peer has said it may be (RFC 9653 §5.2)
   * @return the packet's length; it begins at 0 of {@link #bytes}
   */
  public int finish(boolean zeroChecksum) {
    Bytes.put32(bytes, 8, zeroChecksum ? 0 : PacketReader.checksum(crc, bytes, 0, length));
    return length;
  }

  public byte[] bytes() {
    return bytes;
  }
}
