package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every video codec comes through, as one stream and in layers. */
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
    assertTrue(bob.pictureOf(alice).distance(alice.pictureOf(alice)) < 30, "not what was sent");
  }

  /** VP8 and H264 as simulcast, VP9 and AV1 as SVC. */
  @ParameterizedTest
  @ValueSource(strings = {"VP8", "VP9", "H264", "AV1"})
  void aViewerMayChooseASmallerPictureAndTheLargeOneAgain(String codec, Stage stage) {
    Participant alice = stage.join("alice", "codec=" + codec, "simulcast=1", "size=640x360");
    Participant bob = stage.join("bob", "video=0");
    bob.awaitFramesFrom(alice, 15);
    System.out.println(alice.page().evaluate("plenum.producers()"));
    System.out.println(alice.stats("send", "outbound-rtp"));
    System.out.println(bob.page().evaluate("plenum.consumers()"));
    System.out.println(bob.tileOf(alice));
    String video = bob.page().evaluate("plenum.consumers().find(c => c.kind === 'video').consumerId").asText();
    bob.act("notify('setConsumerPreferredLayers', {consumerId: '" + video + "', spatialLayer: 0})");
    try { Thread.sleep(4000); } catch (InterruptedException e) { }
    System.out.println(bob.tileOf(alice));
    bob.act("notify('setConsumerPreferredLayers', {consumerId: '" + video + "', spatialLayer: 2})");
    try { Thread.sleep(4000); } catch (InterruptedException e) { }
    System.out.println(bob.tileOf(alice));
    System.out.println(bob.act("request('getConsumerStats', {consumerId: '" + video + "'})"));
  }
}
