package io.plenum.media.stream;

/**
 * The last packets of one producer stream, kept once for all its consumers' retransmissions. A ring addressed by the
 * unwrapped sequence; it grows up to a limit while packets younger than the wanted age would be overwritten, and is halved
 * when what it holds is more than its {@link HistoryBudget} has.
 */
public final class PacketHistory {
  /** Packets at first and at least; enough for two seconds of audio. */
  static final int INITIAL_PACKETS = 128;
  /** What a packet costs beside its bytes: two objects. */
  static final int PACKET_BYTES = 256;

  private final int maxPackets;
  private final long wantedAgeNs;
  private final HistoryBudget budget;
  private RoutedPacket[] ring = new RoutedPacket[INITIAL_PACKETS];
  /** For a packet that comes so late that a younger one has its place. */
  private final RoutedPacket late = new RoutedPacket();
  private long heldBytes;

  /**
   * @param maxPackets never keeps more, rounded up to a power of two
   * @param wantedAgeNs keeps packets at least this long if {@code maxPackets} and the budget allow
   */
  public PacketHistory(int maxPackets, long wantedAgeNs, HistoryBudget budget) {
    this.maxPackets = Math.max(INITIAL_PACKETS, Integer.highestOneBit(Math.max(1, maxPackets - 1)) << 1);
    this.wantedAgeNs = wantedAgeNs;
    this.budget = budget;
  }

  /**
   * The slot for {@code sequence}, to be filled by the caller; what was in it is gone.
   *
   * @param capacity bytes that the caller is going to need
   */
  public RoutedPacket claim(long sequence, int capacity, long nowNs) {
    RoutedPacket slot = slot(sequence);
    if (slot != null && slot != late && slot.length > 0 && slot.sequence < sequence && nowNs - slot.receivedNs < wantedAgeNs
        && ring.length < maxPackets && budget.has(heldBytes)) {
      resize(2 * ring.length);
      slot = slot(sequence);
    }
    while (ring.length > INITIAL_PACKETS && !budget.has(growth(slot, capacity))) {
      resize(ring.length / 2);
      slot = slot(sequence);
    }
    hold(growth(slot, capacity));
    if (slot == null) {
      slot = new RoutedPacket();
      ring[index(sequence)] = slot;
    }
    slot.ensureCapacity(capacity);
    slot.length = 0;
    slot.sequence = sequence;
    slot.receivedNs = nowNs;
    return slot;
  }

  /** Null if its place was never used. */
  private RoutedPacket slot(long sequence) {
    RoutedPacket slot = ring[index(sequence)];
    return slot != null && slot.length > 0 && slot.sequence > sequence ? late : slot;
  }

  private int index(long sequence) {
    return (int) sequence & ring.length - 1;
  }

  /** What will be held more when {@code slot}, which may be null, is filled with so much. */
  private static int growth(RoutedPacket slot, int capacity) {
    return slot == null ? PACKET_BYTES + RoutedPacket.sizeFor(capacity)
        : Math.max(0, RoutedPacket.sizeFor(capacity) - slot.bytes.length);
  }

  private void hold(long bytes) {
    heldBytes += bytes;
    budget.hold(bytes);
  }

  /** The packet with that sequence, or null if it was never there or is gone. */
  public RoutedPacket get(long sequence) {
    RoutedPacket slot = ring[index(sequence)];
    return slot != null && slot.sequence == sequence && slot.length > 0 ? slot : null;
  }

  /** How many packets it has room for now. */
  public int capacity() {
    return ring.length;
  }

  /** What its packets take in memory. */
  public long heldBytes() {
    return heldBytes;
  }

  /** The stream is over: nothing is held any more. */
  public void clear() {
    hold(-heldBytes);
    ring = new RoutedPacket[INITIAL_PACKETS];
    late.bytes = new byte[0];
    late.length = 0;
  }

  /** Of two packets for one place, the younger stays. */
  private void resize(int packets) {
    RoutedPacket[] old = ring;
    ring = new RoutedPacket[packets];
    for (RoutedPacket packet : old) {
      if (packet == null) {
        continue;
      }
      int index = index(packet.sequence);
      RoutedPacket other = ring[index];
      RoutedPacket younger = other == null || other.sequence < packet.sequence ? packet : other;
      if (other != null) {
        RoutedPacket older = younger == packet ? other : packet;
        hold(-(PACKET_BYTES + older.bytes.length));
      }
      ring[index] = younger;
    }
  }
}
