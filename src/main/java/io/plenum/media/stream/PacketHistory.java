package io.plenum.media.stream;

/**
 * The last packets of one producer stream, kept once for all its consumers' retransmissions. A ring addressed by the
 * unwrapped sequence; it grows up to a limit while packets younger than the wanted age would be overwritten.
 */
public final class PacketHistory {
  /** Packets at first; enough for two seconds of audio. */
  static final int INITIAL_PACKETS = 128;

  private final int maxPackets;
  private final long wantedAgeNs;
  private RoutedPacket[] ring = new RoutedPacket[INITIAL_PACKETS];
  /** For a packet that comes so late that a younger one has its place. */
  private final RoutedPacket late = new RoutedPacket();

  /**
   * @param maxPackets never keeps more, rounded up to a power of two
   * @param wantedAgeNs keeps packets at least this long if {@code maxPackets} allows
   */
  public PacketHistory(int maxPackets, long wantedAgeNs) {
    this.maxPackets = Math.max(INITIAL_PACKETS, Integer.highestOneBit(Math.max(1, maxPackets - 1)) << 1);
    this.wantedAgeNs = wantedAgeNs;
  }

  /** The slot for {@code sequence}, to be filled by the caller; what was in it is gone. */
  public RoutedPacket claim(long sequence, long nowNs) {
    int index = (int) sequence & ring.length - 1;
    RoutedPacket slot = ring[index];
    if (slot != null && slot.length > 0 && nowNs - slot.receivedNs < wantedAgeNs && ring.length < maxPackets
        && slot.sequence < sequence) {
      grow();
      index = (int) sequence & ring.length - 1;
      slot = ring[index];
    }
    if (slot == null) {
      slot = new RoutedPacket();
      ring[index] = slot;
    } else if (slot.length > 0 && slot.sequence > sequence) {
      slot = late;
    }
    slot.length = 0;
    slot.sequence = sequence;
    slot.receivedNs = nowNs;
    return slot;
  }

  /** The packet with that sequence, or null if it was never there or is gone. */
  public RoutedPacket get(long sequence) {
    RoutedPacket slot = ring[(int) sequence & ring.length - 1];
    return slot != null && slot.sequence == sequence && slot.length > 0 ? slot : null;
  }

  /** How many packets it has room for now. */
  public int capacity() {
    return ring.length;
  }

  private void grow() {
    RoutedPacket[] larger = new RoutedPacket[ring.length * 2];
    for (RoutedPacket packet : ring) {
      if (packet != null) {
        larger[(int) packet.sequence & larger.length - 1] = packet;
      }
    }
    ring = larger;
  }
}
