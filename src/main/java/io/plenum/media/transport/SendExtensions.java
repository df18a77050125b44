package io.plenum.media.transport;

import io.plenum.media.router.Consumer;
import io.plenum.media.router.HeaderExtensionIds;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.protocol.rtp.AbsSendTime;
import io.plenum.protocol.rtp.TransportSequenceNumber;

/**
 * Fills in what only the sending transport knows about a packet: when it leaves, and its number among all packets of
 * the transport. The room for what the endpoint has not agreed to becomes padding, since it may know the id for something
 * else, and a number that nobody reports must not be taken for a lost packet.
 */
final class SendExtensions {
  private int nextTransportSequence;
  private boolean numbered;

  /** Whether the endpoint reports on transport-wide numbers. */
  void number(boolean numbered) {
    this.numbered = numbered;
  }

  /**
   * Completes a packet of a consumer.
   *
   * @param source where the packet comes from: its extension offsets hold in the copy too
   * @return the transport-wide sequence number, or -1 if the packet carries none
   */
  int fill(Consumer consumer, RoutedPacket source, byte[] packet, long nowNs) {
    boolean numbers = numbered && consumer.extensionIds().transportCc > 0 && source.transportCcOffset >= 0;
    int sequence = numbers ? takeNumber() : -1;
    fillAgain(consumer, source, packet, sequence, nowNs);
    return sequence;
  }

  /** Completes a packet of a consumer as {@link #fill} did at {@code sentNs}, when it returned that number. */
  void fillAgain(Consumer consumer, RoutedPacket source, byte[] packet, int transportSequenceNumber, long sentNs) {
    HeaderExtensionIds ids = consumer.extensionIds();
    if (source.midOffset >= 0) {
      consumer.patchMid(packet, source.midOffset);
      if (ids.mid == 0) {
        blank(packet, source.midOffset);
      }
    }
    if (source.absSendTimeOffset >= 0) {
      if (ids.absSendTime == 0) {
        blank(packet, source.absSendTimeOffset);
      } else {
        AbsSendTime.put(packet, source.absSendTimeOffset, sentNs);
      }
    }
    if (source.transportCcOffset < 0) {
      return;
    }
    if (transportSequenceNumber < 0) {
      blank(packet, source.transportCcOffset);
    } else {
      TransportSequenceNumber.put(packet, source.transportCcOffset, transportSequenceNumber);
    }
  }

  /** The next transport-wide sequence number, written where the extension's data begins. */
  int putNumber(byte[] packet, int dataOffset) {
    int sequence = takeNumber();
    TransportSequenceNumber.put(packet, dataOffset, sequence);
    return sequence;
  }

  private int takeNumber() {
    int sequence = nextTransportSequence;
    nextTransportSequence = sequence + 1 & 0xffff;
    return sequence;
  }

  /** RFC 8285 §4.1.2: zero bytes between one-byte elements are padding. */
  private static void blank(byte[] packet, int dataOffset) {
    int end = dataOffset + (packet[dataOffset - 1] & 0xf) + 1;
    for (int i = dataOffset - 1; i < end; i++) {
      packet[i] = 0;
    }
  }
}
