package io.plenum.protocol.sctp;

/** RTO (RFC 9260 §6.3.1): how long to wait for an acknowledgement, from the round trips that were seen. */
final class RetransmissionTimeout {
  /** Without backing off. */
  private long measuredNs = SctpTimings.RTO_INITIAL_NS;
  private long rtoNs = measuredNs;
  private long smoothedRttNs;
  private long rttVariationNs;

  /** A round trip of something that was sent once (Karn's rule is the caller's). */
  void onRoundTrip(long rttNs) {
    if (smoothedRttNs == 0) {
      smoothedRttNs = Math.max(1, rttNs);
      rttVariationNs = rttNs / 2;
    } else {
      // RTO.Beta = 1/4, RTO.Alpha = 1/8.
      rttVariationNs += (Math.abs(smoothedRttNs - rttNs) - rttVariationNs) / 4;
      smoothedRttNs += (rttNs - smoothedRttNs) / 8;
    }
    measuredNs = clamp(smoothedRttNs + Math.max(4 * rttVariationNs, SctpTimings.RTO_MARGIN_NS));
    rtoNs = measuredNs;
  }

  /**
   * Something new was acknowledged: the path works. RFC 9260 would wait for a measurement, but what was sent twice
   * gives none (Karn), and on a path that loses much the waits would grow to a minute.
   */
  void undoBackOff() {
    rtoNs = measuredNs;
  }

  /** Nothing came in time (RFC 9260 §6.3.3 E2). */
  void backOff() {
    rtoNs = clamp(2 * rtoNs);
  }

  private static long clamp(long ns) {
    return Math.min(SctpTimings.RTO_MAX_NS, ns);
  }

  long rtoNs() {
    return rtoNs;
  }

  /** 0 before the first. */
  long smoothedRttNs() {
    return smoothedRttNs;
  }
}
