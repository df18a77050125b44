package io.plenum.media.router;

/** How a producer's streams speak to the publisher. The RTP session that receives them writes and sends. */
public interface RtpFeedback {
  /** @param sequenceNumbers 16 bit each, the caller's again when the call returns */
  void sendNack(int ssrc, int[] sequenceNumbers, int count);

  /** @param pli false: the publisher understands FIR only */
  void sendKeyFrameRequest(int ssrc, boolean pli);
}
