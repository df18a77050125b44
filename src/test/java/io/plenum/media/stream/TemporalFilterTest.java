package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemporalFilterTest {
  /**
   * A packet is written as picture:layer, with k for key frame, y for a picture that is a switching-up point and the
   * letter c for a packet that continues its picture; "=n" sets the target.
   */
  @ParameterizedTest(name = "{0} lets {1} through: {2}")
  @CsvSource({
      "0:0k 1:2 2:1 3:2 4:0, 0 1 2 3 4, without a target all",
      "=0 0:0k 1:2y 2:1y 3:2 4:0, 0 4, only the base",
      "=1 0:0k 1:2 2:1 3:2 4:0, 0 2 4, the key frame allows all up to the target",
      "0:0k 1:2 =0 2:1 3:2 4:0, 0 1 4, down at the next picture",
      "0:0k 1:2 =0 1:2c 2:1, 0 1 1, but not within one",
      "0:0k 2:1 =0 4:0 3:2 1:2, 0 2 4 3 1, what was sent before the change and comes late",
      "=0 0:0k =2 1:2 2:1 3:2 4:0, 0 4, up not at any picture",
      "=0 0:0k =2 1:2 2:1y 3:2 4:0 5:2y 6:1, 0 2 4 5 6, but one layer at a time where it may begin",
      "=0 0:0k =2 1:2y 2:1 3:2 4:0, 0 4, not two layers at once: those between would need what is missing",
      "=0 0:0k =2 1:1yc 1:1y 2:1y, 0 2, not a picture of which a part was left out",
      "=0 0:0k =2 1:1 2:0k 3:2 4:1, 0 2 3 4, up at once at a key frame",
      "=0 0:0k =1 2:1y 1:1 3:1, 0 2 3, a late picture from before the change up",
  })
  void picturesGoOutWholeOrNotAtAll(String steps, String expected, String why) {
    TemporalFilter filter = new TemporalFilter();
    List<String> through = new ArrayList<>();
    for (String step : steps.split(" ")) {
      if (step.startsWith("=")) {
        filter.setTarget(Integer.parseInt(step.substring(1)));
        continue;
      }
      RoutedPacket packet = new RoutedPacket();
      String picture = step.substring(0, step.indexOf(':'));
      packet.timestamp = 0xffff_ff00L + Long.parseLong(picture) * 3000 & 0xffff_ffffL;
      packet.payload.temporalLayer = step.charAt(step.indexOf(':') + 1) - '0';
      packet.payload.keyFrame = step.contains("k");
      packet.payload.switchingUpPoint = step.contains("y");
      packet.payload.frameStart = !step.contains("c");
      if (filter.accept(packet)) {
        through.add(picture);
      }
    }
    assertEquals(expected, String.join(" ", through), why);
  }

  /** 90,000 ticks a second: one cycle takes more than 13 hours, and half of it is the furthest that 32 bits compare. */
  @Test
  void aChangeHoldsThroughAWholeCycleOfTheClock() {
    TemporalFilter filter = new TemporalFilter();
    assertTrue(filter.accept(packet(0, 0)));
    assertTrue(filter.accept(packet(3_000, 2)));
    filter.setTarget(0);
    for (long time = 6_000; time < 3L << 32; time += 1 << 27) {
      assertTrue(filter.accept(packet(time, 0)));
      assertFalse(filter.accept(packet(time + 3_000, 2)), "at " + time);
    }
  }

  @Test
  void afterASilenceOfMoreThanHalfACycleTheTargetIsReached() {
    TemporalFilter filter = new TemporalFilter();
    assertTrue(filter.accept(packet(0, 0)));
    filter.setTarget(0);
    assertTrue(filter.accept(packet(0x8000_1000L, 0)));
    assertFalse(filter.accept(packet(0x8000_1000L + 3_000, 2)));
  }

  private static RoutedPacket packet(long timestamp, int layer) {
    RoutedPacket packet = new RoutedPacket();
    packet.timestamp = timestamp & 0xffff_ffffL;
    packet.payload.temporalLayer = layer;
    packet.payload.frameStart = true;
    return packet;
  }
}
