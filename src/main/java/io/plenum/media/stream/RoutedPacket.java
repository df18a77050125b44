package io.plenum.media.stream;

import io.plenum.protocol.rtp.codec.PayloadInfo;

/**
 * One packet of a producer as the router hands it to consumers: read, classified and rewritten once, whatever the
 * number of consumers. The header has no CSRCs, carries the router's extension ids, and has room where each consumer
 * puts its own mid, abs-send-time and transport-wide sequence number. A consumer copies the bytes, patches its copy,
 * encrypts it and sends it; it never writes here.
 *
 * <p>The object belongs to a slot of a {@link PacketHistory} and is used again when the history comes round.
 */
public final class RoutedPacket {
  private static final int SIZE_STEP = 256;

  /** Header, extensions, payload; no padding. Grown when a larger packet comes. */
  public byte[] bytes = new byte[0];
  /** The packet starts at 0. */
  public int length;
  public int payloadOffset;
  /** Where the data of the extension begins in {@link #bytes}, or -1. */
  public int midOffset;
  public int absSendTimeOffset;
  public int transportCcOffset;
  public int absCaptureTimeOffset;
  public int audioLevelOffset;
  /** Where the publisher's dependency descriptor stands in {@link #bytes}, behind the packet; for other routers only. */
  public int dependencyDescriptorOffset;
  /** 0 if there is none. */
  public int dependencyDescriptorLength;

  /** Unwrapped from the producer's 16 bits: it only grows, and two packets never share one. */
  public long sequence;
  /** The producer's 32 bits, unsigned. */
  public long timestamp;
  public boolean marker;
  public int ssrc;
  public long receivedNs;
  public final PayloadInfo payload = new PayloadInfo();

  public int payloadLength() {
    return length - payloadOffset;
  }

  /** Makes room for a packet of {@code capacity} bytes; what was in the packet before is lost. */
  public void ensureCapacity(int capacity) {
    if (bytes.length < capacity) {
      bytes = new byte[sizeFor(capacity)];
    }
  }

  /**
   * So much is allocated for so much. In steps, so that a slot which is used for packets of all sizes gets a few arrays in its
   * life, and then none any more; but not for the largest packet at once, or a sender of tiny ones would make us hold a
   * multiple of what it sends.
   */
  static int sizeFor(int capacity) {
    return (capacity + SIZE_STEP - 1) / SIZE_STEP * SIZE_STEP;
  }
}
