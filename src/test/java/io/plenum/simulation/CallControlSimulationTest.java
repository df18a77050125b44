package io.plenum.simulation;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.simulation.DecodedVideo.Picture;
import io.plenum.simulation.ReceivedTrack.Arrived;
import io.plenum.simulation.SimulatedPeer.VideoOptions;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens in the middle of calls: layers, pauses, restarts, moves, goodbyes. The seed replays a failure. */
class CallControlSimulationTest {
  private static final InetSocketAddress ALICE_INSIDE = new InetSocketAddress("10.0.0.1", 5_000);

  private static DecodedVideo decodedWithoutAHole(ReceivedTrack track, String which) {
    DecodedVideo decoded = DecodedVideo.of(track, which);
    assertEquals(0, decoded.missing, which + ": sequence numbers without a gap");
    assertEquals(0, decoded.broken, which);
    return decoded;
  }

  private static void settle(SimulatedCall call, SimulatedPeer... peers) {
    for (SimulatedPeer peer : peers) {
      peer.impair(Impairment.NONE, Impairment.NONE);
    }
    call.runFor(2 * SECOND);
  }

  /** Goes through layers up and down; what must hold whatever the network does. */
  private static ReceivedTrack wishedLayersComeOneAfterTheOther(SimulatedCall call, String which) {
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    Publication video = alice.publishVideo(new VideoOptions().simulcast(3, 3).frames(33 * MS, 1));
    ReceivedTrack seen = bob.receive(video);
    int[][] wishes = {{2, 2}, {0, 0}, {1, 1}, {2, 0}, {0, 2}, {2, 2}};
    for (int[] wish : wishes) {
      seen.consumer().setPreferredLayers(wish[0], wish[1], call.nowNs());
      // The path must have shown that it carries a layer before it is given: that takes a few seconds.
      call.runFor(8 * SECOND);
      List<Picture> last = DecodedVideo.of(seen, which).arrivedBetween(call.nowNs() - 2 * SECOND, call.nowNs());
      assertTrue(last.stream().allMatch(picture -> picture.layer() == wish[0]), which + ": " + wish[0] + "." + wish[1]);
      assertEquals(wish[1], last.stream().mapToInt(Picture::temporalLayer).max().orElse(-1), which);
      assertTrue(call.node().events.contains("layers " + seen.consumer().id() + " " + wish[0] + "." + wish[1]), which);
    }
    settle(call, alice, bob);
    for (int layer = 0; layer < 3; layer++) {
      assertTrue(DecodedVideo.of(seen, which).pictures(layer) > 40, which + " layer " + layer);
      assertTrue(video.stream(layer).mostKeyFrameRequestsInASecond() <= 3, which);
    }
    assertTrue(seen.longestSilenceNs < SECOND, which + ": " + seen.longestSilenceNs / MS + " ms of silence");
    return seen;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void layersAreSwitchedAtKeyFramesAndNoNumberIsLeftOut(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.NONE);
    String which = "seed " + seed;
    DecodedVideo decoded = decodedWithoutAHole(wishedLayersComeOneAfterTheOther(call, which), which);
    assertEquals(0, decoded.empty, which);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 7, 18, 19, 21, 42})
  void aSwitchOverABadLinkLosesAtMostTheLastPictureOfTheLayerThatIsLeft(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    String which = "seed " + seed;
    DecodedVideo decoded = DecodedVideo.of(wishedLayersComeOneAfterTheOther(call, which), which);
    // At most the last packet of a picture, when nothing later of its stream came before the key frame.
    assertTrue(decoded.missing <= 1 && decoded.broken <= 1, which + ": " + decoded.missing + " " + decoded.broken);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void whenTheHighestStreamFallsSilentTheNextOneIsForwardedAndBackAgain(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    Publication video = alice.publishVideo(new VideoOptions().simulcast(3, 1).frames(33 * MS, 1));
    ReceivedTrack seen = bob.receive(video);
    call.runFor(5 * SECOND);
    video.sendLayersUpTo(0);
    call.runFor(5 * SECOND);
    String which = "seed " + seed;
    List<Picture> low = DecodedVideo.of(seen, which).arrivedBetween(call.nowNs() - SECOND, call.nowNs());
    assertTrue(low.size() > 20 && low.stream().allMatch(picture -> picture.layer() == 0), which + low);
    video.sendLayersUpTo(2);
    call.runFor(5 * SECOND);
    settle(call, alice, bob);
    DecodedVideo decoded = DecodedVideo.of(seen, which);
    // The end of the last picture of a stream that falls silent may be lost, and nothing tells that it was there. What is missing
    // of a stream when the consumer leaves it is not repaired any more: the pictures behind it, a third of a second here, are lost.
    assertTrue(decoded.missing <= 4 && decoded.broken <= 10, which + " " + decoded.missing + " " + decoded.broken);
    assertEquals(2, decoded.pictures.get(decoded.pictures.size() - 1).layer(), which);
    assertTrue(seen.longestSilenceNs < 3 * SECOND, which + ": " + seen.longestSilenceNs / MS + " ms of silence");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void aPausedConsumerAndAPausedProducerGoOnWithAKeyFrameAndWithoutAGap(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    Publication video = alice.publishVideo();
    Publication audio = alice.publishAudio();
    ReceivedTrack seen = bob.receive(video);
    ReceivedTrack heard = bob.receive(audio);
    String which = "seed " + seed;
    call.runFor(5 * SECOND);

    seen.consumer().pause();
    heard.consumer().pause();
    call.runFor(SECOND);
    int picturesBefore = seen.packets.size();
    int soundsBefore = heard.packets.size();
    call.runFor(4 * SECOND);
    assertEquals(picturesBefore, seen.packets.size(), which);
    assertEquals(soundsBefore, heard.packets.size(), which);
    seen.consumer().resume(call.nowNs());
    heard.consumer().resume(call.nowNs());
    call.runFor(3 * SECOND);
    assertTrue(seen.packets.size() > picturesBefore + 100, which);
    assertTrue(heard.packets.size() > soundsBefore + 100, which);

    // A paused producer's packets are not forwarded, repaired ones neither: so none is missing now.
    alice.impair(Impairment.NONE, Impairment.NONE);
    call.runFor(SECOND);
    video.producer().pause(call.nowNs());
    video.mute(true);
    alice.impair(Impairment.FIVE_PERCENT, Impairment.FIVE_PERCENT);
    call.runFor(SECOND);
    int beforeResume = seen.packets.size();
    call.runFor(4 * SECOND);
    assertEquals(beforeResume, seen.packets.size(), which);
    long resumedNs = call.nowNs();
    video.producer().resume(call.nowNs());
    video.mute(false);
    call.runFor(3 * SECOND);
    settle(call, alice, bob);
    DecodedVideo decoded = decodedWithoutAHole(seen, which);
    List<Picture> after = decoded.arrivedBetween(resumedNs, call.nowNs());
    assertTrue(after.get(0).key() && after.size() > 80, which + after.size());
    assertEquals(List.of("producerPaused " + seen.consumer().id() + " true",
        "producerPaused " + seen.consumer().id() + " false"), call.node().eventsOf("producerPaused"), which);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void anIceRestartInTheMiddleOfACallCostsNoPacketAndNoPause(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    Publication video = alice.publishVideo();
    ReceivedTrack seen = bob.receive(video);
    call.runFor(5 * SECOND);
    bob.restartIce();
    call.runFor(3 * SECOND);
    alice.restartIce();
    call.runFor(10 * SECOND);
    settle(call, alice, bob);
    String which = "seed " + seed;
    decodedWithoutAHole(seen, which);
    assertTrue(seen.longestSilenceNs < 400 * MS, which + ": " + seen.longestSilenceNs / MS + " ms of silence");
    assertEquals(2, call.node().fragments(), which + ": the old username fragments are gone");
    assertEquals(List.of(), call.node().eventsOf("ice").stream().filter(e -> e.endsWith("disconnected")).toList(), which);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void mediaFollowsAPeerWhoseAddressIsTranslatedAnew(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    ReceivedTrack seenByBob = bob.receive(alice.publishVideo());
    ReceivedTrack seenByAlice = alice.receive(bob.publishVideo());
    call.runFor(5 * SECOND);
    InetSocketAddress moved = new InetSocketAddress("203.0.113.77", 6_000);
    alice.rebind(ALICE_INSIDE, moved);
    // A browser checks its pair each 2.5 s; until then nothing of hers is believed, and nothing reaches her.
    call.runFor(8 * SECOND);
    settle(call, alice, bob);
    String which = "seed " + seed;
    for (ReceivedTrack track : List.of(seenByBob, seenByAlice)) {
      DecodedVideo decoded = DecodedVideo.of(track, which);
      assertTrue(decoded.arrivedBetween(call.nowNs() - 4 * SECOND, call.nowNs()).size() > 95, which);
      assertTrue(track.longestSilenceNs < 5 * SECOND, which + ": " + track.longestSilenceNs / MS + " ms of silence");
    }
    assertEquals(moved.getPort(), iceRemotePort(call, alice), which);
    call.runFor(31 * SECOND);
    assertEquals(2, call.node().routes(), which + ": the old address is not hers any more");
    assertEquals(IceState.COMPLETED, alice.transport().iceState(), which);
  }

  private static int iceRemotePort(SimulatedCall call, SimulatedPeer peer) {
    Object tuple = peer.transport().stats(call.nowNs(), 0).get(0).get("iceSelectedTuple");
    return (int) ((java.util.Map<?, ?>) tuple).get("remotePort");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void mediaFollowsAPeerWhoMovesToAnotherNetworkWithoutAGap(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    ReceivedTrack seenByBob = bob.receive(alice.publishVideo());
    ReceivedTrack seenByAlice = alice.receive(bob.publishVideo());
    call.runFor(5 * SECOND);
    TransportTuple before = alice.selected();
    alice.addPath(new InetSocketAddress("10.9.0.1", 7_000), new InetSocketAddress("203.0.113.9", 7_000));
    call.runFor(3 * SECOND);
    assertEquals(before, alice.selected());
    alice.removePath(before);
    call.runFor(8 * SECOND);
    assertNotEquals(before, alice.selected());
    assertEquals(7_000, iceRemotePort(call, alice));
    settle(call, alice, bob);
    String which = "seed " + seed;
    decodedWithoutAHole(seenByBob, which);
    // What was on its way to the address she left is lost, and asked for again.
    decodedWithoutAHole(seenByAlice, which);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void nothingIsSentToASilentPeerAfterThirtySeconds(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    bob.receive(alice.publishVideo());
    call.runFor(5 * SECOND);
    bob.die();
    call.runFor(25 * SECOND);
    long before = bob.downlinkDatagrams();
    call.runFor(1 * SECOND);
    assertTrue(bob.downlinkDatagrams() > before, "five seconds early");
    call.runFor(4 * SECOND + 200 * MS);
    long after = bob.downlinkDatagrams();
    call.runFor(30 * SECOND);
    assertEquals(after, bob.downlinkDatagrams(), "seed " + seed);
    assertTrue(call.node().events.contains("ice bob disconnected"));
    assertEquals(IceState.COMPLETED, alice.transport().iceState());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void authenticMediaIsNoConsentAndTheFirstCheckBringsEverythingBack(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.NONE);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    bob.receive(alice.publishVideo());
    alice.receive(bob.publishAudio());
    call.runFor(5 * SECOND);
    InetSocketAddress address = bob.outsideAddress();
    call.node().capture(address, 100);
    bob.withholdChecks(true);
    // His last check was at most three seconds ago.
    call.runFor(26 * SECOND);
    long before = bob.downlinkDatagrams();
    call.runFor(SECOND);
    assertTrue(bob.downlinkDatagrams() > before, "three seconds early");
    assertEquals(100, call.node().captured().size(), "he goes on sending");
    call.runFor(3 * SECOND + 100 * MS);
    assertEquals(IceState.DISCONNECTED, bob.transport().iceState());
    long after = bob.downlinkDatagrams();
    for (byte[] datagram : call.node().captured()) {
      call.node().receive(address, datagram, 0, datagram.length);
    }
    call.runFor(10 * SECOND);
    assertEquals(after, bob.downlinkDatagrams(), "not a byte, seed " + seed);

    bob.withholdChecks(false);
    call.runFor(4 * SECOND);
    assertEquals(IceState.COMPLETED, bob.transport().iceState());
    long back = bob.downlinkDatagrams();
    call.runFor(SECOND);
    assertTrue(bob.downlinkDatagrams() - back >= 75, "25 pictures of three packets in a second, seed " + seed);
  }

  @Test
  void aPeerThatComesBackAfterItsConsentRanOutGetsAKeyFrameAndGoesOn() {
    SimulatedCall call = new SimulatedCall(1, Impairment.NONE);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    ReceivedTrack seen = bob.receive(alice.publishVideo());
    call.runFor(5 * SECOND);
    bob.cut(true);
    call.runFor(35 * SECOND);
    assertEquals(IceState.DISCONNECTED, bob.transport().iceState());
    bob.cut(false);
    call.runFor(10 * SECOND);
    List<Picture> after = DecodedVideo.of(seen, "bob").arrivedBetween(call.nowNs() - 4 * SECOND, call.nowNs());
    assertTrue(after.size() > 95, "" + after.size());
  }

  @Test
  void whenAPeerLeavesTheOthersLearnItAndNothingOfItIsLeft() {
    SimulatedCall call = new SimulatedCall(1, Impairment.NONE);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    SimulatedPeer carol = call.join("carol");
    ReceivedTrack bobSees = bob.receive(alice.publishVideo());
    ReceivedTrack carolSees = carol.receive(bob.publishVideo());
    ReceivedTrack aliceSees = alice.receive(bob.publishAudio());
    call.runFor(5 * SECOND);
    call.node().router().closeTransport("alice", call.nowNs());
    assertEquals(List.of("consumerClosed " + bobSees.consumer().id()), call.node().eventsOf("consumerClosed"));
    assertTrue(bobSees.consumer().closed() && aliceSees.consumer().closed());
    call.runFor(SECOND);
    assertTrue(alice.dtls().state() == DtlsState.CLOSED && alice.dtlsClosed, "she was told");
    int before = carolSees.packets.size();
    call.runFor(5 * SECOND);
    assertTrue(carolSees.packets.size() > before + 250, "the others go on");
    assertEquals(2, call.node().router().transportCount());
    assertEquals(2, call.node().router().producerCount());
    assertEquals(1, call.node().router().consumerCount());
    assertEquals(2, call.node().routes());
    assertEquals(2, call.node().fragments());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void soundAndPictureKeepThePublishersClockAlsoAcrossALayerSwitch(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    ReceivedTrack seen = bob.receive(alice.publishVideo(new VideoOptions().simulcast(2, 1)));
    ReceivedTrack heard = bob.receive(alice.publishAudio());
    String which = "seed " + seed;
    for (int layer : new int[] {1, 0, 1}) {
      seen.consumer().setPreferredLayers(layer, 0, call.nowNs());
      call.runFor(8 * SECOND);
      for (ReceivedTrack track : List.of(seen, heard)) {
        Arrived newest = track.packets.lastEntry().getValue();
        assertTrue(track.hasClock(), which);
        long expected = alice.ntpTime(newest.content().captureNs());
        double apartMs = (track.ntpTimeOf(newest.timestamp()) - expected) * 1000.0 / (1L << 32);
        assertEquals(0, apartMs, 5, which + " " + track.consumer().id() + " layer " + layer);
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void thePublisherLearnsWhatArrivedByTransportCcWhereItIsNegotiated(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    alice.publishVideo();
    alice.publishAudio();
    call.runFor(20 * SECOND);
    String which = "seed " + seed;
    assertTrue(alice.transportFeedbacks > 150, which + ": " + alice.transportFeedbacks);
    int sent = alice.transportSequenceNumbersSent();
    // 5 % are lost on the way up, and 5 % of the feedback on the way down.
    assertEquals(0.95 * 0.95, alice.acknowledgedTransportSequences.size() / (double) sent, 0.05, which);
    assertEquals(0, alice.rembs, which);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void thePublisherGetsRembWhereOnlyThatIsNegotiated(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.NONE);
    SimulatedPeer alice = call.join("alice");
    alice.publishVideo(new VideoOptions().withoutTransportCc());
    alice.publishAudio(false);
    call.runFor(20 * SECOND);
    String which = "seed " + seed;
    assertTrue(alice.rembs > 10, which + ": " + alice.rembs);
    assertTrue(alice.lastRembBps > 300_000, which + ": " + alice.lastRembBps);
    assertEquals(0, alice.transportFeedbacks, which);
    assertNull(alice.dtlsFailure);
  }
}
