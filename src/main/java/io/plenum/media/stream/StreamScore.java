package io.plenum.media.stream;

/**
 * How well a stream arrives, 0…10, as mediasoup counts it: the fourth power of the delivered share of each report
 * interval, where repaired packets count less the more had to be repaired, smoothed over the last intervals.
 */
public final class StreamScore {
  public static final int BEST = 10;
  /** Report intervals that are averaged, the newest with the greatest weight. */
  static final int HISTORY = 24;

  private final int[] samples = new int[HISTORY];
  private int count;
  private int next;
  private int score;

  public StreamScore(int initial) {
    score = initial;
  }

  /**
   * One report interval is over.
   *
   * @param packets sent, or expected
   * @param retransmissions sent or received, of which {@code repaired} were of use
   */
  public void onInterval(long packets, long lost, long repaired, long retransmissions) {
    if (packets <= 0) {
      // Nothing was there to be lost.
      sample(BEST);
      return;
    }
    long lostPackets = Math.max(0, Math.min(lost, packets));
    long repairedPackets = Math.max(0, Math.min(repaired, lostPackets));
    double weight = Math.pow(1 / (1 + (double) repairedPackets / packets), 4);
    if (retransmissions > repairedPackets) {
      weight *= (double) repairedPackets / retransmissions;
    }
    double delivered = (packets - lostPackets + repairedPackets * weight) / packets;
    sample((int) Math.round(BEST * Math.pow(delivered, 4)));
  }

  /** Begins anew, for a stream that stops or comes back. */
  public void reset(int value) {
    count = 0;
    next = 0;
    score = value;
  }

  public int score() {
    return score;
  }

  private void sample(int value) {
    samples[next] = value;
    next = (next + 1) % HISTORY;
    count = Math.min(count + 1, HISTORY);
    int weighted = 0;
    for (int age = 0; age < count; age++) {
      weighted += samples[Math.floorMod(next - 1 - age, HISTORY)] * (count - age);
    }
    score = (int) Math.round((double) weighted / (count * (count + 1) / 2));
  }
}
