package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a producer or consumer carries; in JSON {@code audio} or {@code video}. */
public enum MediaKind {
  AUDIO, VIDEO;

  private final String label = name().toLowerCase(Locale.ROOT);

  @JsonValue
  public String label() {
    return label;
  }

  /** @throws IllegalParameters unless it is the string {@code audio} or {@code video} */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static MediaKind fromJson(Object json) {
    for (MediaKind kind : values()) {
      if (kind.label.equals(json)) {
        return kind;
      }
    }
    throw new IllegalParameters(IllegalParameters.INVALID_KIND, "kind must be one of audio, video");
  }

  /** Of a checked MIME type, which begins with the kind. */
  static MediaKind ofMimeType(String mimeType) {
    return mimeType.regionMatches(true, 0, "audio/", 0, 6) ? AUDIO : VIDEO;
  }
}
