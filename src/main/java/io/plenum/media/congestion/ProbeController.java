package io.plenum.media.congestion;

/**
 * Says when to probe, and how high: 3 times the estimate at the start, twice what came through as long as nearly all
 * came through, and then every few seconds while more is wanted than the estimate allows. An SFU climbs in steps of
 * whole layers, so what it sends says little about what it could send; asking the path does.
 */
final class ProbeController {
  static final double START_FACTOR = 3;
  static final double NEXT_FACTOR = 2;
  /** So much of a probe came through that the path may carry more still. */
  private static final double WORTH_MORE = 0.7;
  /** More than is wanted, so that the bitrate of a layer may vary. */
  static final double OVER_DESIRED = 1.35;
  static final long INTERVAL_NS = 5_000_000_000L;
  /** Nothing has come back for so long: nothing will. */
  private static final long RESULT_TIMEOUT_NS = 1_000_000_000L;

  private boolean started;
  private boolean atStart = true;
  private double factor = START_FACTOR;
  private long nextNs;
  private int lastId;
  private Probe probe;

  /** Something is being sent. */
  void start(long nowNs) {
    if (!started) {
      started = true;
      nextNs = nowNs;
    }
  }

  boolean hasProbed() {
    return !atStart;
  }

  /** The probe that is due, or null. Settles an old one that has not come through. */
  Probe next(long targetBps, long desiredBps, boolean inVain, long nowNs) {
    if (probe != null) {
      if (nowNs - probe.startedNs < RESULT_TIMEOUT_NS) {
        return null;
      }
      end(nowNs);
    }
    if (!started || nowNs < nextNs) {
      return null;
    }
    if (desiredBps <= targetBps || inVain) {
      nextNs = nowNs + (atStart ? RESULT_TIMEOUT_NS : INTERVAL_NS);
      return null;
    }
    long bitrateBps = (long) Math.min(targetBps * factor, desiredBps * OVER_DESIRED);
    lastId = lastId == Integer.MAX_VALUE ? 1 : lastId + 1;
    probe = new Probe(lastId, bitrateBps, nowNs);
    atStart = false;
    factor = NEXT_FACTOR;
    return probe;
  }

  void onAcknowledged(int probeId, long sentNs, long arrivalNs, int sizeBytes) {
    if (probe != null && probe.id == probeId) {
      probe.onAcknowledged(sentNs, arrivalNs, sizeBytes);
    }
  }

  /** After a feedback: what the probe showed, once, or {@link BitrateMeter#UNKNOWN}. */
  long takeResult(long nowNs) {
    long resultBps = probe == null ? BitrateMeter.UNKNOWN : probe.resultBps();
    if (resultBps < 0) {
      return BitrateMeter.UNKNOWN;
    }
    boolean worthMore = resultBps > WORTH_MORE * probe.bitrateBps;
    end(nowNs);
    if (worthMore) {
      nextNs = nowNs;
    }
    return resultBps;
  }

  long nextDeadlineNs() {
    if (probe != null) {
      return probe.startedNs + RESULT_TIMEOUT_NS;
    }
    return started ? nextNs : Long.MAX_VALUE;
  }

  private void end(long nowNs) {
    probe = null;
    nextNs = nowNs + INTERVAL_NS;
  }
}
