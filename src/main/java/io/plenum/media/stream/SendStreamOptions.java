package io.plenum.media.stream;

/**
 * What a {@link SendStream} is told once. Initial sequence numbers are random and below 2^15 (RFC 3711 §3.3.1: a loss
 * of the first packets must not look like a roll-over).
 *
 * @param ssrc of the outgoing media
 * @param payloadType towards this receiver
 * @param clockRate of the RTP timestamp, in Hz
 * @param repair how packets that the receiver misses are sent again
 * @param rtxSsrc and rtxPayloadType matter for {@link Repair#RTX} only
 * @param maxResendAgeNs packets that went out longer ago are not sent again
 * @param vp8 picture ids are rewritten
 */
public record SendStreamOptions(int ssrc, int payloadType, int clockRate, int initialSequenceNumber, Repair repair,
    int rtxSsrc, int rtxPayloadType, int initialRtxSequenceNumber, long maxResendAgeNs, boolean vp8) {
  /** Form in which a packet is sent again. */
  public enum Repair {
    /** Not at all. */
    NONE,
    /**
     * As it was, on the same SSRC: with the abs-send-time and the transport-wide number of the first time, too, for two
     * texts under the same SSRC and sequence number break AES-GCM (RFC 7714 §8.4).
     */
    AS_SENT,
    /** RFC 4588, on an SSRC of its own. */
    RTX;

    /** The way of a stream for which RTX or NACK alone was agreed. */
    public static Repair of(boolean rtx, boolean nack) {
      return rtx ? RTX : nack ? AS_SENT : NONE;
    }
  }

  /** Longer than any jitter buffer waits for a picture. */
  public static final long VIDEO_MAX_RESEND_AGE_NS = 2_000_000_000L;
  /** Sound is played sooner. */
  public static final long AUDIO_MAX_RESEND_AGE_NS = 1_000_000_000L;

  private static final int VIDEO_CLOCK_RATE = 90_000;

  public static SendStreamOptions video(int ssrc, int payloadType, int initialSequenceNumber, boolean vp8) {
    return new SendStreamOptions(ssrc, payloadType, VIDEO_CLOCK_RATE, initialSequenceNumber, Repair.NONE, 0, 0, 0,
        VIDEO_MAX_RESEND_AGE_NS, vp8);
  }

  public static SendStreamOptions audio(int ssrc, int payloadType, int clockRate, int initialSequenceNumber) {
    return new SendStreamOptions(ssrc, payloadType, clockRate, initialSequenceNumber, Repair.NONE, 0, 0, 0,
        AUDIO_MAX_RESEND_AGE_NS, false);
  }

  /** The same, repaired by the identical packet. */
  public SendStreamOptions withRepairAsSent() {
    return new SendStreamOptions(ssrc, payloadType, clockRate, initialSequenceNumber, Repair.AS_SENT, 0, 0, 0,
        maxResendAgeNs, vp8);
  }

  public SendStreamOptions withRtx(int rtxSsrc, int rtxPayloadType, int initialRtxSequenceNumber) {
    return new SendStreamOptions(ssrc, payloadType, clockRate, initialSequenceNumber, Repair.RTX, rtxSsrc,
        rtxPayloadType, initialRtxSequenceNumber, maxResendAgeNs, vp8);
  }
}
