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
import org.junit.jupiter.params.provider.ValueSource;

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
    dependent.select(packet(0, 1, true), 0);
    dependent.setTarget(1, 0);
    assertFalse(dependent.needsKeyFrame(0), "layer 1 has had all it needs until now");
    dependent.select(packet(0, 2, true), 0);
    assertTrue(dependent.needsKeyFrame(0), "from the next picture on it is left out");
  }

  /**
   * "n/m" is picture n that ends with layer m, "k" before it makes it a key picture, an exclamation mark behind it loses its
   * last packet, "=n" sets the target. What goes out is picture.layer with "m" for the marker; "?" stands where a key frame
   * becomes needed, "!n" where the layer that is reported becomes n.
   */
  @ParameterizedTest(name = "{0}, K-SVC {1}: {2}: {3}")
  @CsvSource({
      "k0/2 1/2 2/1 3/1 k4/1 5/1, true, !2 0.0 0.1 0.2m 1.2m !1 ? 4.0 4.1m 5.0 5.1m, falls to what is sent, at once",
      "k0/2 1/0 k2/0 3/0, true, !2 0.0 0.1 0.2m !0 ? 2.0m 3.0m, two layers at once",
      "k0/2 1/1 k2/1 3/1 k4/2 5/2, true, !2 0.0 0.1 0.2m !1 ? 2.0 2.1m 3.0 3.1m 4.0 4.1 !2 4.2m 5.2m, and rises with it",
      "k0/1 1/1 2/1, true, !2 0.0 !1 0.1m 1.0 1.1m 2.1m, of a key picture without the layer it keeps the highest",
      "k0/1! 1/1 2/1 3/1, true, !2 0.0 1.0 !1 1.1m 2.0 2.1m 3.1m, also when the end of the key picture is lost",
      "k0/2! 1/2 2/2, true, !2 0.0 0.1 1.0 1.1 1.2m 2.2m, a lost layer is not one that is given up",
      "k0/2 1/2! 2/2, true, !2 0.0 0.1 0.2m 2.2m, nor later",
      "k0/2 1/1 2/2 3/1 4/2, true, !2 0.0 0.1 0.2m !1 ? !2 2.2m 4.2m, one picture without it costs one key frame at most",
      "k0/2 1/1 2/2 3/1 4/1 k5/1 6/1, true, !2 0.0 0.1 0.2m !1 ? !2 2.2m !1 ? 5.0 5.1m 6.0 6.1m, two then count",
      "=1 k0/2 1/2 2/1 3/1, true, !1 0.0 0.1m 1.1m 2.1m 3.1m, what is above the target may go",
      "=1 k0/2 1/2 2/0 k3/0 4/0, true, !1 0.0 0.1m 1.1m !0 ? 3.0m 4.0m, but not the target",
      "k0/2 1/2 2/1 3/1 4/2, false, !2 0.0 0.1 0.2m 1.0 1.1 1.2m 2.0 !1 2.1m 3.0 3.1m 4.0 4.1 !2 4.2m, full SVC goes on",
      "=0 k0/1 1/1 =2 2/1 k3/1, false, !0 0.0m 1.0m 2.0m ? !1 3.0 3.1m, and rises to what is sent",
      "=0 k0/0 1/0 =2 2/0 3/0, false, !0 0.0m 1.0m 2.0m 3.0m, for which there must be something",
  })
  void aLayerThatIsNotSentIsNotWaitedFor(String steps, boolean keyFrameDependent, String expected, String why) {
    SvcSelector selector = new SvcSelector(3, keyFrameDependent);
    List<String> out = new ArrayList<>();
    boolean needed = true;
    int reported = -1;
    for (String step : steps.split(" ")) {
      if (step.startsWith("=")) {
        selector.setTarget(Integer.parseInt(step.substring(1)), 2);
        continue;
      }
      boolean key = step.startsWith("k");
      String[] picture = step.replaceAll("[k!]", "").split("/");
      int last = Integer.parseInt(picture[1]);
      for (int spatial = 0; spatial <= (step.endsWith("!") ? last - 1 : last); spatial++) {
        RoutedPacket packet = packet(Integer.parseInt(picture[0]), spatial, key);
        packet.marker = spatial == last;
        Decision decision = selector.select(packet, 0);
        if (selector.currentSpatialLayer() != reported) {
          reported = selector.currentSpatialLayer();
          out.add("!" + reported);
        }
        if (decision == Decision.FORWARD || decision == Decision.SWITCH) {
          out.add(picture[0] + "." + spatial + (selector.marker(packet) ? "m" : ""));
        }
        if (selector.needsKeyFrame(0) && !needed) {
          out.add("?");
        }
        needed = selector.needsKeyFrame(0);
      }
    }
    assertEquals(expected, String.join(" ", out), why);
  }

  @Test
  void aSwitchIsForgottenHoweverLongItHasBeenAgo() {
    SvcSelector selector = new SvcSelector(3, false);
    int picture = 0;
    selector.select(packet(picture, 0, true), 0);
    selector.setTarget(0, 0);
    selector.select(packet(++picture, 0, false), 0);
    int pictures = (int) ((1L << 32) / 3_000);
    for (int end = picture + 2 * pictures; picture < end; picture += pictures / 50) {
      assertEquals(Decision.FORWARD, selector.select(at(packet(picture, 0, false)), 0));
      assertEquals(Decision.DROP, selector.select(at(packet(picture, 2, false)), 0), "at picture " + picture);
    }
  }

  @ParameterizedTest(name = "a step of {0} ticks")
  @ValueSource(longs = {-1_000_000, Integer.MIN_VALUE, -2_000_000_000, 2_000_000_000, Integer.MAX_VALUE})
  void layersFollowTheTargetAfterASilenceOfHoursOrALeapOfTheClock(long step) {
    SvcSelector selector = new SvcSelector(3, false);
    selector.setTarget(0, 0);
    selector.select(packet(0, 0, true), 0);
    selector.setTarget(2, 0);
    for (int spatial = 0; spatial < 3; spatial++) {
      RoutedPacket after = packet(0, spatial, true);
      after.timestamp = step & 0xffff_ffffL;
      assertEquals(Decision.FORWARD, selector.select(after, 0));
    }
    assertFalse(selector.needsKeyFrame(0));
  }

  private static RoutedPacket at(RoutedPacket packet) {
    packet.timestamp &= 0xffff_ffffL;
    return packet;
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
