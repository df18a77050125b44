package io.plenum.protocol.stun;

/** The errors that an ICE agent answers with, and their reason phrases (RFC 8489 §14.8, RFC 8445 §16.1). */
public enum StunError {
  BAD_REQUEST(400, "Bad Request"),
  UNAUTHENTICATED(401, "Unauthenticated"),
  UNKNOWN_ATTRIBUTE(420, "Unknown Attribute"),
  ROLE_CONFLICT(487, "Role Conflict");

  private final int code;
  private final String reason;

  StunError(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  public int code() {
    return code;
  }

  public String reason() {
    return reason;
  }
}
