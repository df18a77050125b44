package io.plenum.media.congestion;

import java.util.Random;

/** A bottleneck with a queue: packets go through one after another, wait, and are dropped when the queue is full. */
public final class SimulatedLink {
  private static final long SECOND_NS = 1_000_000_000L;

  private final Random random;
  private final long delayNs;
  private final long maxQueueNs;
  private final double loss;
  private final long jitterNs;
  public long capacityBps;
  private long busyUntilNs;
  private long lastArrivalNs;

  public SimulatedLink(long seed, long capacityBps, long delayNs, long maxQueueNs, double loss, long jitterNs) {
    random = new Random(seed);
    this.capacityBps = capacityBps;
    this.delayNs = delayNs;
    this.maxQueueNs = maxQueueNs;
    this.loss = loss;
    this.jitterNs = jitterNs;
  }

  /** When a packet that is sent now arrives, or -1 if it does not. Keeps the order. */
  public long send(int sizeBytes, long nowNs) {
    long begin = Math.max(busyUntilNs, nowNs);
    if (begin - nowNs > maxQueueNs || random.nextDouble() < loss) {
      return -1;
    }
    busyUntilNs = begin + sizeBytes * 8 * SECOND_NS / capacityBps;
    long jitter = jitterNs == 0 ? 0 : (long) Math.abs(random.nextGaussian() * jitterNs);
    lastArrivalNs = Math.max(lastArrivalNs, busyUntilNs + delayNs + jitter);
    return lastArrivalNs;
  }
}
