package io.plenum.media.router;

import io.plenum.media.Dump;

/**
 * Holds one client's messages to its {@link DataLimits}. Whoever is over them waits where a channel must lose nothing, and loses
 * elsewhere ({@link DataProducer}); here is only the account. It belongs to a transport, not to a producer: who closes one and
 * makes another has no more credit than before.
 *
 * <p>Two buckets, of messages and of bytes, kept as time: each message pays as long as the limit gives it, and may be paid for
 * {@link #BURST_NS} in advance.
 */
public final class DataPolicer {
  private static final long SECOND_NS = 1_000_000_000L;
  /** What may be said at once, in time: 4,000 messages at 2,000 a second. */
  static final long BURST_NS = 2 * SECOND_NS;
  /**
   * Who is out of credit waits for this much of it: 50 wake-ups a second, not one for each message, and what is let go then
   * leaves together.
   */
  static final long WAIT_FOR_NS = SECOND_NS / 50;

  private final DataLimits limits;
  private final long[] totals;
  private final long[] drops = new long[DataDrop.values().length];
  /** Until when what was said is paid for. No clock begins as early. */
  private long messagesPaidNs = Long.MIN_VALUE / 2;
  private long bytesPaidNs = Long.MIN_VALUE / 2;

  /** @param loop what its event loop has dropped */
  public DataPolicer(DataLimits limits, DropTotals loop) {
    this.limits = limits;
    this.totals = loop.of(DataDrop.class);
  }

  /** Whether one more message may go now; if it is a long one the next waits all the longer. */
  boolean hasCredit(long nowNs) {
    return paidNs() - nowNs < BURST_NS;
  }

  /**
   * Whether a message may go that would wait for nothing any more, because its producer ends: as much again as may be said at
   * once. Without that bound, ending would be the way around the limit.
   */
  boolean hasOverdraft(long nowNs) {
    return paidNs() - nowNs < 2 * BURST_NS;
  }

  private long paidNs() {
    return Math.max(messagesPaidNs, bytesPaidNs);
  }

  /** When there will be credit again that is worth waking up for. */
  long creditAtNs() {
    return paidNs() - BURST_NS + WAIT_FOR_NS;
  }

  /** A message goes. */
  void pay(int bytes, long nowNs) {
    messagesPaidNs = Math.max(messagesPaidNs, nowNs) + SECOND_NS / limits.messagesPerSecond();
    bytesPaidNs = Math.max(bytesPaidNs, nowNs) + bytes * SECOND_NS / limits.bytesPerSecond();
  }

  void onDropped(DataDrop reason) {
    drops[reason.ordinal()]++;
    totals[reason.ordinal()]++;
  }

  public long drops(DataDrop reason) {
    return drops[reason.ordinal()];
  }

  public void dump(Dump out) {
    for (DataDrop reason : DataDrop.values()) {
      if (drops[reason.ordinal()] > 0) {
        out.value(reason.label(), drops[reason.ordinal()]);
      }
    }
  }
}
