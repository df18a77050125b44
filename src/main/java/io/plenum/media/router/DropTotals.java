package io.plenum.media.router;

import java.util.HashMap;
import java.util.Map;

/**
 * How often each reason for dropping something occurred on one media loop, over all transports that lived there. The loop
 * writes, metrics read a moment later: plain numbers.
 */
public final class DropTotals {
  private final Map<Class<?>, long[]> counts = new HashMap<>();

  /**
   * The counts of one kind of reasons, by ordinal; the same array each time. Asked for when a transport or a metric is
   * made, before packets flow.
   */
  public long[] of(Class<? extends Enum<?>> reasons) {
    return counts.computeIfAbsent(reasons, kind -> new long[kind.getEnumConstants().length]);
  }
}
