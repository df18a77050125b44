package io.plenum.media.parameters;

import io.plenum.protocol.rtp.RtpPacket;
import java.util.Map;

/** A header extension as it is used in one producer or consumer. */
public record RtpHeaderExtensionParameters(String uri, int id, boolean encrypt, Map<String, Object> parameters) {
  public RtpHeaderExtensionParameters {
    parameters = CodecFields.inOrder(parameters);
  }

  static RtpHeaderExtensionParameters read(JsonFields json) {
    String uri = json.text("uri", TextRule.URI);
    int id = (int) json.integer("id", 1, ParameterLimits.MAX_HEADER_EXTENSION_ID);
    if (id == 15) {
      throw json.refuse("id", "must not be 15, which is reserved (RFC 8285)");
    }
    if (id > RtpPacket.MAX_EXTENSION_ID && KnownHeaderExtension.ofUri(uri) != null) {
      // Taken, it would be as if it were never sent, and nothing would say why: no mid, no layers, no estimate.
      throw json.refuse("id", "must not be above " + RtpPacket.MAX_EXTENSION_ID + " for " + uri);
    }
    if (json.flag("encrypt", false)) {
      throw json.refuse("encrypt", "must be false: encrypted header extensions are not supported");
    }
    return new RtpHeaderExtensionParameters(uri, id, false, json.parameters("parameters"));
  }
}
