package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a producer offers more than one quality. */
public enum ProducerType {
  /** One stream, one quality. */
  SIMPLE,
  /** Several streams of the same source; a consumer gets one at a time. */
  SIMULCAST,
  /** One stream with spatial or temporal layers inside. */
  SVC;

  private final String label = name().toLowerCase(Locale.ROOT);

  @JsonValue
  public String label() {
    return label;
  }

  /** Audio is simple whatever it claims. */
  public static ProducerType of(MediaKind kind, RtpParameters parameters) {
    if (kind == MediaKind.AUDIO) {
      return SIMPLE;
    }
    if (parameters.encodings().size() > 1) {
      return SIMULCAST;
    }
    ScalabilityMode mode = ScalabilityMode.parse(parameters.encodings().get(0).scalabilityMode());
    return mode.spatialLayers() > 1 || mode.temporalLayers() > 1 ? SVC : SIMPLE;
  }
}
