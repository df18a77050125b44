package io.plenum.media.router;

import io.plenum.media.stream.PacketHistory;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.protocol.rtp.codec.DescribedPayload;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Packets of a stream with spatial layers that came before the structure which says what layers they are of: its packet,
 * the first of a key frame, was lost or overtaken. Nobody can decode them without it. So they wait for it, instead of going
 * to whoever wants few layers as if all were of the lowest; the bytes are in the stream's history.
 */
final class UndescribedPackets {
  /** Half a second at 10 Mbit/s. By then the structure's packet has been asked for several times, and so was a key frame. */
  static final int MAX_PACKETS = 512;

  private final PacketHistory history;
  private final DescribedPayload parser;
  private long[] sequences = new long[16];
  private int count;

  UndescribedPackets(PacketHistory history, DescribedPayload parser) {
    this.history = history;
    this.parser = parser;
  }

  /** Waits from now on. Not to be called when there are {@link #MAX_PACKETS}. */
  void add(long sequence) {
    if (count == sequences.length) {
      sequences = Arrays.copyOf(sequences, 2 * count);
    }
    sequences[count++] = sequence;
  }

  int count() {
    return count;
  }

  /**
   * A structure came with that packet: what waits and was sent after it gets its layers. What was sent before it, or
   * does not fit it, refers to one that is overtaken or lost as well. It becomes empty, so that only its number is used:
   * were it to wait on, each further structure would be tried on all of it.
   */
  void onStructure(long structureSequence) {
    Arrays.sort(sequences, 0, count);
    for (int i = 0; i < count; i++) {
      RoutedPacket packet = history.get(sequences[i]);
      if (packet != null && (packet.sequence < structureSequence || !describe(packet))) {
        packet.length = packet.payloadOffset;
        packet.payload.clear();
      }
    }
  }

  private boolean describe(RoutedPacket packet) {
    return parser.parseAgain(packet.bytes, packet.dependencyDescriptorOffset, packet.dependencyDescriptorLength,
        (int) packet.sequence & 0xffff, packet.timestamp, packet.payload);
  }

  /** After {@link #onStructure}: hands on those before {@code end}, in the order in which they were sent. */
  void release(long end, Consumer<RoutedPacket> sink) {
    int waiting = count;
    count = 0;
    for (int i = 0; i < waiting; i++) {
      RoutedPacket packet = history.get(sequences[i]);
      if (packet != null && packet.sequence >= end) {
        sequences[count++] = sequences[i];
      } else if (packet != null) {
        sink.accept(packet);
      }
    }
  }

  /** The structure does not come: of all that waits only the numbers are used. */
  void giveUp(Consumer<RoutedPacket> sink) {
    onStructure(Long.MAX_VALUE);
    release(Long.MAX_VALUE, sink);
  }

  /** Forgets all: nothing is handed on. */
  void clear() {
    count = 0;
  }
}
