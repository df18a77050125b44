package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people do in a call, with real browsers and real media. */
@Tag("browser")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ExtendWith(StageExtension.class)
class CallIT {
  @Test
  void twoPeopleSeeAndHearEachOtherAndNotThemselves(Stage stage) {
    Participant alice = stage.joinTinted("alice", 0);
    Participant bob = stage.joinTinted("bob", 120);

    for (int round = 0; round < 3; round++) {
      alice.awaitSeesAndHears(bob);
      bob.awaitSeesAndHears(alice);
    }
    Pictures.assertShows(alice, bob);
    Pictures.assertShows(bob, alice);
    Pictures.assertNotPlain(alice.pictureOf(bob));
    Pictures.assertNotPlain(bob.pictureOf(alice));
    Pictures.assertDiffers(alice.pictureOf(bob), alice.pictureOf(alice));
    Pictures.assertDiffers(bob.pictureOf(alice), bob.pictureOf(bob));
    for (String direction : List.of("send", "recv")) {
      assertEquals("udp", alice.icePath(direction).protocol());
    }
  }

  @Test
  void whoJoinsLateSeesAndHearsEverybodyAndIsSeenAndHeard(Stage stage) {
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob");
    alice.awaitSeesAndHears(bob);
    bob.awaitSeesAndHears(alice);

    Participant carol = stage.join("carol");

    List<Participant> all = List.of(alice, bob, carol);
    for (Participant viewer : all) {
      viewer.awaitTilesOf(all.stream().filter(other -> other != viewer).toArray(Participant[]::new));
      all.stream().filter(other -> other != viewer).forEach(viewer::awaitSeesAndHears);
    }
    assertEquals("carol", alice.tileOf(carol).path("displayName").asText());
  }

  @Test
  void whoIsMutedIsNotHeardAndIsHeardAgainAfterwards(Stage stage) {
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob");
    bob.awaitSeesAndHears(alice);

    alice.press("Mute microphone");
    bob.awaitTileOf(alice, tile -> tile.path("audio").path("paused").asBoolean());
    bob.awaitSilenceOf(alice);
    bob.awaitFramesFrom(alice, 10);
    String signs = "document.querySelectorAll('.tile:not(.is-local) .tile-mic:not([hidden])').length";
    assertEquals(1, bob.page().evaluate(signs).asInt(), "the tile shows who is muted");

    alice.press("Unmute microphone");
    bob.awaitSoundFrom(alice);
    assertEquals(false, bob.tileOf(alice).path("audio").path("paused").asBoolean());
  }

  @Test
  void aCameraThatIsOffShowsNoPictureAndANewOneWhenOnAgain(Stage stage) {
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob");
    bob.awaitSeesAndHears(alice);

    alice.press("Turn camera off");
    bob.awaitTileOf(alice, tile -> !tile.path("video").asBoolean());
    assertNull(bob.pictureOf(alice), "no old picture stays");
    bob.awaitSoundFrom(alice);

    alice.press("Turn camera on");
    bob.awaitFramesFrom(alice, 15);
    Pictures.assertShows(bob, alice);
  }

  @Test
  void aSharedScreenIsASecondTileUntilItIsStopped(Stage stage) {
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob");
    bob.awaitSeesAndHears(alice);

    alice.press("Share screen");
    bob.awaitScreenFramesFrom(alice, 10);
    bob.awaitFramesFrom(alice, 10);
    assertEquals(2, bob.remoteTiles().size());
    Pictures.assertNotPlain(bob.screenOf(alice));
    Participant late = stage.join("carol");
    late.awaitScreenFramesFrom(alice, 10);

    alice.press("Stop sharing");
    bob.awaitTilesOf(alice, late);
    bob.awaitFramesFrom(alice, 10);
  }

  @Test
  void whoLeavesIsGoneForTheOthersAndMayComeBack(Stage stage) {
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob");
    bob.awaitSeesAndHears(alice);

    alice.press("Leave");
    bob.awaitTilesOf();
    assertEquals("left", alice.state().path("name").asText());
    // A consumer is told to be closed after the peer is told to be gone.
    bob.page().await("plenum.consumers()", JsonNode::isEmpty, Duration.ofSeconds(10));

    alice.page().click("#card-actions .button-primary");
    alice.awaitJoined();
    bob.awaitTilesOf(alice);
    bob.awaitSeesAndHears(alice);
    alice.awaitSeesAndHears(bob);
  }

  @Test
  void whoReloadsThePageKeepsTheirOnePlace(Stage stage) {
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob");
    bob.awaitSeesAndHears(alice);
    String peerId = alice.peerId();

    alice.page().reload();
    alice.awaitJoined();

    assertEquals(peerId, alice.peerId());
    bob.awaitSeesAndHears(alice);
    alice.awaitSeesAndHears(bob);
    bob.awaitTilesOf(alice);
    assertEquals(2, bob.page().evaluate("plenum.consumers()").size(), "a sound and a picture, none of the old page");
  }

  @Test
  void whoOpensTheCallTwiceIsInItOnceAndTheOldPageSaysWhy(Stage stage) {
    Participant alice = stage.join("alice", "peer=the-same");
    Participant bob = stage.join("bob");
    bob.awaitSeesAndHears(alice);

    Participant again = stage.join("again", "peer=the-same");

    assertEquals("replaced", alice.awaitState("refused").path("code").asText());
    assertNotEquals("", alice.page().evaluate("document.getElementById('card-text').textContent").asText());
    bob.awaitSeesAndHears(again);
    bob.awaitTilesOf(again);
  }

  @Test
  void aNewNameIsSeenByTheOthers(Stage stage) {
    Participant alice = stage.join("alice");
    Participant bob = stage.join("bob");
    bob.awaitTilesOf(alice);

    alice.act("setName('Alice Liddell')");

    bob.await("plenum.peers()", peers -> peers.path(0).path("displayName").asText().equals("Alice Liddell"));
    assertEquals("Alice Liddell", bob.tileOf(alice).path("displayName").asText());
  }
}
