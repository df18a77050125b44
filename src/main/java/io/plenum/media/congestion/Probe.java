package io.plenum.media.congestion;

/**
 * A short burst above the estimate, and what it showed: the one way to learn what the path carries without waiting for
 * the estimate to grow.
 */
final class Probe {
  /** Long enough to be measured, too short to fill a queue. */
  private static final double SECONDS = 0.015;
  static final int MIN_PACKETS = 5;
  static final int MAX_PACKET_BYTES = 1200;
  private static final int MIN_PACKET_BYTES = 200;
  /** With fewer of its packets the rate is a guess. */
  private static final double MIN_RECEIVED = 0.8;
  private static final long MAX_INTERVAL_NS = 1_000_000_000L;
  /** Received more slowly than this share of the sent rate: the path was full. */
  private static final double FULL = 0.9;
  /** What is then taken of the received rate, so that the queue can empty. */
  private static final double UTILISATION = 0.95;

  final int id;
  final long bitrateBps;
  final int packets;
  final int packetBytes;
  final long startedNs;

  private int received;
  private long bytes;
  private long firstSentNs = Long.MAX_VALUE;
  private long lastSentNs = Long.MIN_VALUE;
  private long firstArrivalNs = Long.MAX_VALUE;
  private long lastArrivalNs = Long.MIN_VALUE;
  private int sizeOfLastSent;
  private int sizeOfFirstArrived;

  Probe(int id, long bitrateBps, long startedNs) {
    this.id = id;
    this.bitrateBps = bitrateBps;
    this.startedNs = startedNs;
    long total = (long) (bitrateBps / 8.0 * SECONDS);
    packets = (int) Math.max(MIN_PACKETS, (total + MAX_PACKET_BYTES - 1) / MAX_PACKET_BYTES);
    packetBytes = (int) Math.max(MIN_PACKET_BYTES, total / packets);
  }

  void onAcknowledged(long sentNs, long arrivalNs, int sizeBytes) {
    received++;
    bytes += sizeBytes;
    if (sentNs < firstSentNs) {
      firstSentNs = sentNs;
    }
    if (sentNs >= lastSentNs) {
      lastSentNs = sentNs;
      sizeOfLastSent = sizeBytes;
    }
    if (arrivalNs < firstArrivalNs) {
      firstArrivalNs = arrivalNs;
      sizeOfFirstArrived = sizeBytes;
    }
    lastArrivalNs = Math.max(lastArrivalNs, arrivalNs);
  }

  /** What the path has carried, not more than was asked of it, or {@link BitrateMeter#UNKNOWN}. */
  long resultBps() {
    if (received < packets * MIN_RECEIVED) {
      return BitrateMeter.UNKNOWN;
    }
    long sendNs = lastSentNs - firstSentNs;
    long receiveNs = lastArrivalNs - firstArrivalNs;
    if (sendNs > MAX_INTERVAL_NS || receiveNs <= 0 || receiveNs > MAX_INTERVAL_NS) {
      return BitrateMeter.UNKNOWN;
    }
    // The last packet sent, and the first that came, lie outside the interval.
    double sentBps = sendNs <= 0 ? bitrateBps : Math.min(bitrateBps, (bytes - sizeOfLastSent) * 8e9 / sendNs);
    double receivedBps = (bytes - sizeOfFirstArrived) * 8e9 / receiveNs;
    return (long) (receivedBps < FULL * sentBps ? UTILISATION * receivedBps : Math.min(sentBps, receivedBps));
  }
}
