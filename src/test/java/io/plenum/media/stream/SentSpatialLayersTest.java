package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.protocol.rtp.codec.PayloadInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentSpatialLayersTest {
  /**
   * Packets are picture.layer, "m" with the marker, "k" of a picture that needs none before it. Layer 2 is expected at
   * first.
   */
  @ParameterizedTest(name = "{0}: {1}, {2}")
  @CsvSource({
      "0.0 0.1, 2, a picture that has not ended may bring more",
      "0.0 0.1 1.0 1.1, 2, nor does one tell whose end is lost",
      "0.0 0.1m, 1, a picture that has ended tells",
      "0.0m 0.1m 0.2m 1.0m 1.1m 1.2m, 2, a sender that marks each layer is soon understood",
      "0.0m 0.1m 0.2m 1.0m, 2, also within a picture",
      "1.2m 0.0 0.1m, 2, what is late tells nothing",
      "0.1m 1.2m 2.1m, 2, of a layer that came back by itself one picture is not enough",
      "0.1m 1.2m 2.1m 3.0m, 1, but two are: then the highest of both",
      "0.1m 1.2m 2.1m 3.1m 4.2m 5.1m 6.1m 7.1m, 2, the second time three are not",
      "0.1m 1.2m 2.1m 3.1m 4.2m 5.1m 6.1m 7.1m 8.1m, 1, but four are",
      "0.1m 1.2m 2.1m 3.1m 4.2m 5.1m 6.1m 7.1m 8.1m 9.2m 10.1m 11.1m 12.1m 13.1m, 1, and no more is ever needed",
      "0.1m k1.2m 2.1m, 1, one that begins anew had been given up rightly",
      "0.3m, 3, more than expected",
  })
  void theHighestLayerIsAsTheTableSays(String packets, int expected, String why) {
    SentSpatialLayers sent = new SentSpatialLayers(2);
    for (String packet : packets.split(" ")) {
      String[] parts = packet.replaceAll("[km]", "").split("\\.");
      PayloadInfo payload = new PayloadInfo();
      payload.spatialLayer = Integer.parseInt(parts[1]);
      payload.interPicturePredicted = !packet.startsWith("k");
      sent.onPacket(payload, packet.endsWith("m"), Long.parseLong(parts[0]));
    }
    assertEquals(expected, sent.highest(), why);
  }
}
