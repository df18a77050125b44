package io.plenum.simulation;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.transport.RtpDrop;
import io.plenum.protocol.srtp.SrtpDrop;
import io.plenum.simulation.SimulatedPeer.VideoOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole calls over bad networks: real transports, router, producers and consumers; the seed replays a failure. */
class LossyCallSimulationTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void everyPacketArrivesOverLinksThatLoseFivePercentEachWay(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    Publication video = alice.publishVideo();
    Publication audio = alice.publishAudio();
    ReceivedTrack seen = bob.receive(video);
    ReceivedTrack heard = bob.receive(audio);
    call.runFor(40 * SECOND);
    alice.impair(Impairment.NONE, Impairment.NONE);
    bob.impair(Impairment.NONE, Impairment.NONE);
    call.runFor(2 * SECOND);

    String which = "seed " + seed;
    DecodedVideo decoded = DecodedVideo.of(seen, which);
    assertEquals(0, decoded.missing, which);
    assertEquals(0, decoded.broken, which);
    assertTrue(decoded.pictures.size() > video.frames() - 30, which + ": " + decoded.pictures.size() + " of " + video.frames());
    long repaired = seen.packets.values().stream().filter(ReceivedTrack.Arrived::repaired).count();
    assertTrue(repaired > seen.packets.size() / 30, which + ": the downlink lost something: " + repaired);
    assertTrue(video.stream(0).retransmissions > video.stream(0).packets / 30, which);
    long lastHeard = heard.packets.lastKey() - heard.packets.firstKey() + 1;
    assertEquals(lastHeard, heard.packets.size(), which + ": every packet of sound");
    assertTrue(lastHeard > audio.frames() - 30, which + ": " + lastHeard + " of " + audio.frames());
    assertTrue(audio.stream(0).retransmissions > audio.frames() / 30, which + ": the uplink lost sound");
    assertRepairedAsSent(heard, which);
    assertEquals(0, repairsThatDiffer(call), which);
    assertEquals(0, alice.unknownSsrc + bob.unknownSsrc, which);
    assertTrue(video.stream(0).mostKeyFrameRequestsInASecond() <= 3, which);
    assertTrue(call.node().faults.isEmpty(), which + call.node().faults);
  }

  private static void assertRepairedAsSent(ReceivedTrack track, String which) {
    Map<String, Object> stats = track.consumer().stats(0, 0).get(0);
    long repaired = (long) stats.get("packetsRepaired");
    assertTrue(repaired > track.packets.size() / 30, which + ": the downlink lost something: " + stats);
  }

  private static long repairsThatDiffer(SimulatedCall call) {
    return call.node().router().environment().drops().of(RtpDrop.class)[RtpDrop.REPAIR_DIFFERS.ordinal()];
  }

  /** 50 ms to and fro, 5 % lost each way; a jitter buffer that has met repairs waits as long as they take. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 42})
  void soundIsPlayedWithoutConcealmentOverAPathThatLosesFivePercent(long seed) {
    SimulatedCall call = new SimulatedCall(seed, new Impairment(0, 25 * MS, 0, 0, 0));
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    Publication video = alice.publishVideo();
    ReceivedTrack heard = bob.receive(alice.publishAudio());
    ReceivedTrack seen = bob.receive(video);
    // Browsers know it from their reports.
    heard.stream().onRtt(50 * MS);
    call.runFor(3 * SECOND);
    long fromNs = call.nowNs();
    Impairment lossy = new Impairment(0.05, 25 * MS, 0, 0, 0);
    bob.impair(lossy, lossy);
    call.runFor(60 * SECOND);
    long toNs = call.nowNs();
    bob.impair(Impairment.NONE, Impairment.NONE);
    call.runFor(SECOND);
    double played = heard.playedShare(fromNs, toNs, 20 * MS, 300 * MS);
    assertTrue(played >= 0.999, "seed " + seed + ": " + played);
    assertEquals(0, DecodedVideo.of(seen, "seed " + seed).missing);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void videoOfAnEndpointWithoutRtxIsRepairedByTheSamePackets(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer bob = call.join("bob");
    SimulatedPeer alice = call.join("alice");
    Publication video = alice.publishVideo(new VideoOptions().frames(20 * MS, 8).beginningAt(60_000, 0));
    ReceivedTrack seen = bob.receiveWithoutRtx(video);
    call.runFor(30 * SECOND);
    alice.impair(Impairment.NONE, Impairment.NONE);
    bob.impair(Impairment.NONE, Impairment.NONE);
    call.runFor(2 * SECOND);
    String which = "seed " + seed;
    DecodedVideo decoded = DecodedVideo.of(seen, which);
    assertEquals(0, seen.rtxSsrc, which);
    assertEquals(0, decoded.missing, which);
    assertEquals(0, decoded.broken, which);
    assertTrue(decoded.pictures.size() > 50 * 31, which + ": " + decoded.pictures.size());
    assertRepairedAsSent(seen, which);
    assertEquals(0, repairsThatDiffer(call), which);
    assertEquals(0, bob.srtpReceiver().dropped(SrtpDrop.AUTHENTICATION_FAILED), which);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 42})
  void threePeersSeeAndHearEachOther(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    List<SimulatedPeer> peers = List.of(call.join("alice"), call.join("bob"), call.join("carol"));
    List<Publication> publications = new ArrayList<>();
    for (SimulatedPeer peer : peers) {
      publications.add(peer.publishVideo());
      publications.add(peer.publishAudio());
    }
    List<ReceivedTrack> tracks = new ArrayList<>();
    for (int i = 0; i < publications.size(); i++) {
      for (int j = 0; j < peers.size(); j++) {
        if (i / 2 != j) {
          tracks.add(peers.get(j).receive(publications.get(i)));
        }
      }
    }
    call.runFor(13 * SECOND);
    peers.forEach(peer -> peer.impair(Impairment.NONE, Impairment.NONE));
    call.runFor(2 * SECOND);
    for (ReceivedTrack track : tracks) {
      String which = "seed " + seed + " " + track.consumer().id();
      if (track.isVideo()) {
        DecodedVideo decoded = DecodedVideo.of(track, which);
        assertEquals(0, decoded.missing, which);
        assertTrue(decoded.pictures.size() > 15 * 25 - 80, which + ": " + decoded.pictures.size());
      } else {
        assertTrue(track.packets.size() > 0.95 * 15 * 50, which + ": " + track.packets.size());
      }
    }
    assertEquals(6, call.node().router().producerCount());
    assertEquals(12, call.node().router().consumerCount());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = 1)
  void sequenceNumbersAndTimestampsRollOverWithoutAGap(long seed) {
    SimulatedCall call = new SimulatedCall(seed, Impairment.FIVE_PERCENT);
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    Publication video = alice.publishVideo(new VideoOptions().frames(10 * MS, 13).beginningAt(64_000, 0));
    long timestampNow = video.stream(0).timestampAt(call.nowNs());
    Publication wrapping = alice.publishVideo(
        new VideoOptions().beginningAt(65_500, -timestampNow - 20 * 90_000 & 0xffff_ffffL));
    ReceivedTrack seen = consumedNearTheEndOfTheNumbers(call, bob, video);
    ReceivedTrack seenWrapping = bob.receive(wrapping);
    call.runFor(30 * SECOND);
    alice.impair(Impairment.NONE, Impairment.NONE);
    bob.impair(Impairment.NONE, Impairment.NONE);
    call.runFor(2 * SECOND);
    for (ReceivedTrack track : List.of(seen, seenWrapping)) {
      DecodedVideo decoded = DecodedVideo.of(track, "seed " + seed);
      assertEquals(0, decoded.missing, "seed " + seed);
      assertTrue(decoded.pictures.size() > 700, "seed " + seed + ": " + decoded.pictures.size());
    }
    long first = seenWrapping.packets.firstEntry().getValue().timestamp();
    long last = seenWrapping.packets.lastEntry().getValue().timestamp();
    assertTrue(first > last, "the timestamp rolled over: " + first + " " + last);
    assertTrue(seen.packets.lastKey() >> 16 > seen.packets.firstKey() >> 16,
        "the router's numbers rolled over too: " + seen.packets.firstKey() + "…" + seen.packets.lastKey());
    assertEquals(0, bob.srtpReceiver().dropped(SrtpDrop.AUTHENTICATION_FAILED), "no packet is refused at a roll-over");
    assertEquals(0, alice.transport().drops(SrtpDrop.AUTHENTICATION_FAILED) + alice.transport().drops(SrtpDrop.TOO_OLD));
  }

  /** Our numbers begin anywhere below 2^15: of some consumers the one that is highest saves waiting. */
  private static ReceivedTrack consumedNearTheEndOfTheNumbers(SimulatedCall call, SimulatedPeer bob, Publication video) {
    List<ReceivedTrack> tracks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      tracks.add(bob.receive(video));
    }
    call.runFor(SECOND);
    ReceivedTrack highest = tracks.stream().filter(track -> !track.packets.isEmpty())
        .max(Comparator.comparingLong(track -> track.packets.firstKey())).orElseThrow();
    tracks.stream().filter(track -> track != highest).forEach(track -> track.consumer().close(call.nowNs()));
    return highest;
  }
}
