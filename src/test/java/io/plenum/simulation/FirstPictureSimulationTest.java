package io.plenum.simulation;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.MediaKind;
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.simulation.DecodedVideo.Picture;
import io.plenum.simulation.SimulatedPeer.VideoOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each moment at which media begins to flow to the far side of a pipe: the key frame for it is asked for once, when it can
 * arrive, of publishers that are deaf for a while after each request.
 */
class FirstPictureSimulationTest {
  /** From newConsumer to connected media, in a browser. */
  private static final long SETTING_UP_NS = 150 * MS;
  /** A round trip to the publisher over two hops, and a picture of 40 ms. */
  private static final long PROMPT_NS = 150 * MS;

  private final TwoNodes nodes = new TwoNodes(21, Impairment.NONE, PipeOptions.DEFAULT);
  private final SimulatedPeer alice = nodes.near.join("alice");
  private final SimulatedPeer bob = nodes.far.join("bob");
  private final SimulatedPeer carol = nodes.far.join("carol");

  private Publication publish(int encodings) {
    Publication video = alice.publishVideo(encodings == 1 ? new VideoOptions() : new VideoOptions().simulcast(encodings, 1));
    video.encodeAsBrowsers();
    nodes.runFor(5 * SECOND);
    return video;
  }

  /** A consumer of that peer is announced, and resumed when its browser has set it up. */
  private ReceivedTrack announce(SimulatedPeer viewer, Publication video) {
    nodes.runFor(SETTING_UP_NS);
    return viewer.receive(video);
  }

  private long firstPictureAfterNs(ReceivedTrack seen, long sinceNs) {
    nodes.runFor(2 * SECOND);
    return DecodedVideo.of(seen, "seen").pictures.stream().mapToLong(Picture::arrivedNs)
        .filter(arrivedNs -> arrivedNs >= sinceNs).min().orElse(Long.MAX_VALUE / 2) - sinceNs;
  }

  private void assertPromptAndAskedOnce(Publication video, ReceivedTrack seen, int askedBefore, long sinceNs) {
    long afterNs = firstPictureAfterNs(seen, sinceNs);
    assertTrue(afterNs <= PROMPT_NS, "the first picture came after " + afterNs / MS + " ms");
    assertEquals(askedBefore + 1, video.keyFrameRequests(), "requests to the publisher");
  }

  @ParameterizedTest(name = "{0} encodings")
  @ValueSource(ints = {1, 3})
  void theFirstViewerOfANodeNeedsOneKeyFrame(int encodings) {
    Publication video = publish(encodings);
    int before = video.keyFrameRequests();
    PipeConsumer piped = nodes.pipe(video);
    piped.want(7, 7, nodes.near.nowNs());
    ReceivedTrack seen = announce(bob, video);
    assertPromptAndAskedOnce(video, seen, before, nodes.near.nowNs());
    assertAllCross(piped);
  }

  private void assertAllCross(PipeConsumer piped) {
    assertTrue(piped.streams().stream().allMatch(stream -> nodes.nearSocket.mediaSsrcsSent.contains(stream.ssrc())));
  }

  @Test
  void soDoesTheFirstOnAnotherRouterOfTheNodeWhichPausesUntilThereIsAProducer() {
    Publication video = publish(1);
    int before = video.keyFrameRequests();
    PipeConsumer piped = nodes.nearEnd.consumePiped("feed", video.producer().id(), PipeSimulationTest.NOBODY);
    piped.pause();
    nodes.farEnd.produce(new ProducerOptions(video.producer().id(), MediaKind.VIDEO, piped.rtpParameters(), false,
        Map.of()), nodes.near.nowNs());
    piped.want(7, 7, nodes.near.nowNs());
    piped.resume(nodes.near.nowNs());
    ReceivedTrack seen = announce(bob, video);
    assertPromptAndAskedOnce(video, seen, before, nodes.near.nowNs());
  }

  @Test
  void aNewPipeAfterABreakIsNoDifferent() {
    Publication video = publish(1);
    PipeConsumer piped = nodes.pipe(video);
    announce(bob, video);
    nodes.runFor(5 * SECOND);
    nodes.farEnd.closeProducer(video.producer().id(), nodes.near.nowNs());
    piped.close(nodes.near.nowNs());
    nodes.runFor(SECOND);
    int before = video.keyFrameRequests();
    nodes.pipe(video).want(7, 7, nodes.near.nowNs());
    ReceivedTrack again = announce(bob, video);
    assertPromptAndAskedOnce(video, again, before, nodes.near.nowNs());
  }

  @Test
  void whoComesOnStageIsSeenByTheFirstViewersOfBothNodesWithinTheDeafTime() {
    SimulatedPeer dave = nodes.near.join("dave");
    nodes.runFor(2 * SECOND);
    Publication video = alice.publishVideo();
    video.encodeAsBrowsers();
    nodes.pipe(video).want(7, 7, nodes.near.nowNs());
    long startNs = nodes.near.nowNs();
    nodes.runFor(100 * MS);
    ReceivedTrack near = dave.receive(video);
    nodes.runFor(120 * MS);
    ReceivedTrack far = bob.receive(video);
    nodes.runFor(120 * MS);
    ReceivedTrack late = carol.receive(video);
    for (ReceivedTrack seen : List.of(near, far, late)) {
      long afterNs = firstPictureAfterNs(seen, startNs + 100 * MS);
      assertTrue(afterNs <= 500 * MS, "after " + afterNs / MS + " ms");
    }
    assertTrue(video.keyFrameRequests() <= 2, video.keyFrameRequests() + " requests");
  }

  @Test
  void moreLayersBeginWhenTheyAreWantedWithOneRequest() {
    Publication video = publish(3);
    PipeConsumer piped = nodes.pipe(video);
    piped.want(0, 7, nodes.near.nowNs());
    ReceivedTrack seen = announce(bob, video);
    nodes.runFor(8 * SECOND);
    int before = video.keyFrameRequests();
    piped.want(1, 7, nodes.near.nowNs());
    nodes.runFor(PROMPT_NS);
    assertTrue(nodes.nearSocket.mediaSsrcsSent.contains(piped.streams().get(1).ssrc()));
    assertEquals(before + 1, video.keyFrameRequests());
    nodes.runFor(8 * SECOND);
    List<Picture> pictures = DecodedVideo.of(seen, "seen").pictures;
    assertEquals(1, pictures.get(pictures.size() - 1).layer());
  }

  @Test
  void aRequestThatOvertakesTheWishIsMadeWhenTheWishComes() {
    Publication video = publish(1);
    PipeConsumer piped = nodes.pipe(video);
    piped.pause();
    nodes.runFor(5 * SECOND);
    int before = video.keyFrameRequests();
    ReceivedTrack seen = announce(bob, video);
    nodes.runFor(40 * MS);
    assertEquals(before, video.keyFrameRequests(), "nothing could cross");
    piped.resume(nodes.near.nowNs());
    assertPromptAndAskedOnce(video, seen, before, nodes.near.nowNs());
  }

  @ParameterizedTest(name = "the row comes after {0} ms")
  @ValueSource(longs = {2, 20})
  void aProducerThatGoesOnIsAskedForOneKeyFrame(long busMs) {
    Publication video = publish(1);
    nodes.pipe(video).want(7, 7, nodes.near.nowNs());
    ReceivedTrack seen = announce(bob, video);
    nodes.runFor(3 * SECOND);
    Producer far = nodes.far.node().router().producer(video.producer().id());
    video.producer().pause(nodes.near.nowNs());
    far.pause(nodes.near.nowNs());
    nodes.runFor(3 * SECOND);
    int before = video.keyFrameRequests();
    long resumedNs = nodes.near.nowNs();
    video.producer().resume(resumedNs);
    nodes.runFor(busMs * MS);
    far.resume(nodes.near.nowNs());
    assertPromptAndAskedOnce(video, seen, before, resumedNs);
  }

  @Test
  void aFarSideWhoseRequestsAreAllLostGetsItsPictureAllTheSame() {
    Publication video = publish(1);
    nodes.pipe(video).want(7, 7, nodes.near.nowNs());
    nodes.farSocket.link.cut(true);
    ReceivedTrack seen = announce(bob, video);
    long afterNs = firstPictureAfterNs(seen, nodes.near.nowNs());
    assertTrue(afterNs <= 2 * SECOND + PROMPT_NS, "after " + afterNs / MS + " ms");
  }

  @Test
  void encodersThatAreAskedOneByOneAreAllSeenInTheEnd() {
    Publication video = alice.publishVideo(new VideoOptions().simulcast(3, 1));
    nodes.runFor(5 * SECOND);
    PipeConsumer piped = nodes.pipe(video);
    piped.want(7, 7, nodes.near.nowNs());
    ReceivedTrack seen = announce(bob, video);
    assertTrue(firstPictureAfterNs(seen, nodes.near.nowNs()) <= PROMPT_NS);
    nodes.runFor(SECOND);
    assertAllCross(piped);
  }

  @Test
  void whoAsksForAnEncodingThatIsNotSentGetsWhatIs() {
    Publication video = alice.publishVideo(new VideoOptions().simulcast(2, 1));
    nodes.runFor(5 * SECOND);
    video.stream(0).silence();
    nodes.runFor(5 * SECOND);
    PipeConsumer piped = nodes.pipe(video);
    piped.want(7, 7, nodes.near.nowNs());
    announce(bob, video);
    nodes.runFor(PROMPT_NS);
    assertTrue(nodes.nearSocket.mediaSsrcsSent.contains(piped.streams().get(1).ssrc()));
  }
}
