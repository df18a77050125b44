package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One stream of a producer or consumer. All fields may be null; SSRCs are unsigned 32 bits.
 *
 * @param codecPayloadType of the codec it uses; null means the first
 * @param maxBitrate bits per second
 * @param scaleResolutionDownBy what a browser says of its simulcast streams; nothing here depends on it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RtpEncodingParameters(Long ssrc, String rid, Integer codecPayloadType, RtxParameters rtx, Boolean dtx,
    String scalabilityMode, Long maxBitrate, Double scaleResolutionDownBy) {
  private static final long MAX_SSRC = 0xffff_ffffL;
  /** Far above any encoder; it only has to keep sums within a long. */
  private static final long MAX_BITRATE_BPS = 1_000_000_000_000L;
  private static final double MAX_SCALE_DOWN = 1_000;

  /** Where the retransmissions of a stream are. */
  public record RtxParameters(long ssrc) {}

  static RtpEncodingParameters read(JsonFields json) {
    // libwebrtc and others take SSRC 0 for "not known yet".
    Long ssrc = json.optionalInteger("ssrc", 1, MAX_SSRC);
    JsonFields rtx = json.optionalObject("rtx");
    return new RtpEncodingParameters(ssrc, json.optionalText("rid", TextRule.RID),
        json.optionalInt("codecPayloadType", 0, CodecFields.MAX_PAYLOAD_TYPE),
        rtx == null ? null : new RtxParameters(rtx.integer("ssrc", 1, MAX_SSRC)),
        json.optionalFlag("dtx"), json.optionalText("scalabilityMode", TextRule.SCALABILITY_MODE),
        json.optionalInteger("maxBitrate", 0, MAX_BITRATE_BPS),
        json.optionalNumber("scaleResolutionDownBy", 0, MAX_SCALE_DOWN));
  }

  /** What this encoding becomes on another SSRC: its rid, codec and scale belong to the publisher alone. */
  RtpEncodingParameters movedTo(long newSsrc, RtxParameters newRtx) {
    return new RtpEncodingParameters(newSsrc, null, null, newRtx, dtx, scalabilityMode, maxBitrate, null);
  }
}
