package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;
import java.util.zip.CRC32C;

/**
 * One SCTP packet (RFC 9260 §3): the common header, then the chunks one after another with {@link #nextChunk()}. A view:
 * the bytes stay the caller's, and the next {@link #parse} overwrites it. All chunk lengths are checked before the
 * first is handed out, so a packet that is cut off does nothing at all.
 */
public final class PacketReader {
  public static final int HEADER_BYTES = 12;
  private static final int CHECKSUM_OFFSET = 8;
  private static final byte[] NO_CHECKSUM = new byte[4];

  private final CRC32C crc = new CRC32C();
  private byte[] bytes;
  private int offset;
  private int end;
  private int chunk;
  private int next;
  private boolean zeroChecksum;

  /**
   * @param zeroChecksumAccepted a checksum of zero is as good as the right one, because something below
   *     protects the packet and the peer was told so (RFC 9653 §5.3)
   * @return what is wrong, or null
   */
  public Malformed parse(byte[] bytes, int offset, int length, boolean zeroChecksumAccepted) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = offset + length;
    this.next = offset + HEADER_BYTES;
    if (length < HEADER_BYTES + ChunkType.HEADER_BYTES) {
      return Malformed.TOO_SHORT;
    }
    if (sourcePort() == 0 || destinationPort() == 0) {
      return Malformed.WRONG_VALUE;
    }
    int checksum = Bytes.i32(bytes, offset + CHECKSUM_OFFSET);
    zeroChecksum = checksum == 0;
    if (!(zeroChecksum && zeroChecksumAccepted) && checksum != checksum(crc, bytes, offset, length)) {
      return Malformed.WRONG_CHECKSUM;
    }
    return checkChunks();
  }

  private Malformed checkChunks() {
    for (int at = next; at < end; ) {
      if (end - at < ChunkType.HEADER_BYTES) {
        return Malformed.WRONG_LENGTH;
      }
      int length = Bytes.u16(bytes, at + 2);
      if (length < ChunkType.HEADER_BYTES || length > end - at) {
        return Malformed.WRONG_LENGTH;
      }
      // Some leave out the padding of the last chunk.
      at += ChunkType.padded(length);
    }
    return null;
  }

  /** As it stands in the packet: the CRC32c with its bytes reversed (RFC 9260 appendix A). */
  static int checksum(CRC32C crc, byte[] bytes, int offset, int length) {
    crc.reset();
    crc.update(bytes, offset, CHECKSUM_OFFSET);
    crc.update(NO_CHECKSUM, 0, 4);
    crc.update(bytes, offset + HEADER_BYTES, length - HEADER_BYTES);
    return Integer.reverseBytes((int) crc.getValue());
  }

  public int sourcePort() {
    return Bytes.u16(bytes, offset);
  }

  public int destinationPort() {
    return Bytes.u16(bytes, offset + 2);
  }

  public int verificationTag() {
    return Bytes.i32(bytes, offset + 4);
  }

  /** The packet came without a checksum. */
  public boolean zeroChecksum() {
    return zeroChecksum;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Goes on to the next chunk; false when there is none. */
  public boolean nextChunk() {
    if (next >= end) {
      return false;
    }
    chunk = next;
    next = chunk + ChunkType.padded(chunkLength());
    return true;
  }

  /** The type of the packet's first chunk, without going on to it. */
  public int firstChunkType() {
    return Bytes.u8(bytes, offset + HEADER_BYTES);
  }

  public int firstChunkFlags() {
    return Bytes.u8(bytes, offset + HEADER_BYTES + 1);
  }

  /** Whether the first chunk is all there is. */
  public boolean hasOneChunk() {
    return offset + HEADER_BYTES + ChunkType.padded(Bytes.u16(bytes, offset + HEADER_BYTES + 2)) >= end;
  }

  public int chunkType() {
    return Bytes.u8(bytes, chunk);
  }

  public int chunkFlags() {
    return Bytes.u8(bytes, chunk + 1);
  }

  /** Where the chunk's header begins. */
  public int chunkOffset() {
    return chunk;
  }

  /** Header and value, without padding. */
  public int chunkLength() {
    return Bytes.u16(bytes, chunk + 2);
  }

  public int valueOffset() {
    return chunk + ChunkType.HEADER_BYTES;
  }

  public int valueLength() {
    return chunkLength() - ChunkType.HEADER_BYTES;
  }
}
