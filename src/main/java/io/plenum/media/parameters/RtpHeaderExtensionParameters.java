package io.plenum.media.parameters;

import io.plenum.protocol.rtp.RtpPacket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A header extension as it is used in one producer or consumer. */
public record RtpHeaderExtensionParameters(String uri, int id, boolean encrypt, Map<String, Object> parameters) {
  public RtpHeaderExtensionParameters {
    parameters = CodecFields.inOrder(parameters);
  }

  static RtpHeaderExtensionParameters read(JsonFields json) {
    String uri = json.text("uri", TextRule.URI);
    int id = (int) json.integer("id", Integer.MIN_VALUE, Integer.MAX_VALUE);
    if (isOnTheWire(id) && id > RtpPacket.MAX_EXTENSION_ID && KnownHeaderExtension.ofUri(uri) != null) {
      // Taken, it would be as if it were never sent, and nothing would say why: no mid, no layers, no estimate.
      throw json.refuse("id", "must not be above " + RtpPacket.MAX_EXTENSION_ID + " for " + uri);
    }
    if (json.flag("encrypt", false)) {
      throw json.refuse("encrypt", "must be false: encrypted header extensions are not supported");
    }
    return new RtpHeaderExtensionParameters(uri, id, false, json.parameters("parameters"));
  }

  /** Ids that a packet can carry: 15 is reserved (RFC 8285 §4.2). */
  static boolean isOnTheWire(int id) {
    return id >= 1 && id <= ParameterLimits.MAX_HEADER_EXTENSION_ID && id != 15;
  }

  /**
   * Those that packets can carry, without doubles, of which the first stands. Clients list what no SDP of theirs has:
   * mediasoup-client 3.17 to 3.21 gives abs-capture-time the next free id, which is 15 in Chromium. No packet has such
   * an extension, so there is nothing to refuse.
   */
  static List<RtpHeaderExtensionParameters> usable(List<RtpHeaderExtensionParameters> listed) {
    Set<Integer> ids = new HashSet<>();
    Set<String> uris = new HashSet<>();
    List<RtpHeaderExtensionParameters> usable = new ArrayList<>(listed.size());
    for (RtpHeaderExtensionParameters extension : listed) {
      if (isOnTheWire(extension.id()) && !uris.contains(extension.uri()) && ids.add(extension.id())) {
        uris.add(extension.uri());
        usable.add(extension);
      }
    }
    return usable;
  }
}
