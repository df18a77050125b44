package io.plenum.media.parameters;

/**
 * A header extension that a router or an endpoint has for one kind of media (RFC 8285).
 *
 * @param direction as the one sees it who announces it
 */
public record RtpHeaderExtension(MediaKind kind, String uri, int preferredId, boolean preferredEncrypt,
    RtpHeaderExtensionDirection direction) {
  static RtpHeaderExtension read(JsonFields json) {
    MediaKind kind = json.choice("kind", MediaKind.values(), MediaKind::label, null);
    if (kind == null) {
      throw json.refuse("kind", "is missing");
    }
    return new RtpHeaderExtension(kind, json.text("uri", TextRule.URI),
        (int) json.integer("preferredId", Integer.MIN_VALUE, Integer.MAX_VALUE),
        json.flag("preferredEncrypt", false),
        json.choice("direction", RtpHeaderExtensionDirection.values(), RtpHeaderExtensionDirection::label,
            RtpHeaderExtensionDirection.SENDRECV));
  }
}
