package io.plenum.browser;

import static io.plenum.browser.ClusterFaultIT.figure;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A call whose people are on three nodes, with real browsers: what they do crosses nodes. */
@Tag("browser")
@Tag("cluster")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@ExtendWith(StageExtension.class)
class ClusterCallIT {
  @Test
  void peopleOnThreeNodesAreOneCall(Stage stage) {
    try (ClusterUnderTest cluster = ClusterUnderTest.start(3)) {
      Participant alice = join(stage, cluster.node(0), "alice");
      Participant bob = join(stage, cluster.node(1), "bob");
      alice.awaitSeesAndHears(bob);
      bob.awaitSeesAndHears(alice);

      // Late, on another node.
      long startNs = System.nanoTime();
      Participant carol = join(stage, cluster.node(2), "carol");
      List<Participant> all = List.of(alice, bob, carol);
      for (Participant viewer : all) {
        viewer.awaitTilesOf(all.stream().filter(other -> other != viewer).toArray(Participant[]::new));
        all.stream().filter(other -> other != viewer).forEach(viewer::awaitSeesAndHears);
      }
      figure("call.lateJoinerAllSeeAllMs", (System.nanoTime() - startNs) / 1_000_000);
      assertEquals("carol", alice.tileOf(carol).path("displayName").asText());

      alice.press("Mute microphone");
      bob.awaitTileOf(alice, tile -> tile.path("audio").path("paused").asBoolean());
      carol.awaitSilenceOf(alice);
      bob.awaitFramesFrom(alice, 10);
      alice.press("Unmute microphone");
      bob.awaitSoundFrom(alice);

      bob.press("Turn camera off");
      alice.awaitTileOf(bob, tile -> !tile.path("video").asBoolean());
      alice.awaitSoundFrom(bob);
      bob.press("Turn camera on");
      alice.awaitFramesFrom(bob, 15);

      alice.act("setName('Alice Liddell')");
      carol.await("plenum.peers()", peers -> {
        List<String> names = new ArrayList<>();
        peers.forEach(peer -> names.add(peer.path("displayName").asText()));
        return names.contains("Alice Liddell");
      });

      carol.press("Leave");
      alice.awaitTilesOf(bob);
      bob.awaitTilesOf(alice);
      for (Participant viewer : List.of(alice, bob)) {
        viewer.press("Leave");
      }
      figure("call.nothingLeftMs", cluster.awaitNothingLeft(30_000));
      assertEquals(List.of(), cluster.errors());
    }
  }

  private static Participant join(Stage stage, NodeUnderTest node, String name) {
    Participant participant = stage.open(BrowserRemote.Kind.CHROMIUM, name, "", node.url());
    participant.awaitJoined();
    return participant;
  }
}
