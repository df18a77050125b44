package io.plenum.media.transport;

import io.plenum.protocol.wire.Bytes;

/**
 * Fills in what only the sending transport knows about a packet: when it leaves, and its number among all packets of the
 * transport.
 */
final class SendExtensions {
  private int nextTransportSequence;

  /**
   * @param absSendTimeOffset where the 24 bits go, or -1
   * @param transportCcOffset where the 16 bits go, or -1
   * @return the transport-wide sequence number, or -1 if the packet carries none
   */
  int fill(byte[] packet, int absSendTimeOffset, int transportCcOffset, long nowNs) {
    if (absSendTimeOffset >= 0) {
      // 6.18 fixed point seconds, modulo 64 s.
      Bytes.put24(packet, absSendTimeOffset, (int) (absSendTimeOf(nowNs) & 0xff_ffff));
    }
    if (transportCcOffset < 0) {
      return -1;
    }
    int sequence = nextTransportSequence;
    nextTransportSequence = sequence + 1 & 0xffff;
    Bytes.put16(packet, transportCcOffset, sequence);
    return sequence;
  }

  private static long absSendTimeOf(long nowNs) {
    long within64s = Math.floorMod(nowNs, 64_000_000_000L);
    return (within64s << 18) / 1_000_000_000L;
  }
}
