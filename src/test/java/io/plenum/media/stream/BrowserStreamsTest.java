package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.HeaderExtensionUri;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import io.plenum.protocol.rtp.codec.PayloadParser;
import io.plenum.protocol.rtp.codec.PayloadParsers;
import io.plenum.vectors.Pcap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** What Chromium really sends goes through both streams, and what comes out is read again as a receiver would. */
class BrowserStreamsTest {
  /** A packet that went out, as its receiver reads it. */
  private record Sent(int number, int timestamp, boolean marker, PayloadInfo payload, long atNs) {}

  private final List<Sent> sent = new ArrayList<>();
  private final byte[] out = new byte[2000];

  /** Replays the streams with these SSRCs, lowest layer first; {@code step} hears the number of each routed packet. */
  private SendStream replay(String capture, String mimeType, StreamSelector selector, IntConsumer step, int... ssrcs) {
    int descriptorId = mimeType.equals("video/AV1")
        ? RtpVectors.capture(capture).extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR)
        : 0;
    Source[] sources = new Source[ssrcs.length];
    ReceiveStream[] receivers = new ReceiveStream[ssrcs.length];
    PayloadParser[] parsers = new PayloadParser[ssrcs.length];
    SendSource[] sendSources = new SendSource[ssrcs.length];
    ReceiveStream.Sink sink = new ReceiveStream.Sink() {
      @Override
      public void requestRetransmission(int ssrc, int[] sequenceNumbers, int count) {}

      @Override
      public void requestKeyFrame(int ssrc) {}

      @Override
      public void scoreChanged(int ssrc, int score) {}

      @Override
      public void activeChanged(int ssrc) {}
    };
    for (int i = 0; i < ssrcs.length; i++) {
      sources[i] = new Source(90_000);
      sendSources[i] = sources[i].source;
      receivers[i] = new ReceiveStream(ReceiveStreamOptions.video(ssrcs[i]), sink);
      parsers[i] = PayloadParsers.forMimeType(mimeType, descriptorId);
    }
    SendStream stream = new SendStream(SendStreamOptions.video(7, 96, 65_500, mimeType.equals("video/VP8")), selector,
        sendSources);
    RtcpReader rtcp = new RtcpReader();
    RtpPacket packet = new RtpPacket();
    PayloadParser reader = PayloadParsers.forMimeType(mimeType, descriptorId);
    int count = 0;
    for (Pcap.Datagram datagram : Pcap.read("/captures/" + capture + ".pcap")) {
      long nowNs = datagram.timeNs();
      byte[] bytes = datagram.payload();
      if (datagram.isRtcp()) {
        rtcp.read(bytes, 0, bytes.length, new RtcpHandler() {
          @Override
          public void onSenderReport(SenderInfo info) {
            for (int i = 0; i < ssrcs.length; i++) {
              if (ssrcs[i] == info.ssrc) {
                sources[i].clock.onSenderReport(info.ntpTime, info.rtpTimestamp, nowNs);
              }
            }
          }
        });
        continue;
      }
      assertNull(packet.parse(bytes, 0, bytes.length));
      for (int i = 0; i < ssrcs.length; i++) {
        if (packet.ssrc() == ssrcs[i] && receivers[i].onRtp(packet, nowNs).accepted()) {
          step.accept(count++);
          RoutedPacket routed = sources[i].route(packet, receivers[i].sequence(), nowNs);
          if (packet.payloadLength() > 0) {
            assertNull(parsers[i].parse(packet, routed.payload));
            receivers[i].onPayload(routed.payload, nowNs);
          }
          for (int length = stream.write(routed, i, out, 0, nowNs); length > 0;
              length = stream.writeHeld(out, 0, nowNs)) {
            RtpPacket view = RtpBytes.view(Arrays.copyOf(out, length));
            PayloadInfo payload = new PayloadInfo();
            if (view.payloadLength() > 0) {
              assertNull(reader.parse(view, payload));
            }
            sent.add(new Sent(view.sequenceNumber(), (int) view.timestamp(), view.marker(), payload, nowNs));
          }
        }
      }
    }
    for (int i = 1; i < sent.size(); i++) {
      assertEquals(sent.get(i - 1).number + 1 & 0xffff, sent.get(i).number, "no gap at packet " + i);
      int step90 = sent.get(i).timestamp - sent.get(i - 1).timestamp;
      assertTrue(step90 >= 0, "time goes on at packet " + i);
      assertEquals(sent.get(i - 1).marker, step90 > 0, "a picture ends with its marker at packet " + i);
    }
    return stream;
  }

  @Test
  void vp8SimulcastChangesBetweenItsStreamsWithoutASeam() {
    SimulcastSelector selector = new SimulcastSelector(3);
    selector.setTarget(0, 2);
    int[] changes = {0};
    SendStream stream = replay("chromium-vp8-simulcast3-L1T3-noDD", "video/VP8", selector, count -> {
      // Up and down, as often as the capture's key frames allow.
      if (count % 20 == 19) {
        changes[0]++;
        selector.setTarget(changes[0] % 3, 2);
      }
    }, 0xd4975bff, 0xb6f38cb0, 0x184773e8);
    assertTrue(sent.size() > 40, "sent " + sent.size());
    assertTrue(sent.get(0).payload.keyFrame, "begins with a key frame");
    int lastPicture = sent.get(0).payload.pictureId;
    int lastTl0 = sent.get(0).payload.tl0PictureIndex;
    int keyFrames = 0;
    for (Sent packet : sent.subList(1, sent.size())) {
      PayloadInfo payload = packet.payload;
      if (payload.frameStart) {
        assertEquals(lastPicture + 1, payload.pictureId);
        assertEquals(payload.temporalLayer == 0 ? lastTl0 + 1 & 0xff : lastTl0, payload.tl0PictureIndex);
        keyFrames += payload.keyFrame ? 1 : 0;
      }
      lastPicture = payload.pictureId;
      lastTl0 = payload.tl0PictureIndex;
      // The wall clocks of the reports join the streams: time out is time in, give or take the encoder's queue.
      assertEquals((packet.atNs - sent.get(0).atNs) / 1e6, (packet.timestamp - sent.get(0).timestamp) / 90.0, 150);
    }
    assertTrue(keyFrames >= 3, "changes: " + keyFrames);
    assertEquals(0, stream.stats(0).packetsLost());
  }

  @Test
  void vp8TemporalLayersAreLeftOutWithoutAGap() {
    SimulcastSelector selector = new SimulcastSelector(1);
    selector.setTarget(0, 0);
    replay("chromium-vp8-simulcast3-L1T3-noDD", "video/VP8", selector, count -> {}, 0x184773e8);
    int lastPicture = sent.get(0).payload.pictureId - 1;
    for (Sent packet : sent) {
      assertEquals(0, packet.payload.temporalLayer);
      if (packet.payload.frameStart) {
        assertEquals(++lastPicture, packet.payload.pictureId);
      }
    }
    assertTrue(sent.size() > 20 && sent.size() < 71, "sent " + sent.size());
  }

  @Test
  void vp9SpatialLayersAreLeftOutAndTheMarkerMovesDown() {
    SvcSelector selector = new SvcSelector(3, true);
    selector.setTarget(1, 2);
    replay("chromium-vp9-L3T3_KEY", "video/VP9", selector, count -> {}, 0x240362be);
    assertTrue(sent.size() > 40, "sent " + sent.size());
    for (Sent packet : sent) {
      PayloadInfo payload = packet.payload;
      assertTrue(payload.spatialLayer == 1 || payload.spatialLayer == 0 && !payload.interPicturePredicted);
    }
  }

  @Test
  void av1SpatialLayersAreLeftOutByTheirDependencyDescriptor() {
    SvcSelector selector = new SvcSelector(3, true);
    selector.setTarget(1, 2);
    replay("chromium-av1-L3T3_KEY", "video/AV1", selector, count -> {}, 0xc1dbc9dd);
    assertTrue(sent.size() > 20, "sent " + sent.size());
    for (Sent packet : sent) {
      assertTrue(packet.payload.spatialLayer <= 1);
    }
  }

  @Test
  void h264SimulcastChangesToo() {
    SimulcastSelector selector = new SimulcastSelector(3);
    selector.setTarget(0, 0);
    int[] changes = {0};
    replay("chromium-h264-simulcast3", "video/H264", selector, count -> {
      if (count % 25 == 24) {
        selector.setTarget(++changes[0] % 3, 0);
      }
    }, 0x02fef914, 0xc7e9e8ef, 0x56955c3f);
    assertTrue(sent.get(0).payload.keyFrame);
    assertTrue(sent.stream().filter(packet -> packet.payload.keyFrame && packet.payload.frameStart).count() > 1);
    assertTrue(sent.size() > 20, "sent " + sent.size());
  }
}
