package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/** How a producer's packets are renamed on their way into the router. */
public record RtpMapping(List<Codec> codecs, List<Encoding> encodings) {
  public RtpMapping {
    codecs = List.copyOf(codecs);
    encodings = List.copyOf(encodings);
  }

  /**
   * @param payloadType the publisher's
   * @param mappedPayloadType the router's
   */
  public record Codec(int payloadType, int mappedPayloadType) {}

  /**
   * One per encoding of the producer, in its order.
   *
   * @param ssrc the publisher's, or null when it is found by rid or mid
   * @param mappedSsrc the router's
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Encoding(Long ssrc, String rid, String scalabilityMode, long mappedSsrc) {}

  /** The router's payload type for one of the publisher's, or -1. */
  public int mappedPayloadType(int payloadType) {
    for (Codec codec : codecs) {
      if (codec.payloadType == payloadType) {
        return codec.mappedPayloadType;
      }
    }
    return -1;
  }
}
