package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.media.stream.StreamSelector.Decision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaseLayerSelectorTest {
  /**
   * A frame is stream/picture.layer, "k" before it makes it a key frame; what goes out is picture.layer, "m" for the marker.
   * The sender sets the marker on layer 1, and on layer 0 behind which it writes "m".
   */
  @ParameterizedTest(name = "announced {0}, {1}: {2}: {3}")
  @CsvSource({
      "true, k0/0.0 0/0.1 0/1.0 0/1.1, 0.0m 1.0m, the picture ends with its lowest layer",
      "false, k0/0.0m 0/1.0 0/1.0m, 0.0m 1.0 1.0m, but of one layer a picture may have several frames",
      "false, k0/0.0 0/0.1 0/1.0 0/1.1, 0.0 1.0m, and upper layers that were not announced show themselves",
      "true, 0/0.1 0/1.0 0/1.1 k0/2.0 0/2.1, 2.0m, nothing before a key frame",
      "true, k0/0.0 0/0.1 1/0.1 k1/1.0 1/1.1 0/2.0 1/2.0, 0.0m 1.0m 2.0m, of each of two streams",
  })
  void onlyTheLowestLayerGoesOut(boolean announced, String frames, String expected, String why) {
    boolean two = frames.contains("1/");
    StreamSelector selector =
        new BaseLayerSelector(two ? new SimulcastSelector(2) : SingleStreamSelector.video(), announced);
    if (two) {
      selector.setTarget(0, 2);
    }
    List<String> out = new ArrayList<>();
    for (String frame : frames.split(" ")) {
      if (frame.startsWith("k1")) {
        selector.setTarget(1, 2);
      }
      String[] parts = frame.replaceAll("[km]", "").split("[/.]");
      RoutedPacket packet = new RoutedPacket();
      packet.timestamp = Long.parseLong(parts[1]) * 3_000;
      packet.payload.spatialLayer = Integer.parseInt(parts[2]);
      packet.payload.keyFrame = frame.startsWith("k");
      packet.payload.frameStart = true;
      packet.payload.frameEnd = true;
      packet.marker = packet.payload.spatialLayer == 1 || frame.endsWith("m");
      Decision decision = selector.select(packet, Integer.parseInt(parts[0]));
      if (decision == Decision.FORWARD || decision == Decision.SWITCH) {
        out.add(parts[1] + "." + parts[2] + (selector.marker(packet) ? "m" : ""));
      }
    }
    assertEquals(expected, String.join(" ", out), why);
  }
}
