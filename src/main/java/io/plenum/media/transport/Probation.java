package io.plenum.media.transport;

import io.plenum.media.router.HeaderExtensionIds;
import io.plenum.protocol.rtp.AbsSendTime;
import io.plenum.protocol.rtp.RtpHeaderWriter;
import io.plenum.protocol.rtp.TransportSequenceNumber;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Writes the packets by which a path is probed, as mediasoup does: a stream of zeros of its own, for which mediasoup's
 * clients make a receiver together with their first video consumer.
 */
final class Probation {
  /** Agreed with mediasoup-client, as are payload type and mid. Our own SSRCs have nine digits. */
  static final int SSRC = 1234;
  static final int PAYLOAD_TYPE = 127;
  private static final byte[] MID = "probator".getBytes(StandardCharsets.US_ASCII);
  /** As mediasoup; with SRTP, UDP and IP that is what every path carries. */
  static final int MAX_PACKET_BYTES = 1_400;

  private final RtpHeaderWriter writer = new RtpHeaderWriter();
  private int nextSequenceNumber;
  private final int timestamp;
  private int headerLength;
  private int number;

  Probation(RandomGenerator random) {
    // RFC 3711 §3.3.1: in the lower half.
    nextSequenceNumber = random.nextInt(1 << 15);
    timestamp = random.nextInt();
  }

  /**
   * Writes the next packet at the beginning of {@code out}.
   *
   * @param ids of the consumer whose header extensions the endpoint's receiver has
   * @return its length, at most {@link #MAX_PACKET_BYTES}
   */
  int write(byte[] out, int packetBytes, HeaderExtensionIds ids, SendExtensions extensions, long nowNs) {
    writer.clear();
    if (ids.mid > 0) {
      writer.add(ids.mid, MID, 0, MID.length);
    }
    if (ids.absSendTime > 0) {
      writer.reserve(ids.absSendTime, AbsSendTime.BYTES);
    }
    if (ids.transportCc > 0) {
      writer.reserve(ids.transportCc, TransportSequenceNumber.BYTES);
    }
    headerLength = writer.write(out, 0, false, PAYLOAD_TYPE, nextSequenceNumber, timestamp, SSRC);
    nextSequenceNumber = nextSequenceNumber + 1 & 0xffff;
    if (ids.absSendTime > 0) {
      AbsSendTime.put(out, writer.dataOffset(ids.absSendTime), nowNs);
    }
    number = ids.transportCc > 0 ? extensions.putNumber(out, writer.dataOffset(ids.transportCc)) : -1;
    int length = Math.max(headerLength + 1, Math.min(packetBytes, MAX_PACKET_BYTES));
    Arrays.fill(out, headerLength, length, (byte) 0);
    return length;
  }

  /** Of the packet written last. */
  int headerLength() {
    return headerLength;
  }

  /** The transport-wide sequence number of the packet written last, or -1. */
  int number() {
    return number;
  }
}
