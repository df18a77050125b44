package io.plenum.protocol.sctp;

/**
 * When to send a SACK (RFC 9260 §6.2): for every second packet with data, within 200 ms of the first, and at once when
 * something is missing, came twice, or the sender asked for it.
 */
final class SackSchedule {
  private static final int PACKETS_PER_SACK = 2;

  private boolean dataInPacket;
  private boolean due;
  private int packets;
  private long deadlineNs = Long.MAX_VALUE;

  /** @param immediately the SACK must not wait */
  void onData(boolean immediately) {
    dataInPacket = true;
    due |= immediately;
  }

  /** Not for data: the peer must learn where we stand. */
  void requestNow() {
    due = true;
  }

  /** All chunks of a packet have been read. */
  void onPacketEnd(long nowNs) {
    if (!dataInPacket) {
      return;
    }
    dataInPacket = false;
    if (++packets >= PACKETS_PER_SACK) {
      due = true;
    } else if (deadlineNs == Long.MAX_VALUE) {
      deadlineNs = nowNs + SctpTimings.DELAYED_SACK_NS;
    }
  }

  boolean isDue(long nowNs) {
    return due || deadlineNs <= nowNs;
  }

  /** Something waits to be acknowledged: a packet that goes out anyway may take it along. */
  boolean isPending() {
    return due || deadlineNs != Long.MAX_VALUE;
  }

  void onSackSent() {
    due = false;
    packets = 0;
    deadlineNs = Long.MAX_VALUE;
  }

  long nextDeadlineNs() {
    return deadlineNs;
  }
}
