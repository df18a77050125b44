package io.plenum.simulation;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.PlenumException;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataDepartures;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.PipeDataConsumer;
import io.plenum.media.router.Subchannels;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data from router to router, over a pipe with a bad network between. */
class PipeDataSimulationTest {
  private static final Impairment BAD = new Impairment(0.05, 15 * MS, 10 * MS, 0.05, 0.03);

  private static PipeOptions options(boolean srtp) {
    return new PipeOptions(srtp, true, true, 1_024, 1_024);
  }

  private static void noFaults(TwoNodes nodes) {
    assertEquals(Map.of(), nodes.near.node().faults);
    assertEquals(Map.of(), nodes.far.node().faults);
  }

  @ParameterizedTest(name = "seed {0}, srtp {1}, ordered {2}")
  @CsvSource({"1,true,true", "2,false,true", "3,true,false", "4,false,false", "42,true,true"})
  void reliableMessagesOfAllSizesArriveOnceBothWaysAtOnce(long seed, boolean srtp, boolean ordered) {
    TwoNodes nodes = new TwoNodes(seed, BAD, options(srtp));
    SctpStreamParameters promised = new SctpStreamParameters(7, ordered, null, null);
    List<PipedData> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(new PipedData(nodes, true, "forth" + i, promised).pipe());
      all.add(new PipedData(nodes, false, "back" + i, promised).pipe());
    }
    all.forEach(PipedData::listen);
    SplittableRandom random = new SplittableRandom(seed);
    List<List<byte[]>> said = new ArrayList<>();
    all.forEach(each -> said.add(new ArrayList<>()));
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < all.size(); j++) {
        byte[] content = new byte[random.nextInt(4) == 0 ? random.nextInt(60_000) : random.nextInt(20)];
        random.nextBytes(content);
        said.get(j).add(content);
        all.get(j).producer.onMessage(new DataMessage(i % 2 == 0, content), Subchannels.EVERYBODY, nodes.near.nowNs());
      }
      nodes.runFor(200 * MS);
    }
    nodes.runFor(20 * SECOND);
    for (int j = 0; j < all.size(); j++) {
      List<DataMessage> heard = all.get(j).heard;
      assertEquals(said.get(j).size(), heard.size(), "seed " + seed + ": " + all.get(j).id);
      for (int i = 0; ordered && i < heard.size(); i++) {
        assertArrayEquals(said.get(j).get(i), heard.get(i).content(), "seed " + seed + ": " + all.get(j).id + " " + i);
        assertEquals(i % 2 == 0, heard.get(i).text());
      }
    }
    noFaults(nodes);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatMayBeLostIsLostAndNothingComesTwice(long seed) {
    TwoNodes nodes = new TwoNodes(seed, new Impairment(0.2, 15 * MS, 10 * MS, 0.05, 0.05), options(true));
    PipedData ticks = new PipedData(nodes, true, "ticks", new SctpStreamParameters(7, false, null, 0)).pipe();
    PipedData late = new PipedData(nodes, true, "late", new SctpStreamParameters(8, false, 1, null)).pipe();
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    List.of(ticks, late, chat).forEach(PipedData::listen);
    nodes.runFor(5 * SECOND);
    for (int i = 0; i < 500; i++) {
      ticks.say("t" + i);
      late.say("l" + i);
      chat.say("c" + i);
      nodes.runFor(20 * MS);
    }
    nodes.runFor(20 * SECOND);
    assertEquals(500, chat.heard.size());
    for (PipedData each : List.of(ticks, late)) {
      Set<String> once = new HashSet<>(each.texts());
      assertEquals(once.size(), each.heard.size());
      assertTrue(once.size() > 300 && once.size() < 500, () -> each.id + ": " + once.size());
    }
    noFaults(nodes);
  }

  @Test
  void consumersOnTheFarRouterAreChosenBySubchannelsAsOnTheNearOne() {
    TwoNodes nodes = new TwoNodes(1, BAD, options(true));
    PipedData game = new PipedData(nodes, true, "game", PipedData.reliable()).pipe();
    game.subchannels = Set.of(1, 2, 65_535);
    game.listen();
    game.say("for 1", new Subchannels(Set.of(1, 9), null, null));
    game.say("for 9", new Subchannels(Set.of(9), null, null));
    game.say("needs 2", new Subchannels(Set.of(), 2, null));
    game.say("needs 3", new Subchannels(Set.of(), 3, null));
    game.say("not for 65535", new Subchannels(Set.of(1), 2, 65_535));
    game.say("not for 4", new Subchannels(Set.of(1), 2, 4));
    game.say("for all");
    nodes.runFor(3 * SECOND);
    assertEquals(List.of("for 1", "needs 2", "not for 4", "for all"), game.texts());
  }

  @Test
  void whatComesInOneDatagramCrossesInOneAndReachesEachFarListenerInOne() {
    TwoNodes nodes = new TwoNodes(1, Impairment.NONE, options(true));
    SimulatedPeer bob = nodes.far.join("bob");
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    nodes.runFor(2 * SECOND);
    bob.data().channels().association().connect(nodes.far.nowNs());
    nodes.runFor(SECOND);
    DataConsumer toBob = bob.transport().consumeData(DataConsumerOptions.of("toBob", "chat"), nodes.far.nowNs());
    int stream = toBob.sctpStreamParameters().streamId();
    bob.data().channels().openNegotiated(stream, DataChannelParameters.reliable("chat", ""));
    nodes.runFor(SECOND);
    long crossedBefore = nodes.nearSocket.link.datagrams();
    long receivedBefore = bob.data().channels().association().counters().packetsReceived();
    DataDepartures departures = nodes.near.node().router().environment().departures();
    departures.begin();
    for (int i = 0; i < 30; i++) {
      chat.say("" + i);
    }
    assertEquals(crossedBefore, nodes.nearSocket.link.datagrams());
    departures.end(nodes.near.nowNs());
    assertEquals(crossedBefore + 1, nodes.nearSocket.link.datagrams());
    nodes.runFor(2 * Impairment.NONE.delayNs());
    assertEquals(30, bob.data().received(stream).size());
    assertEquals(receivedBefore + 1, bob.data().channels().association().counters().packetsReceived());
    noFaults(nodes);
  }

  @Test
  void whileNobodyThereWantsItNothingCrosses() {
    TwoNodes nodes = new TwoNodes(1, Impairment.NONE, options(true));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    chat.listen();
    chat.say("1");
    nodes.runFor(SECOND);
    chat.piped.pause();
    chat.say("2");
    nodes.runFor(SECOND);
    chat.piped.resume();
    chat.say("3");
    nodes.runFor(SECOND);
    assertEquals(List.of("1", "3"), chat.texts());
  }

  @Test
  void aPauseHoldsBackAtTheOriginSoThatNothingIsLostWhenTheFarEndLearnsLaterOfItsEnd() {
    TwoNodes nodes = new TwoNodes(1, Impairment.NONE, options(true));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    DataConsumer listener = chat.listen();
    chat.producer.pause(nodes.near.nowNs());
    chat.mirrored.pause(nodes.near.nowNs());
    assertTrue(listener.producerPaused());
    chat.say("paused");
    chat.producer.resume(nodes.near.nowNs());
    chat.say("resumed");
    nodes.runFor(SECOND);
    assertEquals(List.of("resumed"), chat.texts());
    assertEquals(List.of("paused true", "paused false"), chat.events);
    chat.mirrored.resume(nodes.near.nowNs());
    assertFalse(listener.producerPaused());
  }

  @Test
  void whenTheProducerClosesTheFarOneAndItsConsumersDoToo() {
    TwoNodes nodes = new TwoNodes(1, BAD, options(true));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    DataConsumer listener = chat.listen();
    nodes.runFor(SECOND);
    chat.say("last words");
    chat.producer.close(nodes.near.nowNs());
    nodes.runFor(3 * SECOND);
    assertEquals(List.of("last words"), chat.texts());
    assertTrue(chat.mirrored.closed());
    assertTrue(listener.closed());
    assertEquals(List.of("producer closed", "far gone"), chat.events);
    noFaults(nodes);
  }

  @Test
  void whenTheFarEndGivesItUpTheNearConsumerGoesAndBothCanBeMadeAnew() {
    TwoNodes nodes = new TwoNodes(1, BAD, options(true));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    for (int round = 0; round < 5; round++) {
      nodes.runFor(SECOND);
      int streamId = chat.piped.sctpStreamParameters().streamId();
      chat.mirrored.close(nodes.near.nowNs());
      nodes.runFor(3 * SECOND);
      assertEquals(List.of("near gone"), chat.events);
      assertNull(nodes.nearEnd.dataConsumer("c-chat"));
      chat.events.clear();
      chat.pipe();
      assertTrue(streamId != chat.piped.sctpStreamParameters().streamId(), "not the number that was just reset");
      chat.listen();
      chat.say("round " + round);
      nodes.runFor(3 * SECOND);
      assertEquals("round " + round, chat.texts().get(chat.heard.size() - 1));
    }
    noFaults(nodes);
  }

  @Test
  void bothEndsMayFillTheirHalfOfTheStreamsAtTheSameTimeAndNoMore() {
    TwoNodes nodes = new TwoNodes(1, Impairment.NONE, new PipeOptions(true, true, true, 16, 16));
    List<PipedData> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(new PipedData(nodes, true, "forth" + i, PipedData.reliable()).pipe());
      all.add(new PipedData(nodes, false, "back" + i, PipedData.reliable()).pipe());
    }
    Set<Integer> streams = new HashSet<>();
    all.forEach(each -> streams.add(each.piped.sctpStreamParameters().streamId()));
    assertEquals(16, streams.size());
    PipedData one = new PipedData(nodes, true, "tooMany", PipedData.reliable());
    assertEquals("too-many", assertThrows(PlenumException.class, one::pipe).code());
  }

  @Test
  void aLinkThatWasCutForAWhileLosesNothing() {
    TwoNodes nodes = new TwoNodes(3, Impairment.NONE, options(true));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    chat.listen();
    nodes.runFor(SECOND);
    cut(nodes, true);
    for (int i = 0; i < 20; i++) {
      chat.say("m" + i);
      nodes.runFor(SECOND);
    }
    cut(nodes, false);
    nodes.runFor(3 * SECOND);
    assertEquals(20, chat.heard.size());
    noFaults(nodes);
  }

  private static void cut(TwoNodes nodes, boolean cut) {
    nodes.nearSocket.link.cut(cut);
    nodes.farSocket.link.cut(cut);
  }

  @Test
  void afterACutTheRollOverCounterIsStillRight() {
    TwoNodes nodes = new TwoNodes(4, Impairment.NONE, options(true));
    PipedData file = new PipedData(nodes, true, "file", PipedData.reliable()).pipe();
    file.listen();
    byte[] block = new byte[200_000];
    int said = 0;
    // 16 bits of sequence numbers are 78 MB: twice around, with cuts while much is on its way.
    for (int i = 0; i < 800; i++) {
      file.producer.onMessage(new DataMessage(false, block), Subchannels.EVERYBODY, nodes.near.nowNs());
      said++;
      if (i % 200 == 100) {
        cut(nodes, true);
        nodes.runFor(4 * SECOND);
        cut(nodes, false);
        nodes.runFor(4 * SECOND);
      }
      nodes.runFor(100 * MS);
    }
    nodes.runFor(10 * SECOND);
    assertEquals(said, file.heard.size());
    noFaults(nodes);
  }

  @Test
  void anAssociationThatWasGivenUpIsMadeAnewWithThePipeStillThere() {
    TwoNodes nodes = new TwoNodes(5, Impairment.NONE, options(true));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    PipedData back = new PipedData(nodes, false, "back", PipedData.reliable()).pipe();
    nodes.runFor(SECOND);
    cut(nodes, true);
    chat.say("into the void");
    nodes.runFor(600 * SECOND);
    assertTrue(chat.events.contains("near gone"), () -> chat.events.toString());
    cut(nodes, false);
    nodes.runFor(60 * SECOND);
    assertTrue(chat.events.contains("far gone"), () -> chat.events.toString());
    assertTrue(back.events.containsAll(List.of("near gone", "far gone")), () -> back.events.toString());
    chat.pipe().listen();
    back.pipe().listen();
    chat.say("again");
    back.say("indeed");
    nodes.runFor(5 * SECOND);
    assertEquals(List.of("again"), chat.texts());
    assertEquals(List.of("indeed"), back.texts());
    noFaults(nodes);
  }

  @Test
  void dataIsNoMediaToTheSessionAndIsASignOfLife() {
    TwoNodes nodes = new TwoNodes(1, Impairment.NONE, options(true));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    chat.listen();
    nodes.runFor(2 * SECOND);
    chat.say("hello");
    nodes.runFor(SECOND);
    assertEquals(List.of("hello"), chat.texts());
    Map<String, Object> stats = nodes.farEnd.stats(nodes.near.nowNs(), 0).get(0);
    assertEquals(0L, ((Number) stats.get("rtpBytesReceived")).longValue(), stats::toString);
    for (int i = 0; i < 20; i++) {
      nodes.runFor(SECOND);
      assertTrue(nodes.farEnd.heardWithin(2 * SECOND, nodes.near.nowNs()), "after " + i + " s of silence");
      assertTrue(nodes.nearEnd.heardWithin(2 * SECOND, nodes.near.nowNs()), "after " + i + " s of silence");
    }
  }

  @Test
  void withSrtpNobodyBetweenReadsAMessageAndNoDatagramExceedsThePath() {
    for (boolean srtp : new boolean[] {true, false}) {
      TwoNodes nodes = new TwoNodes(1, Impairment.NONE, options(srtp));
      PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
      chat.listen();
      nodes.runFor(SECOND);
      boolean[] read = new boolean[1];
      int[] longest = new int[1];
      nodes.nearSocket.tap = packet -> {
        read[0] |= new String(packet, java.nio.charset.StandardCharsets.ISO_8859_1).contains("a secret");
        longest[0] = Math.max(longest[0], packet.length);
      };
      chat.say("a secret" + "x".repeat(100_000));
      nodes.runFor(2 * SECOND);
      assertEquals(1, chat.heard.size());
      assertEquals(!srtp, read[0]);
      // IPv6's least, less its own header and UDP's.
      assertTrue(longest[0] > 1_100 && longest[0] <= 1_280 - 40 - 8, () -> "longest " + longest[0]);
    }
  }

  @Test
  void closingEitherEndLeavesNothingBehind() {
    TwoNodes nodes = new TwoNodes(9, Impairment.NONE, options(true));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable()).pipe();
    PipedData back = new PipedData(nodes, false, "back", PipedData.reliable()).pipe();
    nodes.runFor(2 * SECOND);
    nodes.farEnd.close(nodes.near.nowNs());
    assertEquals(0, nodes.farSocket.listened());
    assertTrue(chat.mirrored.closed());
    assertEquals(0, back.producer.consumerCount());
    nodes.runFor(2 * SECOND);
    assertEquals(0, chat.producer.consumerCount(), "the far end has said that it ends");
    assertTrue(back.mirrored.closed());
    nodes.nearEnd.close(nodes.near.nowNs());
    assertEquals(0, nodes.nearSocket.listened());
    assertEquals(0, nodes.near.node().router().environment().sctp().associations());
    assertEquals(0, nodes.far.node().router().environment().sctp().associations());
    noFaults(nodes);
  }

  @Test
  void aPipeWithoutSctpRefusesData() {
    TwoNodes nodes = new TwoNodes(9, Impairment.NONE, new PipeOptions(true, true, false, 0, 0));
    PipedData chat = new PipedData(nodes, true, "chat", PipedData.reliable());
    assertEquals("unsupported", assertThrows(PlenumException.class, chat::pipe).code());
  }

  /** Alice on the near node has a channel of that number; those who listen there are on the far one. */
  private record Offered(SimulatedPeer alice, DataProducer producer, DataChannel channel) {
    static Offered on(TwoNodes nodes, SimulatedPeer alice, int streamId, String id) {
      DataProducer producer = alice.transport().produceData(new DataProducerOptions(
          id, new SctpStreamParameters(streamId, true, null, null), id, "", false, Map.of()), nodes.near.nowNs());
      Offered offered = new Offered(alice, producer,
          alice.data().channels().openNegotiated(streamId, DataChannelParameters.reliable(id, "")));
      PipeDataConsumer piped = nodes.nearEnd.consumeDataPiped("c-" + id, id, NOBODY, nodes.near.nowNs());
      nodes.farEnd.produceData(
          new DataProducerOptions(id, piped.sctpStreamParameters(), id, "", false, Map.of()), () -> { }, nodes.near.nowNs());
      return offered;
    }

    boolean send(byte[] content, long nowNs) {
      return alice.data().channels().bufferedAmount(channel) < 500_000
          && alice.data().channels().send(channel, false, content, nowNs) == SendResult.QUEUED;
    }
  }

  private static final PipeDataConsumer.Listener NOBODY = new PipeDataConsumer.Listener() {
    @Override
    public void onProducerPaused(PipeDataConsumer consumer, boolean paused) {}

    @Override
    public void onProducerClosed(PipeDataConsumer consumer) {}

    @Override
    public void onLinkClosed(PipeDataConsumer consumer) {}
  };

  private static SimulatedPeer join(SimulatedCall call, String name) {
    SimulatedPeer peer = call.join(name);
    call.runFor(2 * SECOND);
    peer.data().channels().association().connect(call.nowNs());
    return peer;
  }

  private static int listen(TwoNodes nodes, SimulatedPeer peer, String producerId) {
    DataConsumer consumer = peer.transport().consumeData(
        DataConsumerOptions.of(producerId + " to " + peer.name(), producerId), nodes.near.nowNs());
    int streamId = consumer.sctpStreamParameters().streamId();
    peer.data().channels().openNegotiated(streamId, DataChannelParameters.reliable(producerId, ""));
    return streamId;
  }

  @Test
  void aFileOfTwentyMegabytesArrivesWholeAtAFarReaderThatIsSlowerThanItsSenderAndHoldsUpNobodyElse() {
    TwoNodes nodes = new TwoNodes(1, new Impairment(0.001, 5 * MS, 2 * MS, 0.001, 0.001), options(true));
    SimulatedPeer alice = join(nodes.near, "alice");
    SimulatedPeer bob = join(nodes.far, "bob");
    nodes.runFor(2 * SECOND);
    Offered file = Offered.on(nodes, alice, 3, "file");
    int files = listen(nodes, bob, "file");
    PipedData other = new PipedData(nodes, true, "other", PipedData.reliable()).pipe();
    other.listen();
    // 1160 / 0.05 * sqrt(1.5 / 0.005): some 400 kB/s.
    bob.impair(Impairment.NONE, new Impairment(0.005, 30 * MS, 0, 0, 0));
    byte[] block = new byte[200_000];
    int sent = 0;
    for (int turn = 0; turn < 9_000 && bob.data().received(files).size() < 100; turn++) {
      while (sent < 100 && file.send(block, nodes.near.nowNs())) {
        sent++;
      }
      if (turn % 50 == 0) {
        other.heard.clear();
        other.say("tick");
      }
      nodes.runFor(20 * MS);
      if (turn % 50 == 25) {
        assertEquals(1, other.heard.size(), "half a second later, turn " + turn);
      }
    }
    assertEquals(100, bob.data().received(files).size());
    assertEquals(List.of(), nodes.far.node().eventsOf("sendBufferFull"));
    assertEquals(List.of(), nodes.near.node().eventsOf("sendBufferFull"));
    noFaults(nodes);
  }

  @Test
  void aFarReaderThatIsDeadIsPassedOverThereAndTheOthersGoOn() {
    TwoNodes nodes = new TwoNodes(1, Impairment.NONE, options(true));
    SimulatedPeer alice = join(nodes.near, "alice");
    SimulatedPeer bob = join(nodes.far, "bob");
    SimulatedPeer carol = join(nodes.near, "carol");
    nodes.runFor(2 * SECOND);
    Offered file = Offered.on(nodes, alice, 3, "file");
    listen(nodes, bob, "file");
    int carols = listen(nodes, carol, "file");
    nodes.runFor(SECOND);
    bob.cut(true);
    byte[] block = new byte[200_000];
    int sent = 0;
    for (int turn = 0; turn < 2_000; turn++) {
      while (sent < 100 && file.send(block, nodes.near.nowNs())) {
        sent++;
      }
      nodes.runFor(20 * MS);
    }
    assertEquals(100, carol.data().received(carols).size(), "within 40 s");
    assertEquals(1, nodes.far.node().eventsOf("sendBufferFull").size());
    noFaults(nodes);
  }
}
