package io.plenum.protocol.rtp.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.Mutations;
import io.plenum.protocol.rtp.RtpHeaderWriter;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.wire.Malformed;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Packets for the tests of payload parsers. */
final class Payloads {
  static final int DESCRIPTOR_ID = 7;

  private Payloads() {}

  /** The hex may have blanks between fields. */
  static RtpPacket packet(String payloadHex, boolean marker, int sequenceNumber, long timestamp) {
    return packet(payloadHex, marker, sequenceNumber, timestamp, null);
  }

  static RtpPacket packet(String payloadHex, boolean marker, int sequenceNumber, long timestamp, byte[] descriptor) {
    byte[] payload = HexFormat.of().parseHex(payloadHex.replace(" ", ""));
    RtpHeaderWriter writer = new RtpHeaderWriter();
    if (descriptor != null) {
      writer.add(DESCRIPTOR_ID, descriptor, 0, descriptor.length);
    }
    byte[] bytes = new byte[writer.headerLength() + payload.length];
    int headerLength = writer.write(bytes, 0, marker, 96, sequenceNumber, timestamp, 1);
    System.arraycopy(payload, 0, bytes, headerLength, payload.length);
    RtpPacket packet = new RtpPacket();
    assertEquals(null, packet.parse(bytes, 0, bytes.length));
    return packet;
  }

  static RtpPacket packet(String payloadHex) {
    return packet(payloadHex, false, 1, 1);
  }

  /**
   * Mutates the captured packets of a codec and gives them to one parser, which so has state too. What comes out must lie
   * inside the packet.
   */
  static void mutate(String capture, String codec, PayloadParser parser) {
    List<byte[]> seeds = new ArrayList<>();
    RtpVectors.capture(capture).forEach(codec, packet -> seeds.add(packet.bytes()));
    assertTrue(seeds.size() > 50);
    RtpPacket packet = new RtpPacket();
    PayloadInfo info = new PayloadInfo();
    int[] well = new int[1];
    Mutations.run(seeds, 200_000, 1, (bytes, offset, length) -> {
      if (packet.parse(bytes, offset, length) == null && parser.parse(packet, info) == null) {
        well[0]++;
        assertInside(packet, info);
      }
    });
    assertTrue(well[0] > 10_000, "only " + well[0] + " of the mutations got past the header");
  }

  static void assertInside(RtpPacket packet, PayloadInfo info) {
    int pictureIdBytes = info.pictureIdBits == 15 ? 2 : 1;
    assertTrue(info.pictureIdOffset < 0 || info.pictureIdOffset + pictureIdBytes <= packet.payloadLength());
    assertTrue(info.tl0PictureIndexOffset < packet.payloadLength());
    assertTrue(info.spatialLayer >= 0 && info.spatialLayer < 8);
    assertTrue(info.temporalLayer >= 0 && info.temporalLayer < 8);
    assertEquals(info.pictureId >= 0, info.pictureIdOffset > 0);
    assertEquals(info.tl0PictureIndex >= 0, info.tl0PictureIndexOffset > 0);
  }

  /** One line that says all that matters, for tables. */
  static String summary(Malformed wrong, PayloadInfo info) {
    return wrong != null ? wrong.name() : (info.keyFrame ? "K" : "-") + (info.frameStart ? "B" : "-") + (info.frameEnd ? "E" : "-")
        + " S" + info.spatialLayer + " T" + info.temporalLayer + (info.switchingUpPoint ? " U" : "")
        + (info.interPicturePredicted ? " P" : "")
        + (info.pictureId < 0 ? "" : " id=" + info.pictureId + "/" + info.pictureIdBits + "@" + info.pictureIdOffset)
        + (info.tl0PictureIndex < 0 ? "" : " tl0=" + info.tl0PictureIndex + "@" + info.tl0PictureIndexOffset)
        + (info.width == 0 ? "" : " " + info.width + "x" + info.height);
  }
}
