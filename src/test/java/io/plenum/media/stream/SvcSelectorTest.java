package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.stream.StreamSelector.Decision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SvcSelectorTest {
  private static RoutedPacket packet(int picture, int spatial, boolean key) {
    RoutedPacket packet = new RoutedPacket();
    packet.timestamp = picture * 3000L;
    packet.marker = spatial == 2;
    packet.payload.spatialLayer = spatial;
    packet.payload.keyFrame = key && spatial == 0;
    packet.payload.interPicturePredicted = !key;
    packet.payload.frameStart = true;
    packet.payload.frameEnd = true;
    return packet;
  }

  /** A picture has three layers, one packet each; "k" before a picture makes it a key picture, "=n" sets the target. */
  @ParameterizedTest(name = "{0}, K-SVC {1}: {2}: {3}")
  @CsvSource({
      "k0 1, false, 0.0 0.1 0.2m 1.0 1.1 1.2m, all layers",
      "0 1 k2, false, 2.0 2.1 2.2m, begins with a key frame",
      "=1 k0 1, false, 0.0 0.1m 1.0 1.1m, the marker stands on the highest that goes out",
      "k0 =0 1 2, false, 0.0 0.1 0.2m 1.0m 2.0m, down at the next picture",
      "=0 k0 =2 1 k2 3, false, 0.0m 1.0m 2.0 2.1 2.2m 3.0 3.1 3.2m, up at the next key frame",
      "k0 1 2, true, 0.0 0.1 0.2m 1.2m 2.2m, K-SVC: only the key picture needs its lower layers",
      "=1 k0 1 2, true, 0.0 0.1m 1.1m 2.1m, and the target may be in the middle",
      "k0 1 =0 2 k3 4, true, 0.0 0.1 0.2m 1.2m 2.2m 3.0m 4.0m, K-SVC: down at the next key frame",
      "=0 k0 1 =1 2 k3 4, true, 0.0m 1.0m 2.0m 3.0 3.1m 4.1m, K-SVC: up too",
      "k0 =-1 1 k2 =1 3 k4, false, 0.0 0.1 0.2m 4.0 4.1m, nothing at all and on again",
  })
  void layersAreChosenAsTheTableSays(String steps, boolean keyFrameDependent, String expected, String why) {
    SvcSelector selector = new SvcSelector(3, keyFrameDependent);
    List<String> out = new ArrayList<>();
    for (String step : steps.split(" ")) {
      if (step.startsWith("=")) {
        selector.setTarget(Integer.parseInt(step.substring(1)), 2);
        continue;
      }
      int picture = Integer.parseInt(step.replace("k", ""));
      for (int spatial = 0; spatial < 3; spatial++) {
        RoutedPacket packet = packet(picture, spatial, step.startsWith("k"));
        Decision decision = selector.select(packet, 0);
        if (decision == Decision.FORWARD || decision == Decision.SWITCH) {
          out.add(picture + "." + spatial + (selector.marker(packet) ? "m" : ""));
        }
      }
    }
    assertEquals(expected, String.join(" ", out), why);
  }

  @Test
  void saysWhetherItNeedsAKeyFrame() {
    SvcSelector selector = new SvcSelector(3, false);
    assertTrue(selector.needsKeyFrame(0));
    assertEquals(-1, selector.currentSpatialLayer());
    assertEquals(-1, selector.currentTemporalLayer());
    assertEquals(Decision.SWITCH, selector.select(packet(0, 0, true), 0));
    assertFalse(selector.needsKeyFrame(0));
    assertEquals(2, selector.currentSpatialLayer());
    assertEquals(0, selector.currentTemporalLayer());
    selector.setTarget(1, 0);
    assertFalse(selector.needsKeyFrame(0));
    selector.select(packet(1, 0, false), 0);
    selector.setTarget(2, 0);
    assertTrue(selector.needsKeyFrame(0));

    SvcSelector dependent = new SvcSelector(3, true);
    dependent.select(packet(0, 0, true), 0);
    dependent.setTarget(1, 0);
    assertTrue(dependent.needsKeyFrame(0));
  }

  @Test
  void aPictureOfWhichAPartWasLeftOutDoesNotBeginAHigherLayer() {
    SvcSelector selector = new SvcSelector(3, false);
    selector.setTarget(0, 0);
    selector.select(packet(0, 0, true), 0);
    selector.setTarget(2, 0);
    assertEquals(Decision.DROP, selector.select(packet(1, 1, true), 0));
    assertEquals(Decision.FORWARD, selector.select(packet(1, 0, true), 0));
    assertEquals(Decision.DROP, selector.select(packet(1, 2, true), 0));
    assertEquals(0, selector.currentSpatialLayer());
    assertTrue(selector.needsKeyFrame(0));
  }

  @Test
  void whatIsLateIsTreatedAsItsPictureWas() {
    SvcSelector selector = new SvcSelector(3, false);
    selector.select(packet(0, 0, true), 0);
    selector.setTarget(0, 0);
    selector.select(packet(2, 0, false), 0);
    assertEquals(Decision.FORWARD, selector.select(packet(1, 2, false), 0));
    assertEquals(Decision.DROP, selector.select(packet(2, 2, false), 0));
  }
}
