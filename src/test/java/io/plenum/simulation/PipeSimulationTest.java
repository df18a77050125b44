package io.plenum.simulation;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.protocol.srtp.SrtpDrop;
import io.plenum.protocol.wire.Bytes;
import io.plenum.simulation.SimulatedPeer.VideoOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes, a pipe between them over a bad network, a publisher on the one and receivers on both. */
class PipeSimulationTest {
  static final PipeConsumer.PipeConsumerListener NOBODY = new PipeConsumer.PipeConsumerListener() {
    @Override
    public void onProducerPaused(PipeConsumer consumer, boolean paused) {}

    @Override
    public void onProducerScore(PipeConsumer consumer, List<Integer> scores) {}

    @Override
    public void onProducerClosed(PipeConsumer consumer) {}
  };

  @ParameterizedTest(name = "seed {0}, srtp {1}")
  @CsvSource({"1,true", "2,false", "3,true", "42,true", "42,false"})
  void mediaArrivesWholeOverAPipeThatLosesFivePercentEachWay(long seed, boolean srtp) {
    TwoNodes nodes = new TwoNodes(seed, Impairment.FIVE_PERCENT, new PipeOptions(srtp, true, true, 1_024, 1_024));
    Publication video = nodes.near.join("alice").publishVideo();
    Publication audio = nodes.near.join("carol").publishAudio();
    SimulatedPeer bob = nodes.far.join("bob");
    nodes.pipe(video);
    nodes.pipe(audio);
    ReceivedTrack seen = bob.receive(video);
    ReceivedTrack heard = bob.receive(audio);
    nodes.runFor(30 * SECOND);
    nodes.nearSocket.link.impair(Impairment.NONE);
    nodes.farSocket.link.impair(Impairment.NONE);
    nodes.runFor(2 * SECOND);
    DecodedVideo decoded = DecodedVideo.of(seen, "seed " + seed);
    assertEquals(0, decoded.missing);
    assertTrue(decoded.pictures.size() > 28 * 25, "pictures: " + decoded.pictures.size());
    assertEquals(heard.packets.lastKey() - heard.packets.firstKey() + 1, heard.packets.size(), "every packet of sound");
    assertTrue(heard.packets.size() > 31 * 50, "audio packets: " + heard.packets.size());
    assertEquals(Map.of(), nodes.near.node().faults);
    assertEquals(Map.of(), nodes.far.node().faults);
  }

  @Test
  void withoutRtxWhatIsLostOnThePipeStaysLost() {
    TwoNodes nodes = new TwoNodes(5, Impairment.FIVE_PERCENT, new PipeOptions(true, false, true, 1_024, 1_024));
    Publication video = nodes.near.join("alice").publishVideo();
    SimulatedPeer bob = nodes.far.join("bob");
    nodes.pipe(video);
    ReceivedTrack seen = bob.receive(video);
    nodes.runFor(20 * SECOND);
    assertTrue(DecodedVideo.of(seen, "no rtx").pictures.size() < 0.95 * 20 * 25, "nothing was lost, so the other test shows nothing");
  }

  @Test
  void onlyTheEncodingsThatAreWantedCross() {
    TwoNodes nodes = new TwoNodes(7, Impairment.NONE, PipeOptions.DEFAULT);
    Publication video = nodes.near.join("alice").publishVideo(new VideoOptions().simulcast(3, 1));
    SimulatedPeer bob = nodes.far.join("bob");
    PipeConsumer piped = nodes.pipe(video);
    bob.receive(video);
    nodes.runFor(10 * SECOND);
    assertEquals(3, mediaSsrcs(nodes, piped), "all three encodings cross while all are wanted");

    piped.want(0, 7, nodes.near.nowNs());
    nodes.runFor(SECOND);
    long before = nodes.nearSocket.link.bytes();
    nodes.nearSocket.mediaSsrcsSent.clear();
    nodes.runFor(5 * SECOND);
    long lowOnly = nodes.nearSocket.link.bytes() - before;
    assertEquals(1, mediaSsrcs(nodes, piped));

    piped.want(2, 7, nodes.near.nowNs());
    nodes.runFor(2 * SECOND);
    before = nodes.nearSocket.link.bytes();
    nodes.runFor(5 * SECOND);
    assertTrue(nodes.nearSocket.link.bytes() - before > 2 * lowOnly, "higher encodings cross again");

    piped.pause();
    nodes.nearSocket.mediaSsrcsSent.clear();
    nodes.runFor(5 * SECOND);
    assertEquals(Set.of(), nodes.nearSocket.mediaSsrcsSent, "nothing crosses while nobody wants it");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whereOnlyHigherEncodingsThanTheWantedOneAreSentTheLowestOfThemCrosses(int lowest) {
    TwoNodes nodes = new TwoNodes(8, Impairment.NONE, PipeOptions.DEFAULT);
    Publication video = nodes.near.join("alice").publishVideo(new VideoOptions().simulcast(3, 1).frames(40 * MS, 1));
    video.sendLayersFrom(lowest);
    SimulatedPeer bob = nodes.far.join("bob");
    nodes.pipe(video).want(0, 7, nodes.near.nowNs());
    ReceivedTrack seen = bob.receive(video);
    seen.consumer().setPreferredLayers(0, 7, nodes.near.nowNs());
    nodes.runFor(5 * SECOND);
    DecodedVideo decoded = DecodedVideo.of(seen, "from " + lowest);
    assertTrue(decoded.pictures(lowest) > 90, "pictures: " + decoded.pictures(lowest));
    video.sendLayersFrom(0);
    nodes.runFor(5 * SECOND);
    assertTrue(DecodedVideo.of(seen, "from 0").pictures(0) > 90, "and the wanted one when it comes");
  }

  private static long mediaSsrcs(TwoNodes nodes, PipeConsumer piped) {
    return piped.streams().stream().filter(stream -> nodes.nearSocket.mediaSsrcsSent.contains(stream.ssrc())).count();
  }

  @Test
  void producersThatComeAndGoDoNotPileUpInThePipesSrtp() {
    TwoNodes nodes = new TwoNodes(15, Impairment.NONE, PipeOptions.DEFAULT);
    Publication audio = nodes.near.join("alice").publishAudio();
    int most = 0;
    for (int round = 0; round < 40; round++) {
      PipeConsumer piped = nodes.pipe(audio);
      nodes.runFor(SECOND);
      nodes.farEnd.closeProducer(audio.producer().id(), nodes.near.nowNs());
      piped.close(nodes.near.nowNs());
      nodes.runFor(9 * SECOND);
      most = Math.max(most, nodes.farEnd.protectedSsrcs());
    }
    assertTrue(most >= 7, "state is kept for a minute: " + most);
    assertTrue(most <= 10, "and then no more: " + most);
    assertTrue(nodes.nearEnd.protectedSsrcs() <= 2, "at the sender: " + nodes.nearEnd.protectedSsrcs());
  }

  @Test
  void aProducerThatIsMadeAgainFromTheSameConsumerGoesOnWithItsRollOverCounters() {
    TwoNodes nodes = new TwoNodes(16, Impairment.NONE, PipeOptions.DEFAULT);
    Publication audio = nodes.near.join("alice").publishAudio();
    SimulatedPeer bob = nodes.far.join("bob");
    PipeConsumer piped = nodes.pipe(audio);
    // Past the first roll-over of 16 bits, at 50 packets per second.
    nodes.runFor(1_400 * SECOND);
    nodes.farEnd.closeProducer(audio.producer().id(), nodes.near.nowNs());
    nodes.runFor(20 * SECOND);
    nodes.farEnd.produce(new ProducerOptions(audio.producer().id(), piped.kind(), piped.rtpParameters(), false, Map.of()),
        nodes.near.nowNs());
    ReceivedTrack heard = bob.receive(audio);
    nodes.runFor(2 * SECOND);
    assertTrue(heard.packets.size() > 80, "packets: " + heard.packets.size());
  }

  @Test
  void asLongAsAnythingCrossesEachEndHearsTheOtherOnceInAWhileAndAForgerIsNotHeard() {
    TwoNodes nodes = new TwoNodes(10, Impairment.NONE, PipeOptions.DEFAULT);
    Publication audio = nodes.near.join("alice").publishAudio();
    assertFalse(nodes.farEnd.heardWithin(SECOND, nodes.near.nowNs()), "before anything came");
    PipeConsumer piped = nodes.pipe(audio);
    nodes.runFor(3 * SECOND);
    piped.pause();
    for (int i = 0; i < 20; i++) {
      nodes.runFor(SECOND);
      assertTrue(nodes.farEnd.heardWithin(2 * SECOND, nodes.near.nowNs()), "reports of what is paused, after " + i + " s");
      assertTrue(nodes.nearEnd.heardWithin(2 * SECOND, nodes.near.nowNs()), "reports on it, after " + i + " s");
    }
    nodes.nearSocket.link.cut(true);
    nodes.runFor(3 * SECOND);
    byte[] forged = new byte[100];
    forged[0] = (byte) 0x80;
    Bytes.put32(forged, 8, piped.streams().get(0).ssrc());
    nodes.farSocket.receive(forged);
    assertFalse(nodes.farEnd.heardWithin(2 * SECOND, nodes.near.nowNs()));
  }

  @Test
  void closingEitherEndLeavesNothingBehind() {
    TwoNodes nodes = new TwoNodes(9, Impairment.NONE, PipeOptions.DEFAULT);
    Publication video = nodes.near.join("alice").publishVideo(new VideoOptions().simulcast(3, 1));
    nodes.pipe(video);
    nodes.runFor(2 * SECOND);
    assertTrue(nodes.farSocket.listened() > 3);
    nodes.farEnd.close(nodes.near.nowNs());
    assertEquals(0, nodes.farSocket.listened());
    assertEquals(0, nodes.far.node().router().producerCount());
    nodes.nearEnd.close(nodes.near.nowNs());
    assertEquals(0, nodes.nearSocket.listened());
    assertEquals(0, video.producer().consumerCount());
  }

  @Test
  void theFarProducerHasTheScoresOfItsOriginAndConsumersThereShowThem() {
    TwoNodes nodes = new TwoNodes(13, Impairment.NONE, PipeOptions.DEFAULT);
    Publication video = nodes.near.join("alice").publishVideo(new VideoOptions().simulcast(3, 1));
    SimulatedPeer bob = nodes.far.join("bob");
    nodes.pipe(video).want(0, 7, nodes.near.nowNs());
    ReceivedTrack seen = bob.receive(video);
    nodes.runFor(5 * SECOND);
    Producer mirrored = nodes.far.node().router().producer(video.producer().id());
    mirrored.mirrorScores(List.of(4, 7, 11, 3), nodes.near.nowNs());
    assertEquals(List.of(4, 7, 10), mirrored.encodingScores(), "above the best is the best, and too many are ignored");
    nodes.runFor(5 * SECOND);
    Map<String, Object> score = seen.consumer().score();
    assertEquals(4, score.get("producerScore"));
    assertEquals(List.of(4, 7, 10), score.get("producerScores"), "also of encodings that do not cross");
  }

  @Test
  void aForgedPacketOfTheRightAddressAndSsrcIsNotForwarded() {
    TwoNodes nodes = new TwoNodes(11, Impairment.NONE, PipeOptions.DEFAULT);
    Publication audio = nodes.near.join("alice").publishAudio();
    SimulatedPeer bob = nodes.far.join("bob");
    PipeConsumer piped = nodes.pipe(audio);
    ReceivedTrack heard = bob.receive(audio);
    nodes.runFor(3 * SECOND);
    int ssrc = piped.streams().get(0).ssrc();
    nodes.nearSocket.link.cut(true);
    nodes.runFor(SECOND);
    int before = heard.packets.size();
    long[] counted = nodes.far.node().router().environment().drops().of(SrtpDrop.class);
    assertEquals(0, LongStream.of(counted).sum());
    assertEquals(0, nodes.farSocket.unknown);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      byte[] forged = new byte[100];
      random.nextBytes(forged);
      forged[0] = (byte) 0x80;
      forged[1] = (byte) (random.nextBoolean() ? 111 : 200);
      Bytes.put32(forged, forged[1] == 111 ? 8 : 4, ssrc);
      nodes.farSocket.receive(forged);
    }
    nodes.runFor(SECOND);
    assertEquals(before, heard.packets.size());
    assertEquals(0, nodes.farSocket.unknown);
    assertEquals(10_000, LongStream.of(counted).sum(), "each is in the metrics, as a client's would be");
    assertTrue(counted[SrtpDrop.AUTHENTICATION_FAILED.ordinal()] > 1_000);
    assertEquals(Map.of(), nodes.far.node().faults);
  }
}
