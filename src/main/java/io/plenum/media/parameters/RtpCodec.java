package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;

/** What a codec in capabilities and a codec in parameters have in common. */
public sealed interface RtpCodec permits RtpCodecCapability, RtpCodecParameters {
  /** Such as {@code video/VP8}; compared without regard to case. */
  String mimeType();

  int clockRate();

  /** Null for video. */
  Integer channels();

  /** fmtp parameters: each value is a String, an Integer, a Long or a Double. */
  Map<String, Object> parameters();

  /** Retransmissions of another codec, which {@link #associatedPayloadType} names (RFC 4588). */
  @JsonIgnore
  default boolean isRtx() {
    return mimeType().regionMatches(true, 6, "rtx", 0, 3) && mimeType().length() == 9;
  }

  default boolean hasMimeType(String other) {
    return mimeType().equalsIgnoreCase(other);
  }

  /** RTX's {@code apt}, or -1. */
  default int associatedPayloadType() {
    return (int) integerParameter("apt", -1);
  }

  /** A parameter that some peers write as a number and some as a string; {@code otherwise} when absent or neither. */
  default long integerParameter(String name, long otherwise) {
    Object value = parameters().get(name);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    // Nine digits fit any int; there is no longer number among fmtp parameters that we read.
    if (value instanceof String text && text.matches("[0-9]{1,9}")) {
      return Integer.parseInt(text);
    }
    return otherwise;
  }

  /** A parameter as text, or null when absent. A profile-level-id of digits only may arrive as a number. */
  default String textParameter(String name) {
    Object value = parameters().get(name);
    return value == null ? null : value.toString();
  }
}
