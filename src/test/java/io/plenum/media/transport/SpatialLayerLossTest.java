package io.plenum.media.transport;

import static io.plenum.media.transport.SimulatedRoom.MS;
import static io.plenum.media.transport.SimulatedRoom.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.Consumer;
import io.plenum.media.transport.Downlink.Kind;
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
}
