package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Which way a header extension goes, seen by the one who announces it. */
public enum RtpHeaderExtensionDirection {
  SENDRECV, SENDONLY, RECVONLY, INACTIVE;

  private final String label = name().toLowerCase(Locale.ROOT);

  @JsonValue
  public String label() {
    return label;
  }

  boolean sends() {
    return this == SENDRECV || this == SENDONLY;
  }
}
