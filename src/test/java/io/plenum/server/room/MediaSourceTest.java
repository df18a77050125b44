package io.plenum.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.media.parameters.MediaKind;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MediaSourceTest {
  @Test
  void newerClientsSayItAndOfOlderOnesItFollowsFromShareAndKind() {
    assertEquals("audio", MediaSource.of(MediaKind.AUDIO, Map.of()));
    assertEquals("video", MediaSource.of(MediaKind.VIDEO, Map.of()));
    assertEquals("screensharing", MediaSource.of(MediaKind.VIDEO, Map.of("share", true)));
    assertEquals("audio", MediaSource.of(MediaKind.AUDIO, Map.of("share", true)), "the sound of a screen is a sound");
    assertEquals("video", MediaSource.of(MediaKind.VIDEO, Map.of("share", false)));
    assertEquals("video", MediaSource.of(MediaKind.VIDEO, Map.of("share", "true")));
    assertEquals("screensharing", MediaSource.of(MediaKind.VIDEO, Map.of("source", "screensharing")));
    assertEquals("whiteboard", MediaSource.of(MediaKind.VIDEO, Map.of("source", "whiteboard", "share", true)));
  }
}
