package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a consumer chooses from what its producer offers. */
public enum ConsumerType {
  SIMPLE, SIMULCAST, SVC,
  /** All encodings of the producer at once, towards another router. */
  PIPE;

  private final String label = name().toLowerCase(Locale.ROOT);

  @JsonValue
  public String label() {
    return label;
  }

  /** Of a consumer that is not a pipe. */
  public static ConsumerType of(ProducerType producer) {
    return switch (producer) {
      case SIMPLE -> SIMPLE;
      case SIMULCAST -> SIMULCAST;
      case SVC -> SVC;
    };
  }
}
