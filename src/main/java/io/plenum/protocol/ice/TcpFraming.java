package io.plenum.protocol.ice;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * RFC 4571 framing, as ICE uses it on TCP (RFC 6544 §3): each packet behind its length in two bytes. One object per
 * connection, fed with chunks as they come. A frame that lies whole in a chunk is handed out where it is; only what
 * spans chunks is copied. A frame longer than the limit is the end: where the next one begins nobody knows then.
 */
public final class TcpFraming {
  /** Takes the frames. It reads the bytes during the call only and does not call back. */
  public interface Sink {
    void onFrame(byte[] bytes, int offset, int length);
  }

  public static final int LENGTH_BYTES = 2;
  /** What two bytes can say. */
  public static final int MAX_FRAME_BYTES = 65_535;
  /** WebRTC packets are made for paths of 1,500 bytes; an unauthenticated connection may make us keep this much. */
  public static final int DEFAULT_MAX_FRAME_BYTES = 2_048;

  /** Frames are seldom longer, so a connection that needs a buffer gets this much at once. */
  private static final int SMALLEST_BUFFER_BYTES = 256;

  private static final byte[] NOTHING = new byte[0];

  private final int maxFrameBytes;
  private final Sink sink;
  /** A frame that has begun, without its length; grows with the bytes that came, not with those announced. */
  private byte[] partial = NOTHING;
  private int partialLength;
  /** Of the frame that has begun; -1 while its length is not known. */
  private int frameLength = -1;
  /** The first byte of a length whose second has not come, or -1. */
  private int firstLengthByte = -1;
  private Malformed failure;

  public TcpFraming(int maxFrameBytes, Sink sink) {
    if (maxFrameBytes < 1 || maxFrameBytes > MAX_FRAME_BYTES) {
      throw new IllegalArgumentException("maxFrameBytes " + maxFrameBytes + " is not in 1…" + MAX_FRAME_BYTES);
    }
    this.maxFrameBytes = maxFrameBytes;
    this.sink = sink;
  }

  /**
   * The next bytes of the stream, as many as there are.
   *
   * @return null, or why the connection must be closed; then nothing is read any more
   */
  public Malformed onBytes(byte[] bytes, int offset, int length) {
    int position = offset;
    int end = offset + length;
    while (failure == null && position < end) {
      if (frameLength < 0) {
        position = readLength(bytes, position);
      } else {
        position = readFrame(bytes, position, end);
      }
    }
    return failure;
  }

  private int readLength(byte[] bytes, int position) {
    int next = bytes[position] & 0xff;
    if (firstLengthByte < 0) {
      firstLengthByte = next;
      return position + 1;
    }
    int announced = firstLengthByte << 8 | next;
    firstLengthByte = -1;
    if (announced > maxFrameBytes) {
      failure = Malformed.TOO_LONG;
      partial = NOTHING;
    } else if (announced > 0) {
      // RFC 4571 §2: a length of 0 is a null packet, and ignored.
      frameLength = announced;
    }
    return position + 1;
  }

  private int readFrame(byte[] bytes, int position, int end) {
    int taken = Math.min(frameLength - partialLength, end - position);
    if (taken == frameLength) {
      frameLength = -1;
      sink.onFrame(bytes, position, taken);
      return position + taken;
    }
    keep(bytes, position, taken);
    if (partialLength == frameLength) {
      int whole = frameLength;
      frameLength = -1;
      partialLength = 0;
      sink.onFrame(partial, 0, whole);
    }
    return position + taken;
  }

  private void keep(byte[] bytes, int position, int count) {
    int needed = partialLength + count;
    if (partial.length < needed) {
      byte[] larger = new byte[Math.min(maxFrameBytes, Math.max(SMALLEST_BUFFER_BYTES, 2 * needed))];
      System.arraycopy(partial, 0, larger, 0, partialLength);
      partial = larger;
    }
    System.arraycopy(bytes, position, partial, partialLength, count);
    partialLength = needed;
  }

  /** How many bytes it holds for a frame that has begun; never more than the limit. */
  int bufferBytes() {
    return partial.length;
  }

  /** Writes the length that goes before a packet of 1…{@link #MAX_FRAME_BYTES} bytes. */
  public static void putLength(byte[] bytes, int offset, int packetLength) {
    Bytes.put16(bytes, offset, packetLength);
  }
}
