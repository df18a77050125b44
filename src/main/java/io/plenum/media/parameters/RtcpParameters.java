package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How RTCP is used.
 *
 * @param cname empty when the publisher did not say: browsers do not for simulcast
 * @param reducedSize RFC 5506
 * @param mux null, or whether RTCP shares the port of RTP
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RtcpParameters(String cname, boolean reducedSize, Boolean mux) {
  static final RtcpParameters UNSAID = new RtcpParameters("", true, null);

  static RtcpParameters read(JsonFields json) {
    return new RtcpParameters(json.text("cname", TextRule.CNAME, ""), json.flag("reducedSize", true),
        json.optionalFlag("mux"));
  }
}
