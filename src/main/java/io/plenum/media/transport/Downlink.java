package io.plenum.media.transport;

import io.plenum.protocol.rtcp.Remb;
import io.plenum.protocol.rtcp.TransportFeedback;

/** What the endpoint tells us about the path to it. */
final class Downlink {
  private long rembBitrateBps;
  private long feedbackCount;

  void onRemb(Remb remb, long nowNs) {
    rembBitrateBps = remb.bitrateBps();
  }

  void onTransportFeedback(TransportFeedback feedback, long nowNs) {
    feedbackCount++;
  }

  /** What the endpoint said last, 0 if it never did. */
  long rembBitrateBps() {
    return rembBitrateBps;
  }

  long feedbackCount() {
    return feedbackCount;
  }
}
