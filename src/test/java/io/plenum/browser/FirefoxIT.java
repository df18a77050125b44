package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two kinds of browsers in one call. Firefox has no H264 without a plug-in, which cannot be had everywhere. */
@Tag("browser")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ExtendWith(StageExtension.class)
class FirefoxIT {
  @ParameterizedTest
  @CsvSource({"VP8, 0", "VP8, 1", "VP9, 0"})
  void firefoxAndChromiumSeeAndHearEachOther(String codec, String simulcast, Stage stage) {
    stage.useNodeFor(BrowserRemote.Kind.FIREFOX);
    Participant alice =
        stage.join(BrowserRemote.Kind.FIREFOX, "alice", "codec=" + codec, "simulcast=" + simulcast, "size=640x360");
    Participant bob = stage.join("bob", "codec=" + codec, "simulcast=" + simulcast, "size=640x360");

    for (int round = 0; round < 2; round++) {
      alice.awaitSeesAndHears(bob);
      bob.awaitSeesAndHears(alice);
    }
    Pictures.assertShows(alice, bob);
    Pictures.assertShows(bob, alice);
    assertEquals(codec, bob.tileOf(alice).path("codec").asText());
    assertEquals(codec, alice.tileOf(bob).path("codec").asText());
  }

  @ParameterizedTest
  @CsvSource({"FIREFOX, CHROMIUM", "CHROMIUM, FIREFOX"})
  void mutingLeavingAndReloadingWorkBetweenThem(BrowserRemote.Kind one, BrowserRemote.Kind other, Stage stage) {
    stage.useNodeFor(BrowserRemote.Kind.FIREFOX);
    Participant alice = stage.join(one, "alice");
    Participant bob = stage.join(other, "bob");
    bob.awaitSeesAndHears(alice);

    alice.press("Mute microphone");
    bob.awaitSilenceOf(alice);
    alice.press("Unmute microphone");
    bob.awaitSoundFrom(alice);
    alice.press("Turn camera off");
    bob.awaitTileOf(alice, tile -> !tile.path("video").asBoolean());
    alice.press("Turn camera on");
    bob.awaitFramesFrom(alice, 10);

    alice.page().reload();
    alice.awaitJoined();
    bob.awaitSeesAndHears(alice);
    bob.awaitTilesOf(alice);

    alice.press("Leave");
    bob.awaitTilesOf();
  }
}
