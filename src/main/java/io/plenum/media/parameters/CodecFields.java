package io.plenum.media.parameters;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the fields that a codec has both in capabilities and in parameters. */
final class CodecFields {
  /** G.711's 8 kHz up to what a future codec may need; only zero and below are nonsense. */
  private static final int MAX_CLOCK_RATE_HZ = 384_000;
  private static final int MAX_CHANNELS = 255;
  static final int MAX_PAYLOAD_TYPE = 127;

  private CodecFields() {}

  static int clockRate(JsonFields codec) {
    return (int) codec.integer("clockRate", 1, MAX_CLOCK_RATE_HZ);
  }

  /** Audio has one channel unless it says otherwise; video has none, whatever it says. */
  static Integer channels(JsonFields codec, String mimeType) {
    Integer channels = codec.optionalInt("channels", 1, MAX_CHANNELS);
    if (MediaKind.ofMimeType(mimeType) == MediaKind.VIDEO) {
      return null;
    }
    return channels == null ? Integer.valueOf(1) : channels;
  }

  static Map<String, Object> parameters(JsonFields codec, String mimeType) {
    Map<String, Object> parameters = codec.parameters("parameters");
    boolean rtx = mimeType.equalsIgnoreCase("audio/rtx") || mimeType.equalsIgnoreCase("video/rtx");
    if (rtx || parameters.containsKey("apt")) {
      codec.parametersObject().integer("apt", 0, MAX_PAYLOAD_TYPE);
    }
    return parameters;
  }

  static List<RtcpFeedback> rtcpFeedback(JsonFields codec) {
    return codec.list("rtcpFeedback", ParameterLimits.MAX_RTCP_FEEDBACK, RtcpFeedback::read);
  }

  /** Keeps the order in which parameters were given: they end up in an SDP that people read. */
  static Map<String, Object> inOrder(Map<String, Object> parameters) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }
}
