package io.plenum.media.transport;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataDepartures;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.Subchannels;
import io.plenum.protocol.sctp.SctpAssociation;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedPeer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What comes in one datagram leaves in one for each listener, whole and in its order, whatever happens meanwhile. */
class DataDeparturesTest {
  /** Of the path, each way. */
  private static final long DELAY_NS = Impairment.NONE.delayNs();

  private SimulatedCall call;
  private SimulatedPeer alice;
  private SimulatedPeer bob;
  private SimulatedPeer carol;
  private DataProducer chats;
  private DataChannel chat;
  private DataChannel game;

  /** Alice has a chat that loses nothing and a game that may lose anything. */
  @BeforeEach
  void join() {
    call = new SimulatedCall(1, Impairment.NONE);
    alice = call.join("alice");
    bob = call.join("bob");
    carol = call.join("carol");
    chats = alice.transport().produceData(new DataProducerOptions(
        "chat", new SctpStreamParameters(3, true, null, null), "chat", "", false, Map.of()), call.nowNs());
    alice.transport().produceData(new DataProducerOptions(
        "game", new SctpStreamParameters(5, false, null, 0), "game", "", false, Map.of()), call.nowNs());
    chat = alice.data().channels().openNegotiated(3, DataChannelParameters.reliable("chat", ""));
    game = alice.data().channels().openNegotiated(
        5, new DataChannelParameters("game", "", false, -1, 0, DataChannelParameters.NORMAL_PRIORITY));
    call.runFor(2 * SECOND);
    List.of(alice, bob, carol).forEach(peer -> association(peer).connect(call.nowNs()));
    call.runFor(2 * SECOND);
    call.node().events.clear();
  }

  private static SctpAssociation association(SimulatedPeer peer) {
    return peer.data().channels().association();
  }

  private DataConsumer consume(SimulatedPeer peer, DataConsumerOptions options) {
    DataConsumer consumer = peer.transport().consumeData(options, call.nowNs());
    peer.data().channels().openNegotiated(
        consumer.sctpStreamParameters().streamId(), DataChannelParameters.reliable(consumer.label(), ""));
    return consumer;
  }

  private DataConsumer consume(SimulatedPeer peer, String producerId) {
    return consume(peer, DataConsumerOptions.of(peer.name() + producerId, producerId));
  }

  private void say(DataChannel channel, String text) {
    assertEquals(SendResult.QUEUED, alice.data().channels().send(
        channel, true, text.getBytes(StandardCharsets.UTF_8), call.nowNs()));
  }

  /** From inside: all of it in one datagram of hers. */
  private void inOneDatagram(Runnable saying) {
    long before = association(alice).counters().packetsSent();
    assertTrue(association(alice).gather());
    saying.run();
    assertTrue(association(alice).depart(call.nowNs()));
    assertEquals(before + 1, association(alice).counters().packetsSent(), "it was too much for one");
  }

  private void say(int from, int count) {
    IntStream.range(from, from + count).forEach(i -> say(chat, "" + i));
  }

  private static List<String> heard(SimulatedPeer peer, DataConsumer consumer) {
    return peer.data().received(consumer.sctpStreamParameters().streamId()).stream()
        .map(received -> new String(received.content(), StandardCharsets.UTF_8)).toList();
  }

  private static List<String> numbers(int from, int count) {
    return IntStream.range(from, from + count).mapToObj(i -> "" + i).toList();
  }

  private void assertNoFaults() {
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  @Test
  void aFloodOfTinyMessagesLeavesInAboutAsManyDatagramsAsItCame() {
    DataConsumer toBob = consume(bob, "chat");
    long sentBefore = association(alice).counters().packetsSent();
    long receivedBefore = association(bob).counters().packetsReceived();
    // As a client does that bundles what its page says at once.
    assertTrue(association(alice).gather());
    say(0, 3_000);
    association(alice).depart(call.nowNs());
    call.runFor(5 * SECOND);
    long sent = association(alice).counters().packetsSent() - sentBefore;
    long received = association(bob).counters().packetsReceived() - receivedBefore;
    assertEquals(numbers(0, 3_000), heard(bob, toBob));
    assertTrue(sent < 100, () -> "what came were " + sent + " datagrams, so the test shows nothing");
    assertTrue(received <= sent + 10, () -> sent + " datagrams became " + received);
    assertNoFaults();
  }

  @Test
  void aMessageThatComesAloneLeavesWhenItHasComeAndNotLater() {
    DataConsumer toBob = consume(bob, "chat");
    say(chat, "alone");
    call.runFor(2 * DELAY_NS);
    assertEquals(List.of("alone"), heard(bob, toBob), "two delays of the network, and none of ours");
  }

  @Test
  void messagesOfSeveralProducersInOneDatagramLeaveInOneForEachListener() {
    DataConsumer chatToBob = consume(bob, "chat");
    DataConsumer gameToBob = consume(bob, "game");
    DataConsumer chatToCarol = consume(carol, "chat");
    long bobs = association(bob).counters().packetsReceived();
    long carols = association(carol).counters().packetsReceived();
    inOneDatagram(() -> {
      for (int i = 0; i < 10; i++) {
        say(chat, "" + i);
        say(game, "g" + i);
      }
    });
    call.runFor(2 * DELAY_NS);
    assertEquals(numbers(0, 10), heard(bob, chatToBob));
    assertEquals(10, heard(bob, gameToBob).size());
    assertEquals(numbers(0, 10), heard(carol, chatToCarol));
    assertEquals(bobs + 1, association(bob).counters().packetsReceived());
    assertEquals(carols + 1, association(carol).counters().packetsReceived());
  }

  @Test
  void whoHearsItselfAndTheOthersHearTheSame() {
    DataConsumer toAlice = consume(alice, "chat");
    DataConsumer toBob = consume(bob, "chat");
    inOneDatagram(() -> say(0, 20));
    call.runFor(SECOND);
    assertEquals(numbers(0, 20), heard(alice, toAlice));
    assertEquals(numbers(0, 20), heard(bob, toBob));
    assertNoFaults();
  }

  @Test
  void messagesThatFillPacketsDoNotWaitForEachOther() {
    DataConsumer toBob = consume(bob, "chat");
    DataDepartures departures = call.node().router().environment().departures();
    long before = bob.downlinkDatagrams();
    departures.begin();
    chats.onMessage(new DataMessage(false, new byte[20_000]), Subchannels.EVERYBODY, call.nowNs());
    assertTrue(bob.downlinkDatagrams() > before + 5, "as many as a burst has");
    departures.end(call.nowNs());
    call.runFor(SECOND);
    assertEquals(1, heard(bob, toBob).size());
  }

  @Test
  void whatMayBeLostIsNotHeldUpByWhatMayNot() {
    DataConsumer toBob = consume(bob, "game");
    DataConsumer late = consume(
        carol, new DataConsumerOptions("late", "chat", false, 100, null, false, Set.of(), Map.of()));
    bob.cut(true);
    carol.cut(true);
    inOneDatagram(() -> {
      say(0, 5);
      IntStream.range(0, 5).forEach(i -> say(game, "lost" + i));
    });
    call.runFor(SECOND);
    bob.cut(false);
    carol.cut(false);
    call.runFor(SECOND);
    inOneDatagram(() -> {
      say(5, 5);
      IntStream.range(0, 5).forEach(i -> say(game, "g" + i));
    });
    call.runFor(SECOND);
    assertEquals(List.of("g0", "g1", "g2", "g3", "g4"), heard(bob, toBob).stream().sorted().toList());
    assertEquals(numbers(5, 5), heard(carol, late).stream().sorted().toList(), "the first five were too old");
  }

  @Test
  void whatAConsumerWasGivenBeforeItClosedStillArrives() {
    DataConsumer toBob = consume(bob, "chat");
    DataConsumer toCarol = consume(carol, "chat");
    DataDepartures departures = call.node().router().environment().departures();
    departures.begin();
    for (int i = 0; i < 3; i++) {
      chats.onMessage(new DataMessage(true, ("" + i).getBytes(StandardCharsets.UTF_8)), Subchannels.EVERYBODY, call.nowNs());
    }
    toBob.close(call.nowNs());
    carol.transport().close(call.nowNs());
    departures.end(call.nowNs());
    assertFalse(departures.isOpen());
    call.runFor(2 * SECOND);
    assertEquals(numbers(0, 3), heard(bob, toBob));
    assertEquals(numbers(0, 3), heard(carol, toCarol));
    assertTrue(bob.data().states.contains("0 closed"), () -> bob.data().states.toString());
    assertNoFaults();
  }

  @Test
  void aFaultOnTheWayToOneListenerIsThatListenersAlone() {
    consume(bob, "chat");
    DataConsumer toCarol = consume(carol, "chat");
    call.node().breakLink(bob.transport());
    inOneDatagram(() -> say(0, 10));
    call.runFor(2 * DELAY_NS);
    assertEquals(Set.of("bob"), call.node().faults.keySet());
    assertEquals(numbers(0, 10), heard(carol, toCarol));
    assertFalse(call.node().router().environment().departures().isOpen());
    inOneDatagram(() -> say(10, 10));
    call.runFor(SECOND);
    assertEquals(numbers(0, 20), heard(carol, toCarol));
  }

  @Test
  void aFaultWhereItComesFromForgetsNothingThatWasGivenBefore() {
    DataConsumer toBob = consume(bob, "chat");
    DataDepartures departures = call.node().router().environment().departures();
    List<String> order = new ArrayList<>();
    departures.begin();
    try {
      chats.onMessage(new DataMessage(true, new byte[] {'1'}), Subchannels.EVERYBODY, call.nowNs());
      departures.add(nowNs -> order.add("last"));
      throw new IllegalStateException("a bug of ours");
    } catch (IllegalStateException expected) {
      assertTrue(order.isEmpty());
    } finally {
      departures.end(call.nowNs());
    }
    call.runFor(DELAY_NS);
    assertEquals(List.of("last"), order);
    assertEquals(List.of("1"), heard(bob, toBob));
  }

  @Test
  void whoIsGivenSomethingWhileOthersDepartDepartsToo() {
    DataDepartures departures = new DataDepartures();
    List<String> order = new ArrayList<>();
    departures.begin();
    departures.begin();
    departures.add(nowNs -> {
      order.add("first");
      assertTrue(departures.isOpen());
      departures.add(later -> order.add("second"));
    });
    departures.end(5 * MS);
    assertEquals(List.of(), order, "what is around it has not ended");
    departures.end(5 * MS);
    assertEquals(List.of("first", "second"), order);
    assertFalse(departures.isOpen());
  }
}
