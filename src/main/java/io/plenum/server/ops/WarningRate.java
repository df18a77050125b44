package io.plenum.server.ops;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Rate of a warning that clients cause: written at the first occurrence, and then at most once in an interval, with the
 * number of occurrences since the last line. From any thread.
 */
public final class WarningRate {
  public static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

  private final long intervalNs;
  private final AtomicLong unsaid = new AtomicLong();
  private final AtomicLong nextNs = new AtomicLong(Long.MIN_VALUE);

  public WarningRate(long intervalNs) {
    this.intervalNs = intervalNs;
  }

  /** @return how many occurrences the line that is to be written now stands for; 0: none is to be written */
  public long occurred(long nowNs) {
    unsaid.incrementAndGet();
    long next = nextNs.get();
    boolean due = next == Long.MIN_VALUE || nowNs - next >= 0;
    return due && nextNs.compareAndSet(next, nowNs + intervalNs) ? unsaid.getAndSet(0) : 0;
  }
}
