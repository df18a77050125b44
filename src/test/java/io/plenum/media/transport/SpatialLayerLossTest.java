package io.plenum.media.transport;

import static io.plenum.media.transport.SimulatedRoom.MS;
import static io.plenum.media.transport.SimulatedRoom.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.Consumer;
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.transport.Downlink.Kind;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import io.plenum.protocol.rtp.codec.Vp9Payload;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** VP9 in L3T3_KEY whose encoder gives its top layer up, and takes it up again. */
class SpatialLayerLossTest {
  private static final long CAPACITY_BPS = 5_000_000;

  private final SimulatedRoom room = new SimulatedRoom(1);
  private final SimulatedSvcPublisher publisher = new SimulatedSvcPublisher(room);

  private SimulatedSubscriber subscriber(Kind kind) {
    return room.subscriber(kind, CAPACITY_BPS);
  }

  @ParameterizedTest
  @EnumSource
  void theViewerHasAPictureOfTheNextLayerWithin400Milliseconds(Kind kind) {
    SimulatedSubscriber viewer = subscriber(kind);
    Consumer consumer = viewer.consume(publisher.producer);
    room.run(5);
    assertEquals(2, room.spatialLayer(consumer));
    int keyFrames = publisher.keyFrames;

    publisher.highestLayer = 1;
    long lostNs = room.now;
    room.run(0.4);
    ShownPictures shown = ShownPictures.of(viewer.media);
    assertEquals(1, shown.layer(), "of the last picture");
    assertTrue(shown.lastCapturedNs() > lostNs + 200 * MS, "and it is not an old one");
    assertEquals(1, room.spatialLayer(consumer));
    room.run(5);
    assertEquals(keyFrames + 1, publisher.keyFrames, "nor is another key frame asked for");
    assertTrue(ShownPictures.of(viewer.media).longestPauseNs(lostNs) <= 400 * MS);

    publisher.raise(2);
    room.run(5);
    ShownPictures after = ShownPictures.of(viewer.media);
    assertEquals(2, after.layer(), "when the layer is back");
    assertEquals(2, room.spatialLayer(consumer));
    assertTrue(after.longestPauseNs(lostNs) <= 400 * MS);
    assertTrue(after.lastCapturedNs() > room.now - 100 * MS);
  }

  @ParameterizedTest
  @EnumSource
  void aLayerLeftOutOfSinglePicturesIsNoReasonForManyKeyFrames(Kind kind) {
    SimulatedSubscriber viewer = subscriber(kind);
    Consumer consumer = viewer.consume(publisher.producer);
    room.run(5);
    int keyFrames = publisher.keyFrames;
    long fromNs = room.now;
    for (int i = 0; i < 20; i++) {
      publisher.highestLayer = 1;
      room.run(0.033);
      publisher.highestLayer = 2;
      room.run(0.5);
    }
    assertTrue(publisher.keyFrames <= keyFrames + 1, publisher.keyFrames + " after " + keyFrames);
    assertEquals(2, room.spatialLayer(consumer));
    assertTrue(ShownPictures.of(viewer.media).longestPauseNs(fromNs) <= 150 * MS);
  }

  @ParameterizedTest
  @EnumSource
  void whoWantsTheLowestLayerNoticesNothing(Kind kind) {
    SimulatedSubscriber viewer = subscriber(kind);
    Consumer consumer = viewer.consume(publisher.producer, 1, 0);
    room.run(5);
    int keyFrames = publisher.keyFrames;
    long fromNs = room.now;
    publisher.highestLayer = 0;
    room.run(2);
    publisher.highestLayer = 2;
    room.run(2);
    ShownPictures shown = ShownPictures.of(viewer.media);
    assertEquals(0, shown.layer());
    assertEquals(0, room.spatialLayer(consumer));
    assertEquals(keyFrames, publisher.keyFrames);
    assertTrue(shown.longestPauseNs(fromNs) <= SECOND / 10);
  }

  /**
   * One may want the lowest layer and another the next: in K-SVC a viewer of the upper one needs nothing of the lower.
   */
  @Test
  void aPipeCarriesAllLayersUpToTheHighestThatIsWantedBehindIt() {
    int[] frames = new int[3];
    PipeTransport pipe = new PipeTransport("pipe", room.router, new CountingNetwork(frames),
        new PipeTransport.PipeOptions(false, true, false, 0, 0));
    pipe.connect("far", InetSocketAddress.createUnresolved("192.0.2.9", 1), null, room.now);
    pipe.consumePiped("piped", publisher.producer.id(), new NoListener()).want(1, 7, room.now);
    room.run(3);
    assertTrue(frames[0] > 80 && frames[1] == frames[0], frames[0] + " of layer 0, " + frames[1] + " of layer 1");
    assertEquals(0, frames[2]);
  }

  /** By spatial layer. */
  private record CountingNetwork(int[] frames) implements PipeTransport.Network {
    @Override
    public void sendPipe(InetSocketAddress remote, byte[] bytes, int offset, int length) {
      RtpPacket packet = new RtpPacket();
      PayloadInfo payload = new PayloadInfo();
      if (!RtpPacket.isRtcp(bytes[offset + 1]) && packet.parse(bytes, offset, length) == null
          && new Vp9Payload().parse(packet, payload) == null) {
        frames[payload.spatialLayer]++;
      }
    }

    @Override
    public void onPipeSsrcAdded(PipeTransport transport, InetSocketAddress remote, int ssrc) {}

    @Override
    public void onPipeSsrcRemoved(PipeTransport transport, InetSocketAddress remote, int ssrc) {}
  }

  private static final class NoListener implements PipeConsumer.PipeConsumerListener {
    @Override
    public void onProducerPaused(PipeConsumer consumer, boolean paused) {}

    @Override
    public void onProducerScore(PipeConsumer consumer, List<Integer> scores) {}

    @Override
    public void onProducerClosed(PipeConsumer consumer) {}
  }
}
