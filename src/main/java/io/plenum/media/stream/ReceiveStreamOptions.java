package io.plenum.media.stream;

/**
 * What a {@link ReceiveStream} is told once.
 *
 * @param ssrc of the media
 * @param clockRate of the RTP timestamp, in Hz
 * @param video there are key frames, and the sender can be asked for one
 * @param nack the sender answers generic NACKs
 * @param pli the sender understands PLI; without it FIR is counted
 * @param inactivityTimeoutNs without RTP for so long the score becomes 0; 0 for never
 * @param keyFrameMinIntervalNs as in {@link KeyFrameRequester}, 0 for none
 */
public record ReceiveStreamOptions(int ssrc, int clockRate, boolean video, boolean nack, boolean pli,
    long inactivityTimeoutNs, long keyFrameMinIntervalNs) {
  /** One of several simulcast streams that is silent for so long is off, and consumers must look for another. */
  public static final long SIMULCAST_INACTIVITY_TIMEOUT_NS = 1_500_000_000L;
  /** The same when the encoder may pause between frames that are alike. */
  public static final long DTX_INACTIVITY_TIMEOUT_NS = 5_000_000_000L;

  private static final int VIDEO_CLOCK_RATE = 90_000;

  public static ReceiveStreamOptions video(int ssrc) {
    return new ReceiveStreamOptions(ssrc, VIDEO_CLOCK_RATE, true, true, true, 0, KeyFrameRequester.DEFAULT_MIN_INTERVAL_NS);
  }

  public static ReceiveStreamOptions simulcastVideo(int ssrc) {
    return new ReceiveStreamOptions(ssrc, VIDEO_CLOCK_RATE, true, true, true, SIMULCAST_INACTIVITY_TIMEOUT_NS,
        KeyFrameRequester.DEFAULT_MIN_INTERVAL_NS);
  }

  public static ReceiveStreamOptions audio(int ssrc, int clockRate, boolean nack) {
    return new ReceiveStreamOptions(ssrc, clockRate, false, nack, false, 0, 0);
  }
}
