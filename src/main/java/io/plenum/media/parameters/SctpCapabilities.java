package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

/** How many SCTP streams an endpoint can have. Newer clients do not say it, and nothing depends on it. */
public record SctpCapabilities(NumSctpStreams numStreams) {
  /**
   * @param outgoing streams it will open at first
   * @param maxIncoming streams it will accept
   */
  public record NumSctpStreams(@JsonProperty("OS") int outgoing, @JsonProperty("MIS") int maxIncoming) {
    static NumSctpStreams read(JsonFields json) {
      return new NumSctpStreams((int) json.integer("OS", 1, 65_535), (int) json.integer("MIS", 1, 65_535));
    }
  }

  /** @throws IllegalParameters with {@link IllegalParameters#INVALID_SCTP_PARAMETERS} */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static SctpCapabilities fromJson(Object json) {
    JsonFields fields = JsonFields.of(json, IllegalParameters.INVALID_SCTP_PARAMETERS, "sctpCapabilities");
    return new SctpCapabilities(NumSctpStreams.read(fields.object("numStreams")));
  }
}
