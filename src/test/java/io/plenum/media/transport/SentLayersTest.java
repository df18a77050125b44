package io.plenum.media.transport;

import static io.plenum.media.transport.SimulatedRoom.MS;
import static io.plenum.media.transport.SimulatedRoom.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.ConsumerParameters;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.SsrcSource;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.ProducerPlan;
import io.plenum.media.router.StreamPlan;
import io.plenum.media.transport.Downlink.Kind;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import io.plenum.protocol.rtp.codec.Vp8Payload;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A viewer gets of what is sent that which comes nearest to what it prefers. */
class SentLayersTest {
  private final SimulatedRoom room = new SimulatedRoom(3);

  private static long frames(List<byte[]> packets, boolean keyFramesOnly, int temporalLayer) {
    RtpPacket packet = new RtpPacket();
    PayloadInfo payload = new PayloadInfo();
    return packets.stream().filter(bytes -> {
      packet.parse(bytes, 0, bytes.length);
      return packet.payloadLength() > 0 && new Vp8Payload().parse(packet, payload) == null && payload.frameStart
          && (payload.keyFrame || !keyFramesOnly) && (temporalLayer < 0 || payload.temporalLayer == temporalLayer);
    }).count();
  }

  @ParameterizedTest(name = "{0}: of {1} to 2, {2} is preferred: {3}")
  @CsvSource({
      "NONE, 1, 0, 1", "NONE, 2, 0, 2", "NONE, 2, 1, 2", "NONE, 1, 2, 2",
      "TRANSPORT_CC, 1, 0, 1", "TRANSPORT_CC, 2, 0, 2", "TRANSPORT_CC, 2, 1, 2",
      "REMB, 1, 0, 1", "REMB, 2, 0, 2",
  })
  void whereOnlyHigherEncodingsAreSentTheLowestOfThemIsForwarded(Kind kind, int lowest, int preferred, int expected) {
    SimulatedPublisher publisher = room.publisher(100_000, 200_000, 400_000);
    for (int i = 0; i < lowest; i++) {
      publisher.encodings.get(i).on = false;
    }
    SimulatedSubscriber viewer = room.subscriber(kind, 5_000_000);
    Consumer consumer = viewer.consume(publisher.producer, 1, preferred);
    room.run(3);
    viewer.media.clear();
    room.run(3);
    assertTrue(frames(viewer.media, false, -1) > 85, "frames: " + frames(viewer.media, false, -1));
    assertEquals(expected, room.spatialLayer(consumer));

    publisher.encodings.get(0).on = true;
    room.run(3);
    assertEquals(preferred < lowest ? 0 : expected, room.spatialLayer(consumer), "and what is not above it as soon as it comes");
  }

  @Test
  void aPathTooNarrowForTheLowestThatIsSentGetsNothing() {
    SimulatedPublisher publisher = room.publisher(100_000, 5_000_000);
    publisher.encodings.get(0).on = false;
    SimulatedSubscriber viewer = room.subscriber(Kind.TRANSPORT_CC, 300_000);
    Consumer consumer = viewer.consume(publisher.producer, 1, 0);
    room.run(8);
    assertEquals(-1, room.spatialLayer(consumer));
  }

  @ParameterizedTest
  @EnumSource
  void temporalLayersThatWereNotAnnouncedAreForwarded(Kind kind) {
    SimulatedPublisher publisher = room.publisher(300_000);
    SimulatedSubscriber viewer = room.subscriber(kind, 5_000_000);
    viewer.consume(publisher.producer, 1, 0);
    room.run(4);
    assertTrue(frames(viewer.media, false, -1) > 115, "of 120: " + frames(viewer.media, false, -1));
    assertTrue(frames(viewer.media, false, 2) > 55, "of the highest layer: " + frames(viewer.media, false, 2));
  }

  @ParameterizedTest
  @EnumSource
  void anEncodingThatMayPauseIsNotTakenForOneThatIsOff(Kind kind) {
    SimulatedPublisher publisher = room.publisher(true, 100_000, 200_000);
    SimulatedSubscriber viewer = room.subscriber(kind, 5_000_000);
    Consumer consumer = viewer.consume(publisher.producer);
    room.run(4);
    publisher.frameIntervalNs = 2_200 * MS;
    room.run(3);
    int keyFrames = publisher.encodings.get(1).keyFrames;
    viewer.media.clear();
    long fromNs = room.now;
    room.run(22);
    assertEquals(10, frames(viewer.media, false, -1), 1);
    assertEquals(0, frames(viewer.media, true, -1), "none of them a key frame");
    assertEquals(keyFrames, publisher.encodings.get(1).keyFrames);
    assertEquals(0, room.spatialChanges(consumer, fromNs));

    publisher.encodings.get(1).on = false;
    publisher.frameIntervalNs = SECOND / 30;
    room.run(9);
    assertTrue(room.spatialLayer(consumer) < 1, "but when it is silent for longer it is");
  }

  @Test
  void theNextRouterKnowsThatAnEncodingMayPause() {
    SimulatedPublisher publisher = room.publisher(true, 100_000, 200_000);
    SsrcSource ssrcs = new SsrcSource(new Random(1));
    ProducerPlan plan = ProducerPlan.of(new ProducerOptions("piped", MediaKind.VIDEO,
        ConsumerParameters.forPipe(publisher.producer.consumableRtpParameters(), true, ssrcs), false, Map.of()),
        room.router.rtpCapabilities(), ssrcs);
    assertTrue(plan.streams().stream().allMatch(StreamPlan::dtx));
  }
}
