package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.stream.StreamSelector.Decision;
import io.plenum.protocol.rtp.RtpPacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulcastSelectorTest {
  private static final long MS = 1_000_000;
  private static final long NTP = 0xe000_0000_0000_0000L;
  private final SimulcastSelector selector = new SimulcastSelector(2);
  private final Source[] sources = {new Source(90_000), new Source(90_000)};
  private final SendStream stream = new SendStream(SendStreamOptions.video(7, 96, 0, true).withRtx(8, 97, 0), selector,
      sources[0].source, sources[1].source);
  private final byte[] out = new byte[1500];

  private RoutedPacket packet(int index, int picture, boolean key) {
    long timestamp = picture * 3000L + index * 1_000_000L;
    RoutedPacket packet = sources[index].route(70_000 + picture, timestamp, true, picture * 33 * MS,
        0x90, 0xe0, 0x80, picture, picture, 0x20, 1, 2, 3);
    packet.payload.keyFrame = key;
    packet.payload.frameStart = true;
    packet.payload.pictureId = picture;
    packet.payload.pictureIdBits = 15;
    packet.payload.pictureIdOffset = 2;
    packet.payload.tl0PictureIndex = picture;
    packet.payload.tl0PictureIndexOffset = 4;
    return packet;
  }

  /** What goes out as "number timestamp/3000 picture tl0", or "-". */
  private String send(int index, int picture, boolean key) {
    int length = stream.write(packet(index, picture, key), index, out, 0, picture * 33 * MS);
    return length == 0 ? "-" : describe(RtpBytes.view(out, 0, length), 0);
  }

  private static String describe(RtpPacket view, int shift) {
    int payload = view.payloadOffset() + shift;
    return view.sequenceNumber() + " " + view.timestamp() / 3000.0 + " " + view.bytes()[payload + 3] + " "
        + view.bytes()[payload + 4];
  }

  private void report() {
    sources[0].clock.onSenderReport(NTP, 0, 0);
    sources[1].clock.onSenderReport(NTP, 1_000_000, 0);
  }

  @Test
  void changesAtTheKeyFrameOfTheWantedStreamAndNobodySeesTheSeam() {
    report();
    selector.setTarget(0, 2);
    assertEquals("0 1.0 0 1", send(0, 1, true));
    selector.setTarget(1, 2);
    assertTrue(stream.needsKeyFrame(1));
    assertFalse(stream.needsKeyFrame(0));
    assertEquals("1 2.0 1 2", send(0, 2, false));
    assertEquals("-", send(1, 2, false));
    assertEquals("2 3.0 2 3", send(1, 3, true));
    assertEquals("-", send(0, 3, false));
    assertEquals("3 4.0 3 4", send(1, 4, false));
    assertEquals(1, stream.currentStream());
    assertEquals(1, stream.currentSpatialLayer());
    assertFalse(stream.needsKeyFrame(1));
  }

  @Test
  void downIsTheSame() {
    report();
    send(1, 1, true);
    selector.setTarget(0, 2);
    assertTrue(stream.needsKeyFrame(0));
    assertEquals(Decision.IGNORE, selector.select(packet(0, 2, false), 0));
    assertEquals("1 336.333", send(0, 3, true).substring(0, 9));
    assertEquals(0, selector.currentStream());
  }

  @Test
  void stoppingIsImmediateAndGoingOnTakesAKeyFrame() {
    send(1, 1, true);
    selector.setTarget(-1, 0);
    assertEquals("-", send(1, 2, true));
    assertEquals(-1, selector.currentTemporalLayer());
    selector.setTarget(9, 0);
    assertEquals("-", send(1, 3, false));
    assertEquals("1", send(1, 4, true).substring(0, 1));
  }

  @Test
  void aPacketFromBeforeTheChangeIsResentAsItWas() {
    report();
    selector.setTarget(0, 2);
    List<String> sent = new ArrayList<>(List.of(send(0, 1, true), send(0, 2, false)));
    selector.setTarget(1, 2);
    sent.addAll(List.of(send(1, 3, true), send(1, 4, false)));
    List<String> resent = new ArrayList<>();
    stream.onNack(new int[] {0, 1, 2, 3}, 4, out, 0, 200 * MS, (packet, bytes, offset, length) -> {
      byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
      assertEquals(resent.size(), copy[13]);
      assertEquals(8, RtpBytes.view(copy).ssrc());
      resent.add(describe(RtpBytes.view(copy), 2));
    });
    assertEquals(sent, resent);
  }

  @Test
  void whatWasMissingOfTheStreamThatIsLeftStillGoesOutUnderItsNumber() {
    selector.setTarget(0, 2);
    report();
    assertEquals("0 1.0 0 1", send(0, 1, true));
    assertEquals("2 3.0 2 3", send(0, 3, false));
    selector.setTarget(1, 2);
    assertEquals("3", send(1, 4, true).substring(0, 1));
    assertEquals("1 2.0 1 2", send(0, 2, false), "as if there had been no switch");
    assertEquals("-", send(0, 2, false), "once");
    assertEquals("-", send(0, 4, false), "what is newer is not wanted");
    assertEquals("4", send(1, 5, false).substring(0, 1));
  }

  @Test
  void temporalLayersLeftOutLeaveNoGapAnywhere() {
    selector.setTarget(0, 0);
    assertEquals("0 1.0 0 1", send(0, 1, true));
    RoutedPacket upper = packet(0, 2, false);
    upper.payload.temporalLayer = 1;
    assertEquals(0, stream.write(upper, 0, out, 0, 0));
    assertEquals("1 3.0 1 3", send(0, 3, false));
  }
}
