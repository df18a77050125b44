package io.plenum.media.stream;

import java.util.Arrays;

/**
 * Notices missing packets of one stream and asks for them (RFC 4585 §6.2.1), and again once per round trip, until they
 * come or nobody waits any more. Works on unwrapped sequences; the owner drives {@link #onTimeout} at
 * {@link #nextDeadlineNs}.
 */
public final class NackGenerator {
  /** Hears what to ask the sender for. It sends or enqueues; the array is ours again when the call returns. */
  public interface Sink {
    /** @param sequenceNumbers 16 bit each, in sending order */
    void requestRetransmission(int[] sequenceNumbers, int count);

    /** So much is missing that only a new key frame helps. */
    void requestKeyFrame();
  }

  /** More missing packets than this are not repaired one by one: a key frame is cheaper. */
  public static final int MAX_MISSING = 1000;
  /** Packets this far behind the newest are no longer asked for. */
  public static final int MAX_AGE = 10_000;
  /** Requests for one packet before it is given up: a second at the default round trip. */
  public static final int MAX_REQUESTS = 10;
  /** Most "missing" packets are merely overtaken, and come within this time. */
  public static final long FIRST_REQUEST_DELAY_NS = 10_000_000;
  /** Until the round trip is known. */
  public static final long DEFAULT_RTT_NS = 100_000_000;
  /** On a short path ten requests would otherwise be over before a burst of loss is. */
  public static final long MIN_REPEAT_INTERVAL_NS = 20_000_000;
  /** Under steady loss each packet would have a deadline and an RTCP packet of its own; so they wait for each other. */
  public static final long MIN_BATCH_INTERVAL_NS = 5_000_000;

  private final Sink sink;
  private final long[] missing = new long[MAX_MISSING];
  private final long[] dueNs = new long[MAX_MISSING];
  private final byte[] requests = new byte[MAX_MISSING];
  private final int[] batch = new int[MAX_MISSING];
  private int count;
  private boolean started;
  private long highest;
  private long lastKeyFrame = -1;
  private long repeatIntervalNs = DEFAULT_RTT_NS;
  private long earliestDueNs = Long.MAX_VALUE;
  private boolean hasBatch;
  private long lastBatchNs;

  public NackGenerator(Sink sink) {
    this.sink = sink;
  }

  /** A packet came, whether sent, overtaken or retransmitted; the tracker has let through each only once. */
  public void onPacket(long sequence, long nowNs) {
    if (!started) {
      started = true;
      highest = sequence;
      return;
    }
    if (sequence <= highest) {
      remove(sequence);
      return;
    }
    long gap = sequence - highest - 1;
    long from = highest + 1;
    highest = sequence;
    removeBelow(highest - MAX_AGE);
    if (gap > 0 && !add(from, gap, nowNs)) {
      sink.requestKeyFrame();
    }
  }

  /** That packet begins a key frame: what came before it is the first to be given up when there is too much. */
  public void onKeyFrame(long sequence) {
    lastKeyFrame = Math.max(lastKeyFrame, sequence);
  }

  public void onRtt(long rttNs) {
    repeatIntervalNs = Math.max(MIN_REPEAT_INTERVAL_NS, rttNs);
  }

  /** Forgets all: the sender starts again, or is paused. */
  public void reset() {
    count = 0;
    started = false;
    lastKeyFrame = -1;
    earliestDueNs = Long.MAX_VALUE;
  }

  public long nextDeadlineNs() {
    if (count == 0) {
      return Long.MAX_VALUE;
    }
    return hasBatch ? Math.max(earliestDueNs, lastBatchNs + MIN_BATCH_INTERVAL_NS) : earliestDueNs;
  }

  public void onTimeout(long nowNs) {
    if (nowNs < nextDeadlineNs()) {
      return;
    }
    int asked = 0;
    int kept = 0;
    earliestDueNs = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      if (dueNs[i] <= nowNs) {
        batch[asked++] = (int) missing[i] & 0xffff;
        dueNs[i] = nowNs + repeatIntervalNs;
        requests[i]++;
      }
      if (requests[i] < MAX_REQUESTS) {
        missing[kept] = missing[i];
        dueNs[kept] = dueNs[i];
        requests[kept] = requests[i];
        earliestDueNs = Math.min(earliestDueNs, dueNs[i]);
        kept++;
      }
    }
    count = kept;
    if (asked > 0) {
      hasBatch = true;
      lastBatchNs = nowNs;
      sink.requestRetransmission(batch, asked);
    }
  }

  /** Packets that are asked for now. */
  public int missingCount() {
    return count;
  }

  /** False if there is no room for so many; then the list is empty. */
  private boolean add(long from, long gap, long nowNs) {
    if (count + gap > MAX_MISSING && lastKeyFrame >= 0) {
      removeBelow(lastKeyFrame);
    }
    if (count + gap > MAX_MISSING) {
      count = 0;
      return false;
    }
    long firstDueNs = nowNs + FIRST_REQUEST_DELAY_NS;
    earliestDueNs = count == 0 ? firstDueNs : Math.min(earliestDueNs, firstDueNs);
    for (long sequence = from; sequence < from + gap; sequence++) {
      missing[count] = sequence;
      dueNs[count] = firstDueNs;
      requests[count] = 0;
      count++;
    }
    return true;
  }

  private void remove(long sequence) {
    int index = Arrays.binarySearch(missing, 0, count, sequence);
    if (index >= 0) {
      delete(index, index + 1);
    }
  }

  private void removeBelow(long sequence) {
    if (count == 0 || missing[0] >= sequence) {
      return;
    }
    int index = Arrays.binarySearch(missing, 0, count, sequence);
    delete(0, index >= 0 ? index : -index - 1);
  }

  private void delete(int from, int to) {
    int moved = count - to;
    System.arraycopy(missing, to, missing, from, moved);
    System.arraycopy(dueNs, to, dueNs, from, moved);
    System.arraycopy(requests, to, requests, from, moved);
    count -= to - from;
  }
}
