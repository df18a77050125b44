package io.plenum.protocol.sctp;

/** RTO (RFC 9260 §6.3.1): how long to wait for an acknowledgement, from the round trips that were seen. */
final class RetransmissionTimeout {
  private long rtoNs = SctpTimings.RTO_INITIAL_NS;
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
    rtoNs = clamp(smoothedRttNs + 4 * rttVariationNs);
  }

  /** Nothing came in time (RFC 9260 §6.3.3 E2). */
  void backOff() {
    rtoNs = clamp(2 * rtoNs);
  }

  private static long clamp(long ns) {
    return Math.max(SctpTimings.RTO_MIN_NS, Math.min(SctpTimings.RTO_MAX_NS, ns));
  }

  long rtoNs() {
    return rtoNs;
  }

  /** 0 before the first. */
  long smoothedRttNs() {
    return smoothedRttNs;
  }
}
