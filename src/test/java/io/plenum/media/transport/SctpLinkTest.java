package io.plenum.media.transport;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.SctpLinkState;
import io.plenum.media.router.Subchannels;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedData;
import io.plenum.simulation.SimulatedPeer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data from client to client through a router: ICE, DTLS, SCTP and the router's data producers and consumers. */
class SctpLinkTest {
  private static final SctpStreamParameters RELIABLE = new SctpStreamParameters(3, true, null, null);

  private SimulatedCall call = new SimulatedCall(1, Impairment.NONE);
  private SimulatedPeer alice;
  private SimulatedPeer bob;
  private SimulatedPeer carol;
  private DataProducer producer;
  private DataChannel chat;

  /** Alice's chat on stream 3, known from signalling. */
  private void join() {
    alice = call.join("alice");
    bob = call.join("bob");
    carol = call.join("carol");
    producer = alice.transport().produceData(
        new DataProducerOptions("chat", RELIABLE, "chat", "json", false, Map.of()), call.nowNs());
    chat = alice.data().channels().openNegotiated(3, DataChannelParameters.reliable("chat", "json"));
    call.runFor(2 * SECOND);
    List.of(alice, bob, carol).forEach(peer -> peer.data().channels().association().connect(call.nowNs()));
    call.runFor(2 * SECOND);
    call.node().events.clear();
  }

  private DataConsumer consume(SimulatedPeer peer, DataConsumerOptions options) {
    DataConsumer consumer = peer.transport().consumeData(options, call.nowNs());
    SctpStreamParameters stream = consumer.sctpStreamParameters();
    peer.data().channels().openNegotiated(stream.streamId(), DataChannelParameters.reliable(consumer.label(), ""));
    return consumer;
  }

  private DataConsumer consume(SimulatedPeer peer, String id) {
    return consume(peer, DataConsumerOptions.of(id, "chat"));
  }

  private void say(String text) {
    SendResult result =
        alice.data().channels().send(chat, true, text.getBytes(StandardCharsets.UTF_8), call.nowNs());
    assertEquals(SendResult.QUEUED, result);
  }

  private static List<String> heard(SimulatedPeer peer, DataConsumer consumer) {
    return peer.data().received(consumer.sctpStreamParameters().streamId()).stream()
        .map(received -> new String(received.content(), StandardCharsets.UTF_8)).toList();
  }

  private List<String> events() {
    return call.node().events.stream().filter(event -> !event.startsWith("levels")).toList();
  }

  @Test
  void aMessageReachesEveryConsumerAsWhatItIs() {
    join();
    DataConsumer toBob = consume(bob, "toBob");
    DataConsumer toCarol = consume(carol, "toCarol");
    say("hello");
    alice.data().channels().send(chat, false, new byte[] {1, 2}, call.nowNs());
    alice.data().channels().send(chat, true, new byte[0], call.nowNs());
    call.runFor(SECOND);
    for (List<SimulatedData.Received> all : List.of(
        bob.data().received(toBob.sctpStreamParameters().streamId()),
        carol.data().received(toCarol.sctpStreamParameters().streamId()))) {
      assertEquals(List.of(true, false, true), all.stream().map(SimulatedData.Received::text).toList());
      assertArrayEquals(new byte[] {1, 2}, all.get(1).content());
      assertEquals(0, all.get(2).content().length);
    }
    Map<String, Object> in = producer.stats(5).get(0);
    assertEquals(List.of("data-producer", "chat", "json", 3L, 7L), List.of(in.get("type"), in.get("label"),
        in.get("protocol"), in.get("messagesReceived"), in.get("bytesReceived")));
    Map<String, Object> out = toBob.stats(5).get(0);
    assertEquals(List.of("data-consumer", 3L, 7L, 0L), List.of(out.get("type"), out.get("messagesSent"),
        out.get("bytesSent"), out.get("bufferedAmount")));
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  @Test
  void anIdThatTheFarEndMayNotHaveDoneWithIsNotGivenAgainAtOnce() {
    join();
    for (int turn = 0; turn < 4; turn++) {
      DataConsumer toBob = consume(bob, "toBob" + turn);
      call.runFor(SECOND);
      assertEquals(turn, toBob.sctpStreamParameters().streamId());
      toBob.close(call.nowNs());
      call.runFor(SECOND);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aLongTransferArrivesWholeOverALossyNetwork(long seed) {
    call = new SimulatedCall(seed, new Impairment(0.03, 20 * MS, 5 * MS, 0.01, 0.01));
    join();
    DataConsumer toBob = consume(bob, "toBob");
    int blocks = 60;
    int sent = 0;
    int streamId = toBob.sctpStreamParameters().streamId();
    for (int turn = 0; turn < 4_000 && bob.data().received(streamId).size() < blocks; turn++) {
      byte[] block = new byte[60_000];
      Arrays.fill(block, (byte) sent);
      while (sent < blocks && alice.data().channels().bufferedAmount(chat) < 500_000
          && alice.data().channels().send(chat, false, block.clone(), call.nowNs()) == SendResult.QUEUED) {
        sent++;
        Arrays.fill(block, (byte) sent);
      }
      call.runFor(20 * MS);
    }
    List<SimulatedData.Received> all = bob.data().received(streamId);
    assertEquals(blocks, all.size(), "seed " + seed);
    for (int i = 0; i < blocks; i++) {
      byte[] expected = new byte[60_000];
      Arrays.fill(expected, (byte) i);
      assertArrayEquals(expected, all.get(i).content(), "seed " + seed + " block " + i);
    }
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  @Test
  void aPausedProducerOrConsumerLetsNothingThrough() {
    join();
    DataConsumer toBob = consume(bob, "toBob");
    DataConsumer toCarol = consume(carol, "toCarol");
    producer.pause(call.nowNs());
    say("1");
    call.runFor(SECOND);
    producer.resume(call.nowNs());
    toBob.pause();
    say("2");
    call.runFor(SECOND);
    toBob.resume();
    say("3");
    call.runFor(SECOND);
    assertEquals(List.of("3"), heard(bob, toBob));
    assertEquals(List.of("2", "3"), heard(carol, toCarol));
    assertEquals(List.of("dataProducerPaused toBob true", "dataProducerPaused toCarol true",
        "dataProducerPaused toBob false", "dataProducerPaused toCarol false"), events());
  }

  @Test
  void subchannelsDecideWhoGetsAMessageOfTheApplication() {
    join();
    DataConsumer toBob = consume(bob, "toBob");
    DataConsumer toCarol = consume(carol, "toCarol");
    toBob.setSubchannels(Set.of(1, 2));
    toCarol.setSubchannels(Set.of(2));
    producer.onMessage(new DataMessage(true, new byte[] {'a'}), new Subchannels(Set.of(1), null, null), call.nowNs());
    producer.onMessage(new DataMessage(true, new byte[] {'b'}), new Subchannels(Set.of(2), null, 1), call.nowNs());
    call.runFor(SECOND);
    assertEquals(List.of("a"), heard(bob, toBob));
    assertEquals(List.of("b"), heard(carol, toCarol));
    assertThrows(PlenumException.class, () -> toBob.setSubchannels(Set.of(65_536)));
  }

  @Test
  void aClosedProducerTakesItsConsumersAlongAndTheirClientsSeeTheirChannelsClose() {
    join();
    DataConsumer toBob = consume(bob, "toBob");
    producer.close(call.nowNs());
    call.runFor(2 * SECOND);
    assertEquals(List.of("dataConsumerClosed toBob"), events());
    assertTrue(toBob.closed());
    assertTrue(bob.data().states.contains("0 closed"), () -> bob.data().states.toString());
    assertTrue(alice.data().states.contains("3 closed"));
    assertThrows(PlenumException.class, () -> call.node().router().dataProducer("chat"));
    // The stream may be used again.
    alice.transport().produceData(
        new DataProducerOptions("again", RELIABLE, "again", "", false, Map.of()), call.nowNs());
  }

  @Test
  void aChannelThatItsClientClosesClosesWhatUsedIt() {
    join();
    DataConsumer toBob = consume(bob, "toBob");
    DataConsumer toCarol = consume(carol, "toCarol");
    call.runFor(SECOND);
    bob.data().channels().close(bob.data().channels().channel(0), call.nowNs());
    call.runFor(2 * SECOND);
    assertEquals(List.of("dataConsumerClosed toBob"), events());
    say("still");
    call.runFor(SECOND);
    assertEquals(List.of(), heard(bob, toBob));
    assertEquals(List.of("still"), heard(carol, toCarol));
    alice.data().channels().close(chat, call.nowNs());
    call.runFor(2 * SECOND);
    assertEquals(
        List.of("dataConsumerClosed toBob", "dataConsumerClosed toCarol", "dataProducerClosed chat"), events());
  }

  @Test
  void aClosedTransportTellsItsPeerAndItsProducersConsumers() {
    join();
    consume(bob, "toBob");
    bob.transport().produceData(new DataProducerOptions("bobs", RELIABLE, "", "", false, Map.of()), call.nowNs());
    consume(alice, DataConsumerOptions.of("toAlice", "bobs"));
    alice.transport().close(call.nowNs());
    call.runFor(2 * SECOND);
    assertEquals(List.of("dataConsumerClosed toBob"),
        events().stream().filter(event -> event.startsWith("data")).toList(), "whoever closed it knows of the rest");
    assertThrows(PlenumException.class, () -> call.node().router().dataConsumer("toAlice"));
    assertTrue(alice.data().states.contains("sctp ended"));
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  @Test
  void aFileThatIsFasterThanItsSlowestReaderArrivesWholeAtAllOfThem() {
    join();
    DataConsumer toBob = consume(bob, "toBob");
    DataConsumer toCarol = consume(carol, "toCarol");
    // 1160 / 0.06 * sqrt(1.5 / 0.03): some 140 kB/s.
    bob.impair(Impairment.NONE, new Impairment(0.03, 40 * MS, 0, 0, 0));
    int blocks = 60;
    int sent = 0;
    int bobs = toBob.sctpStreamParameters().streamId();
    int carols = toCarol.sctpStreamParameters().streamId();
    // More than the node's buffer for Bob, and Alice's window, hold together.
    byte[] block = new byte[200_000];
    long mostHeld = 0;
    for (int turn = 0; turn < 8_000 && bob.data().received(bobs).size() < blocks; turn++) {
      while (sent < blocks && alice.data().channels().bufferedAmount(chat) < 500_000
          && alice.data().channels().send(chat, false, block, call.nowNs()) == SendResult.QUEUED) {
        sent++;
      }
      call.runFor(20 * MS);
      Dump dump = new Dump();
      producer.dump(dump);
      mostHeld = Math.max(mostHeld, ((Number) ((Map<?, ?>) dump.tree().get("held")).get("bytes")).longValue());
    }
    assertEquals(blocks, bob.data().received(bobs).size());
    assertEquals(blocks, carol.data().received(carols).size());
    assertTrue(mostHeld > 3_000_000, "the window was never closed, so the test shows nothing: " + mostHeld);
    assertTrue(mostHeld < 6_500_000, "more than the window: " + mostHeld);
    assertEquals(List.of(), events().stream().filter(event -> event.startsWith("sendBufferFull")).toList());
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  @Test
  void whoNeverReadsMakesTheOthersWaitForAWhileAndIsThenPassedOverUntilItHasCaughtUp() {
    join();
    DataConsumer toBob = consume(bob, "toBob");
    DataConsumer toCarol = consume(carol, "toCarol");
    int bobs = toBob.sctpStreamParameters().streamId();
    int carols = toCarol.sctpStreamParameters().streamId();
    bob.cut(true);
    DataMessage message = new DataMessage(false, new byte[100_000]);
    for (int i = 0; i < 40; i++) {
      producer.onMessage(message, Subchannels.EVERYBODY, call.nowNs());
      call.runFor(100 * MS);
    }
    assertTrue(carol.data().received(carols).size() < 25, "what Bob has no room for waits");
    assertFalse(events().contains("sendBufferFull toBob"), "nothing is lost yet");
    call.runFor(10 * SECOND);
    assertEquals(40, carol.data().received(carols).size());
    assertTrue(events().contains("sendBufferFull toBob"));
    assertTrue(toBob.bufferedAmount() <= 2_000_000);
    for (int i = 0; i < 40; i++) {
      producer.onMessage(message, Subchannels.EVERYBODY, call.nowNs());
      call.runFor(100 * MS);
    }
    assertEquals(80, carol.data().received(carols).size(), "nobody waits for Bob any more");
    bob.cut(false);
    call.runFor(60 * SECOND);
    int before = bob.data().received(bobs).size();
    for (int i = 0; i < 40; i++) {
      producer.onMessage(message, Subchannels.EVERYBODY, call.nowNs());
    }
    call.runFor(30 * SECOND);
    assertEquals(before + 40, bob.data().received(bobs).size(), "Bob has caught up");
    assertEquals(120, carol.data().received(carols).size());
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  @Test
  void whoLeavesIsNotWaitedFor() {
    join();
    consume(bob, "toBob");
    DataConsumer toCarol = consume(carol, "toCarol");
    bob.cut(true);
    for (int i = 0; i < 40; i++) {
      producer.onMessage(new DataMessage(false, new byte[100_000]), Subchannels.EVERYBODY, call.nowNs());
    }
    call.runFor(SECOND);
    bob.transport().close(call.nowNs());
    call.runFor(2 * SECOND);
    assertEquals(40, carol.data().received(toCarol.sctpStreamParameters().streamId()).size());
  }

  @Test
  void whoMayLoseMessagesLosesThemAtOnceAndIsReportedAndNobodyElseSuffers() {
    join();
    DataConsumer toBob = consume(
        bob, new DataConsumerOptions("toBob", "chat", false, null, 100, false, Set.of(), Map.of()));
    DataConsumer toCarol = consume(carol, "toCarol");
    bob.cut(true);
    DataMessage message = new DataMessage(false, new byte[100_000]);
    for (int i = 0; i < 40; i++) {
      producer.onMessage(message, Subchannels.EVERYBODY, call.nowNs());
      call.runFor(100 * MS);
    }
    assertTrue(events().contains("sendBufferFull toBob"));
    assertTrue(toBob.bufferedAmount() <= 2_000_000);
    assertEquals(40, carol.data().received(toCarol.sctpStreamParameters().streamId()).size());
  }

  @Test
  void whatWaitsIsReportedWhenItHasSunk() {
    join();
    DataConsumer toBob = consume(bob, "toBob");
    producer.onMessage(new DataMessage(false, new byte[1_000]), Subchannels.EVERYBODY, call.nowNs());
    call.runFor(SECOND);
    assertEquals(List.of(), events(), "it never was above the threshold");
    assertEquals(SendResult.QUEUED, toBob.send(new DataMessage(false, new byte[100_000]), call.nowNs()));
    assertTrue(toBob.bufferedAmount() > 50_000);
    call.runFor(SECOND);
    assertEquals(1, events().size());
    assertTrue(events().get(0).startsWith("bufferedAmountLow toBob "), events()::toString);
    assertEquals(0, toBob.bufferedAmount());
  }

  @Test
  void theConsumerMayPromiseLessThanTheProducer() {
    join();
    DataConsumer same = consume(bob, "same");
    assertEquals(new SctpStreamParameters(0, true, null, null), same.sctpStreamParameters());
    DataConsumer less = bob.transport().consumeData(
        new DataConsumerOptions("less", "chat", null, null, 2, false, Set.of(), Map.of()), call.nowNs());
    assertEquals(new SctpStreamParameters(1, false, null, 2), less.sctpStreamParameters());
    assertThrows(PlenumException.class, () -> bob.transport().consumeData(
        new DataConsumerOptions("both", "chat", false, 100, 2, false, Set.of(), Map.of()), call.nowNs()));
  }

  @Test
  void idsAndStreamsAreGivenOnce() {
    join();
    consume(bob, "toBob");
    assertEquals("already-exists", code(() -> consume(carol, "toBob")));
    assertEquals("already-exists", code(() -> produce("chat", 4)));
    assertEquals("already-exists", code(() -> produce("other", 3)));
    assertEquals("invalid-parameters", code(() -> produce("other", null)));
    assertEquals("data-producer-not-found",
        code(() -> bob.transport().consumeData(DataConsumerOptions.of("x", "nobody's"), call.nowNs())));
  }

  private void produce(String id, Integer streamId) {
    SctpStreamParameters stream = new SctpStreamParameters(streamId, true, null, null);
    alice.transport().produceData(new DataProducerOptions(id, stream, "", "", false, Map.of()), call.nowNs());
  }

  private static String code(Runnable refused) {
    return assertThrows(PlenumException.class, refused::run).code();
  }

  @Test
  void whoNeverSpeaksOfDataHasNone() {
    SimulatedPeer dave = call.join("dave");
    call.runFor(2 * SECOND);
    assertNull(dave.transport().sctpState());
    dave.data().channels().association().connect(call.nowNs());
    call.runFor(SECOND);
    assertEquals(SctpLinkState.CONNECTED, dave.transport().sctpState());
    assertTrue(call.node().events.contains("sctp dave connected"));
  }

  @Test
  void aChannelOpenedInBandIsHeardOnceADataProducerIsMadeOfIt() {
    join();
    DataChannel inBand = alice.data().channels().open(DataChannelParameters.reliable("in band", ""), call.nowNs());
    alice.data().channels().send(inBand, true, new byte[] {'1'}, call.nowNs());
    call.runFor(SECOND);
    alice.transport().produceData(new DataProducerOptions("inBand",
        new SctpStreamParameters(inBand.streamId(), true, null, null), "in band", "", false, Map.of()), call.nowNs());
    DataConsumer toBob = consume(bob, DataConsumerOptions.of("toBob", "inBand"));
    alice.data().channels().send(inBand, true, new byte[] {'2'}, call.nowNs());
    call.runFor(SECOND);
    assertEquals(List.of("2"), heard(bob, toBob));
  }

  @Test
  void aDumpShowsTheAssociationAndItsChannels() {
    join();
    Dump dump = new Dump();
    alice.transport().dump(dump);
    String words = dump.tree().get("sctp").toString();
    assertTrue(words.contains("state=connected"), words);
    assertTrue(words.contains("streamId=3, label=chat, state=open"), words);
  }
}
