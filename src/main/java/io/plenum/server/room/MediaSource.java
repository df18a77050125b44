package io.plenum.server.room;

import io.plenum.media.parameters.MediaKind;
import java.util.Map;

/**
 * What a producer shows, as {@code appData.source} says it: {@code audio}, {@code video} or {@code screensharing}. Newer clients say
 * so themselves and need it of everybody, to know which sound and picture belong together; older ones say {@code share: true} of a
 * screen and nothing of the rest.
 */
final class MediaSource {
  static final String KEY = "source";

  private MediaSource() {}

  /** What the client says, else what follows from the rest. */
  static Object of(MediaKind kind, Map<String, Object> appData) {
    Object said = appData.get(KEY);
    if (said != null) {
      return said;
    }
    return kind == MediaKind.VIDEO && Boolean.TRUE.equals(appData.get("share")) ? "screensharing" : kind.label();
  }
}
