package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every video codec comes through, as one stream and in layers of which a viewer may choose. */
@Tag("browser")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ExtendWith(StageExtension.class)
class CodecIT {
  @ParameterizedTest
  @ValueSource(strings = {"VP8", "VP9", "H264", "AV1"})
  void thePictureComesThroughInEachCodec(String codec, Stage stage) {
    Participant alice = stage.join("alice", "codec=" + codec);
    Participant bob = stage.join("bob", "codec=" + codec);

    alice.awaitSeesAndHears(bob);
    bob.awaitFramesFrom(alice, 60);

    assertEquals(codec, bob.tileOf(alice).path("codec").asText());
    assertEquals("opus", bob.tileOf(alice).path("audio").path("codec").asText());
    Pictures.assertShows(bob, alice);
  }

  /** VP8 and H264 as simulcast, VP9 as SVC, of which Chromium makes no layer narrower than 240 pixels. */
  @ParameterizedTest
  @CsvSource({"VP8, 160", "VP9, 320", "H264, 160"})
  void aViewerMayChooseASmallPictureAndALargeOneAgain(String codec, int smallest, Stage stage) {
    Participant alice = stage.join("alice", "codec=" + codec, "simulcast=1", "size=640x360");
    Participant bob = stage.join("bob", "video=0");
    bob.awaitFramesFrom(alice, 15);

    prefer(bob, alice, 0, 2);
    bob.awaitTileOf(alice, tile -> tile.path("width").asInt() == smallest);
    bob.awaitFramesFrom(alice, 15);

    // Not the largest: Chromium was seen to send only two of three layers for a minute, with bandwidth to spare.
    prefer(bob, alice, 2, 2);
    bob.awaitTileOf(alice, tile -> tile.path("width").asInt() >= 2 * smallest);
    bob.awaitFramesFrom(alice, 15);

    prefer(bob, alice, 0, 2);
    bob.awaitTileOf(alice, tile -> tile.path("width").asInt() == smallest);
    bob.awaitFramesFrom(alice, 15);
    Pictures.assertShows(bob, alice);
  }

  /**
   * An encoder that is short of bitrate gives its upper spatial layer up without a word, and in K-SVC the rest is left out. On a
   * busy machine Chromium takes 480 pixels of the camera's 640.
   */
  @Test
  void aViewerKeepsThePictureWhenTheSenderGivesItsUpperLayerUp(Stage stage) {
    Participant alice = stage.join("alice", "codec=VP9", "simulcast=1", "size=640x360");
    Participant bob = stage.join("bob", "video=0");
    bob.awaitTileOf(alice, tile -> tile.path("width").asInt() >= 480);
    bob.awaitFramesFrom(alice, 15);

    alice.changeEncoding("{maxBitrate: 80000}");
    TileHistory history = bob.watch(alice, Duration.ofSeconds(5), Duration.ofMillis(50));
    assertTrue(history.longestStallMs() < 2_000, "ms without a frame: " + history.longestStallMs());
    bob.awaitTileOf(alice, tile -> tile.path("width").asInt() <= 320);
  }

  @ParameterizedTest
  @ValueSource(strings = {"VP8", "VP9", "AV1"})
  void aViewerMayChooseFewerFramesAndAllOfThemAgain(String codec, Stage stage) {
    Participant alice = stage.join("alice", "codec=" + codec, "simulcast=1");
    Participant bob = stage.join("bob", "video=0");
    double all = framesPerSecond(bob, alice, 0, Double.MAX_VALUE);

    prefer(bob, alice, 2, 0);
    framesPerSecond(bob, alice, 0, 0.6 * all);

    prefer(bob, alice, 2, 2);
    framesPerSecond(bob, alice, 0.8 * all, Double.MAX_VALUE);
  }

  private static void prefer(Participant viewer, Participant sender, int spatialLayer, int temporalLayer) {
    viewer.act("notify('setConsumerPreferredLayers', {consumerId: '" + viewer.videoConsumerOf(sender)
        + "', spatialLayer: " + spatialLayer + ", temporalLayer: " + temporalLayer + "})");
  }

  /** Waits for a second and a half in which there were so many frames per second, not fewer and not more. */
  private static double framesPerSecond(Participant viewer, Participant sender, double least, double most) {
    double[] measured = new double[1];
    viewer.awaitFramesFrom(sender, 8);
    viewer.await("1", one -> {
      TileHistory history = viewer.watch(sender, Duration.ofMillis(1500), Duration.ofMillis(500));
      measured[0] = history.framesPerSecond();
      return measured[0] >= least && measured[0] <= most && measured[0] > 1;
    });
    return measured[0];
  }
}
