package io.plenum.simulation;

import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.transport.DirectTransport;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.simulation.SimulatedPeer.VideoOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever waited for a stream hears of its first packet, and needs nothing else to have it. */
class FirstPacketSimulationTest {
  private final SimulatedCall call = new SimulatedCall(1, Impairment.NONE);
  private final SimulatedPeer alice = call.join("alice");

  private Publication publishThreeEncodings() {
    call.runFor(2 * SECOND);
    return alice.publishVideo(new VideoOptions().simulcast(3, 1));
  }

  private Consumer watchWithoutAPath(Publication video) {
    DirectTransport direct =
        new DirectTransport("direct", call.node().router(), new DirectTransport.Listener() {}, call.nowNs());
    return direct.consume(new ConsumerOptions("watcher", video.producer().id(),
        call.node().router().rtpCapabilities(), false, true, Map.of()), call.nowNs());
  }

  private String lastLayers() {
    List<String> layers = call.node().eventsOf("layers watcher");
    return layers.isEmpty() ? "none" : layers.get(layers.size() - 1);
  }

  @Test
  void aConsumerThatNoEstimateHoldsDownEndsOnTheLayerThatItPrefers() {
    Publication video = publishThreeEncodings();
    Consumer consumer = watchWithoutAPath(video);
    call.runFor(SECOND);
    assertEquals("layers watcher 2.0", lastLayers());
    assertEquals(0, video.keyFrameRequests(), "each stream begins with a key frame, so nobody asks for another");

    consumer.setPreferredLayers(1, 0, call.nowNs());
    call.runFor(SECOND);
    assertEquals("layers watcher 1.0", lastLayers());
  }

  @Test
  void anEncodingThatBeginsLaterIsTakenWhenItComes() {
    Publication video = publishThreeEncodings();
    video.sendLayersUpTo(0);
    watchWithoutAPath(video);
    call.runFor(5 * SECOND);
    assertEquals("layers watcher 0.0", lastLayers());
    video.sendLayersUpTo(2);
    call.runFor(SECOND);
    assertEquals("layers watcher 2.0", lastLayers());
    video.sendLayersUpTo(1);
    call.runFor(3 * SECOND);
    assertEquals("layers watcher 1.0", lastLayers());
  }

  @Test
  void whoWasToldThatNothingArrivesIsToldWhenItDoes() {
    Publication video = publishThreeEncodings();
    SimulatedPeer bob = call.join("bob");
    ReceivedTrack seen = bob.receive(video);
    assertEquals(List.of(0, 0, 0), seen.consumer().score().get("producerScores"));
    call.runFor(2 * SECOND);
    List<String> told = call.node().eventsOf("consumerScore " + seen.consumer().id());
    assertEquals(2, told.size(), "the first stream at once, the others together a second later: " + told);
    assertTrue(told.get(0).contains("producerScores=[10, 0, 0]"), told::toString);
    assertTrue(told.get(1).contains("producerScores=[10, 10, 10]"), told::toString);
    assertEquals(2, call.node().eventsOf("producerScore " + video.producer().id()).size());
  }

  @Test
  void aStreamWhoseSsrcWasSignalledScoresTheSameBeforeAndAfterSoNobodyIsTold() {
    call.runFor(2 * SECOND);
    Publication audio = alice.publishAudio();
    SimulatedPeer bob = call.join("bob");
    bob.receive(audio);
    call.runFor(SECOND);
    assertEquals(List.of(), call.node().eventsOf("consumerScore"));
    assertEquals(List.of(), call.node().eventsOf("producerScore"));
  }

  @Test
  void aPipeThatWasMadeBeforeTheStreamsBeganTellsTheFarNodeWhenTheyDo() {
    TwoNodes nodes = new TwoNodes(17, Impairment.NONE, PipeOptions.DEFAULT);
    SimulatedPeer publisher = nodes.near.join("alice");
    nodes.runFor(2 * SECOND);
    Publication video = publisher.publishVideo(new VideoOptions().simulcast(3, 1));
    List<List<Integer>> told = new ArrayList<>();
    PipeConsumer piped = nodes.nearEnd.consumePiped("piped", video.producer().id(), new PipeConsumer.PipeConsumerListener() {
      @Override
      public void onProducerPaused(PipeConsumer consumer, boolean paused) {}

      @Override
      public void onProducerScore(PipeConsumer consumer, List<Integer> scores) {
        told.add(scores);
      }

      @Override
      public void onProducerClosed(PipeConsumer consumer) {}
    });
    assertEquals(List.of(0, 0, 0), piped.producerScores());
    nodes.runFor(2 * SECOND);
    assertEquals(List.of(List.of(10, 0, 0), List.of(10, 10, 10)), told);
  }
}
