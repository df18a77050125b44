package io.plenum.media.stream;

/**
 * Bytes that the packet histories of one peer's streams hold together, and how many they may. Who has none left keeps fewer
 * packets for repairs.
 */
public final class HistoryBudget {
  /**
   * Of one peer: two seconds of the 40 Mbit/s that it may send by default, and what rings need beside the packets. Calls have
   * a tenth of that.
   */
  public static final long PEER_BYTES = 16 << 20;

  private final long maxBytes;
  private long heldBytes;

  public HistoryBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** For streams that another router sends us, whose publishers have a budget where they are, and for the application's. */
  public static HistoryBudget unlimited() {
    return new HistoryBudget(Long.MAX_VALUE);
  }

  boolean has(long bytes) {
    return bytes <= maxBytes - heldBytes;
  }

  /** @param bytes negative for what is held no longer */
  void hold(long bytes) {
    heldBytes += bytes;
  }

  public long heldBytes() {
    return heldBytes;
  }
}
