package io.plenum.bench;

/** How long packets took: counts in steps of at most 1/32 of the value, so that a percentile is right to 3 %. One thread. */
final class LatencyHistogram {
  private static final int SUB_BITS = 5;
  private static final int SUB = 1 << SUB_BITS;
  private final long[] counts = new long[(Long.SIZE - SUB_BITS) * SUB];
  private long count;
  private long max;

  void record(long nanoseconds) {
    long value = Math.max(0, nanoseconds);
    counts[index(value)]++;
    count++;
    max = Math.max(max, value);
  }

  void add(LatencyHistogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
    max = Math.max(max, other.max);
  }

  void clear() {
    java.util.Arrays.fill(counts, 0);
    count = 0;
    max = 0;
  }

  private static int index(long value) {
    if (value < SUB) {
      return (int) value;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - SUB_BITS;
    return (shift + 1) * SUB + (int) (value >>> shift) - SUB;
  }

  private static long lowest(int index) {
    if (index < SUB) {
      return index;
    }
    int shift = index / SUB - 1;
    return (long) (SUB + index % SUB) << shift;
  }

  long count() {
    return count;
  }

  /** In nanoseconds; 0 if nothing was recorded. */
  long percentile(double percent) {
    long rank = (long) Math.ceil(count * percent / 100);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank && seen > 0) {
        return Math.min(max, lowest(i + 1) - 1);
      }
    }
    return 0;
  }

  long max() {
    return max;
  }
}
