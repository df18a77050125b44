package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How one data channel uses SCTP (RFC 8831 §6). At most one of the two limits is set, and then the channel is unordered.
 *
 * @param streamId 0 to 65534, or null when the other side is to choose
 * @param maxPacketLifeTime milliseconds after which a message is not sent again, or null
 * @param maxRetransmits times that a message is sent again, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SctpStreamParameters(Integer streamId, boolean ordered, Integer maxPacketLifeTime,
    Integer maxRetransmits) {
  private static final int MAX_UNSIGNED_SHORT = 65_535;

  /**
   * Reads what a client signals. A limit without a word on order means unordered, as in mediasoup.
   *
   * @throws IllegalParameters with {@link IllegalParameters#INVALID_SCTP_PARAMETERS}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static SctpStreamParameters fromJson(Object json) {
    JsonFields fields = JsonFields.of(json, IllegalParameters.INVALID_SCTP_PARAMETERS, "sctpStreamParameters");
    Integer streamId = fields.optionalInt("streamId", 0, ParameterLimits.MAX_SCTP_STREAM_ID);
    Integer lifeTimeMs = fields.optionalInt("maxPacketLifeTime", 0, MAX_UNSIGNED_SHORT);
    Integer retransmits = fields.optionalInt("maxRetransmits", 0, MAX_UNSIGNED_SHORT);
    boolean limited = lifeTimeMs != null || retransmits != null;
    boolean ordered = fields.flag("ordered", !limited);
    if (lifeTimeMs != null && retransmits != null) {
      throw fields.refuse("maxRetransmits", "cannot be combined with maxPacketLifeTime");
    }
    if (ordered && limited) {
      throw fields.refuse("ordered", "cannot be true with maxPacketLifeTime or maxRetransmits");
    }
    return new SctpStreamParameters(streamId, ordered, lifeTimeMs, retransmits);
  }
}
