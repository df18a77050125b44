package io.plenum.media.transport;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.Dump;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataDrop;
import io.plenum.media.router.DataLimits;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.SctpLinkState;
import io.plenum.media.router.Subchannels;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.sctp.SendOptions;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelDrop;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import io.plenum.protocol.sctp.dcep.DataChannels;
import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.InitChunk;
import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedData;
import io.plenum.simulation.SimulatedPeer;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a client that has its keys may do with data channels, at whole transports and their router: Alice attacks, Bob must
 * not notice. What one association stands is in {@code SctpAttackTest}.
 */
class DataAttackTest {
  private static final SctpStreamParameters RELIABLE = new SctpStreamParameters(3, true, null, null);

  private SimulatedCall call;
  private SimulatedPeer alice;
  private SimulatedPeer bob;
  private DataProducer bobs;
  private DataChannel bobSpeaks;
  private DataConsumer toBob;

  /** Alice and Bob hear each other. */
  @BeforeEach
  void join() {
    call = new SimulatedCall(1, Impairment.NONE);
    alice = call.join("alice");
    bob = call.join("bob");
    produce(alice, "alices");
    bobs = produce(bob, "bobs");
    alice.data().channels().openNegotiated(3, DataChannelParameters.reliable("alices", ""));
    bobSpeaks = bob.data().channels().openNegotiated(3, DataChannelParameters.reliable("bobs", ""));
    call.runFor(2 * SECOND);
    associate(alice);
    associate(bob);
    call.runFor(2 * SECOND);
    toBob = consume(bob, "toBob", "alices");
    call.node().events.clear();
  }

  private DataProducer produce(SimulatedPeer peer, String id) {
    return peer.transport().produceData(
        new DataProducerOptions(id, RELIABLE, id, "", false, Map.of()), call.nowNs());
  }

  private void associate(SimulatedPeer peer) {
    peer.data().channels().association().connect(call.nowNs());
  }

  private DataConsumer consume(SimulatedPeer peer, String id, String producerId) {
    DataConsumer consumer = peer.transport().consumeData(DataConsumerOptions.of(id, producerId), call.nowNs());
    peer.data().channels().openNegotiated(
        consumer.sctpStreamParameters().streamId(), DataChannelParameters.reliable(producerId, ""));
    return consumer;
  }

  private long buffered() {
    return call.node().router().environment().sctp().bufferedBytes();
  }

  private void assertBobIsHeard(SimulatedPeer listener, DataConsumer consumer) {
    int before = listener.data().received(consumer.sctpStreamParameters().streamId()).size();
    assertEquals(SendResult.QUEUED, bob.data().channels().send(
        bobSpeaks, true, "still".getBytes(StandardCharsets.UTF_8), call.nowNs()));
    call.runFor(SECOND);
    assertEquals(before + 1, listener.data().received(consumer.sctpStreamParameters().streamId()).size());
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  @Test
  void aFloodOfInitsThroughAnOpenTransportKeepsNothingAndEndsNothing() {
    PacketWriter packet = new PacketWriter(SctpOptions.DATA_CHANNEL_PORT, SctpOptions.DATA_CHANNEL_PORT, 1_000);
    long bytesBefore = alice.downlinkBytes();
    long sent = 0;
    for (int i = 1; i <= 20_000; i++) {
      packet.begin(0);
      InitChunk.writeBegin(packet, ChunkType.INIT, 0x1000_0000 + i, 1 << 20, 65_535, 65_535, i, SctpOptions.ALL);
      InitChunk.writeEnd(packet);
      int length = packet.finish(false);
      sent += length;
      alice.sendData(Arrays.copyOf(packet.bytes(), length));
      if (i % 100 == 0) {
        call.runFor(10 * MS);
      }
    }
    call.runFor(SECOND);
    long answered = alice.downlinkBytes() - bytesBefore;
    long sentNow = sent;
    assertTrue(answered < 8 * sent, () -> answered + " bytes for " + sentNow);
    assertEquals(0, buffered());
    assertEquals(SctpLinkState.CONNECTED, alice.transport().sctpState());
    assertBobIsHeard(alice, consume(alice, "toAlice", "bobs"));
  }

  /** 160,000 records a second: 66 Mbit/s of twenty short ones in a datagram. */
  @Test
  void aFloodOfRecordsIsReadUpToThePeersRateAndNoFurther() {
    byte[] record = new byte[44];
    int seconds = 5;
    long before = alice.transport().sctpCounters().packetsReceived();
    for (int millisecond = 0; millisecond < 1_000 * seconds; millisecond++) {
      for (int i = 0; i < 160; i++) {
        alice.sendData(record);
      }
      call.runFor(MS);
    }
    long read = alice.transport().sctpCounters().packetsReceived() - before;
    long allowed = (seconds + 1L) * MediaPolicer.recordsPerSecond(DataLimits.DEFAULT);
    assertTrue(read <= allowed && read >= allowed * 0.99, read + " of " + allowed);
    assertBobIsHeard(bob, consume(bob, "echo", "bobs"));
    call.runFor(SECOND);
    assertEquals(SctpLinkState.CONNECTED, alice.transport().sctpState());
    assertBobIsHeard(alice, consume(alice, "toAlice", "bobs"));
  }

  @Test
  void garbageInAuthenticRecordsEndsNothing() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 20_000; i++) {
      byte[] garbage = new byte[1 + random.nextInt(1_180)];
      random.nextBytes(garbage);
      if (garbage.length > 3 && i % 2 == 0) {
        // The right ports, so that more of it is looked at.
        garbage[0] = garbage[2] = SctpOptions.DATA_CHANNEL_PORT >> 8;
        garbage[1] = garbage[3] = (byte) SctpOptions.DATA_CHANNEL_PORT;
      }
      alice.sendData(garbage);
      if (i % 100 == 0) {
        call.runFor(10 * MS);
      }
    }
    call.runFor(SECOND);
    assertEquals(0, buffered());
    assertBobIsHeard(alice, consume(alice, "toAlice", "bobs"));
  }

  @Test
  void channelsThatAPeerOpensInBandAreLimitedAndItsOwnOnesGoOn() {
    List<DataChannel> opened = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      DataChannel channel = alice.data().channels().open(DataChannelParameters.reliable("c" + i, ""), call.nowNs());
      if (channel != null) {
        opened.add(channel);
      }
      call.runFor(5 * MS);
    }
    call.runFor(5 * SECOND);
    Dump dump = new Dump();
    alice.transport().dump(dump);
    List<?> channels = (List<?>) ((Map<?, ?>) dump.tree().get("sctp")).get("channels");
    assertTrue(opened.size() > 2_000);
    assertEquals(DataChannels.MAX_CHANNELS_OF_PEER + 1, channels.size(), "hers from signalling is one more");
    assertTrue(call.node().router().environment().sctp().drops(DataChannelDrop.TOO_MANY_CHANNELS) > 900);
    assertBobIsHeard(alice, consume(alice, "toAlice", "bobs"));
  }

  @Test
  void messagesThatNobodyReadsAreKeptOnceHoweverManyWaitForThem() {
    List<SimulatedPeer> deaf = new ArrayList<>();
    List<DataConsumer> consumers = new ArrayList<>();
    int count = 20;
    for (int i = 0; i < count; i++) {
      SimulatedPeer peer = call.join("deaf" + i);
      deaf.add(peer);
      call.runFor(SECOND);
      associate(peer);
      call.runFor(SECOND);
      consumers.add(consume(peer, "toDeaf" + i, "bobs"));
    }
    DataConsumer toAlice = consume(alice, "toAlice", "bobs");
    deaf.forEach(peer -> peer.cut(true));
    List<WeakReference<byte[]>> messages = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      byte[] content = new byte[100_000];
      messages.add(new WeakReference<>(content));
      bobs.onMessage(new DataMessage(false, content), Subchannels.EVERYBODY, call.nowNs());
      call.runFor(100 * MS);
    }
    alice.data().received.clear();
    call.runFor(SECOND);
    for (DataConsumer consumer : consumers) {
      assertTrue(consumer.bufferedAmount() <= SctpOptions.SEND_BUFFER_BYTES, consumer.id());
    }
    assertTrue(buffered() <= (long) count * SctpOptions.SEND_BUFFER_BYTES);
    assertTrue(buffered() > 1_000_000L * count, "they wait");
    System.gc();
    long kept = messages.stream().filter(message -> message.get() != null).count();
    long ofOne = SctpOptions.SEND_BUFFER_BYTES / 100_000;
    assertTrue(kept > 0 && kept <= 2 * ofOne, () -> kept + " messages are in memory for " + count + " consumers");
    assertBobIsHeard(alice, toAlice);
  }

  @Test
  void emptyAndTinyMessagesThatNobodyReadsAreCountedWithWhatTheyCost() {
    bob.cut(true);
    DataMessage tiny = new DataMessage(false, new byte[1]);
    for (int i = 0; i < 100_000; i++) {
      toBob.send(tiny, call.nowNs());
    }
    assertTrue(toBob.bufferedAmount() < 200_000, () -> toBob.bufferedAmount() + " messages of a byte wait");
    assertEquals(SendResult.STREAM_BUFFER_FULL, toBob.send(tiny, call.nowNs()));
  }

  @Test
  void aMessageThatNobodyListensToIsGoneAtOnce() {
    for (int i = 0; i < 2_000; i++) {
      alice.data().channels().association().send(
          77, 53, new byte[10_000], SendOptions.RELIABLE, call.nowNs());
      call.runFor(10 * MS);
    }
    call.runFor(SECOND);
    assertEquals(0, buffered());
    assertTrue(call.node().router().environment().sctp().drops(DataChannelDrop.UNKNOWN_CHANNEL) > 1_900);
    assertBobIsHeard(alice, consume(alice, "toAlice", "bobs"));
  }

  @Test
  void anAttackersAssociationThatEndsTakesNobodyElsesAlong() {
    DataConsumer toAlice = consume(alice, "toAlice", "bobs");
    alice.data().channels().association().abort("enough", call.nowNs());
    call.runFor(SECOND);
    assertEquals(SctpLinkState.FAILED, alice.transport().sctpState());
    assertTrue(toAlice.closed() && toBob.closed());
    SimulatedPeer carol = call.join("carol");
    call.runFor(SECOND);
    associate(carol);
    call.runFor(SECOND);
    assertBobIsHeard(carol, consume(carol, "toCarol", "bobs"));
  }

  /** So many messages of two bytes. */
  private void flood(DataChannel channel, int count) {
    for (int i = 0; i < count; i++) {
      alice.data().channels().send(channel, false, new byte[2], call.nowNs());
    }
  }

  private long dropped(DataDrop reason) {
    return call.node().router().environment().drops().of(DataDrop.class)[reason.ordinal()];
  }

  @Test
  void aFloodOfMessagesThatMayBeLostIsCutDownToTheLimitAndCounted() {
    alice.transport().produceData(new DataProducerOptions(
        "game", new SctpStreamParameters(5, false, null, 3), "game", "", false, Map.of()), call.nowNs());
    DataChannel game = alice.data().channels().openNegotiated(
        5, new DataChannelParameters("game", "", false, SendOptions.UNLIMITED, 3, DataChannelParameters.NORMAL_PRIORITY));
    DataConsumer consumer = consume(bob, "gameToBob", "game");
    call.runFor(SECOND);
    // 5,000 a second for ten seconds.
    for (int i = 0; i < 500; i++) {
      flood(game, 100);
      call.runFor(20 * MS);
    }
    call.runFor(5 * SECOND);
    int perSecond = DataLimits.DEFAULT.messagesPerSecond();
    int got = bob.data().received(consumer.sctpStreamParameters().streamId()).size();
    assertTrue(got <= 2 * perSecond + 10 * perSecond + 200, () -> got + " messages");
    assertTrue(got >= 2 * perSecond + 9 * perSecond, () -> got + " messages");
    assertEquals(50_000 - got, dropped(DataDrop.OVER_LIMIT));
    flood(game, 10);
    call.runFor(SECOND);
    assertEquals(got + 10, bob.data().received(consumer.sctpStreamParameters().streamId()).size(), "it has credit again");
    assertBobIsHeard(alice, consume(alice, "toAlice", "bobs"));
  }

  @Test
  void aFloodOfMessagesThatMustNotBeLostMakesItsSenderWaitAndArrivesWhole() {
    DataChannel chat = alice.data().channels().channel(3);
    int stream = toBob.sctpStreamParameters().streamId();
    int perSecond = DataLimits.DEFAULT.messagesPerSecond();
    int count = 100_000;
    int sent = 0;
    long startNs = call.nowNs();
    long mostHeld = 0;
    boolean waited = false;
    for (int turn = 0; turn < 5_000 && bob.data().received(stream).size() < count; turn++) {
      while (sent < count && alice.data().channels().send(chat, false, new byte[] {(byte) sent, (byte) (sent >> 8), (byte) (sent >> 16)},
          call.nowNs()) == SendResult.QUEUED) {
        sent++;
      }
      call.runFor(20 * MS);
      double seconds = (call.nowNs() - startNs) / (double) SECOND;
      int got = bob.data().received(stream).size();
      assertTrue(got <= 2 * perSecond + (seconds + 0.1) * perSecond, () -> got + " messages after " + seconds + " s");
      mostHeld = Math.max(mostHeld, heldBytes());
      waited |= sent < count && turn > 500;
    }
    List<SimulatedData.Received> all = bob.data().received(stream);
    assertEquals(count, all.size());
    for (int i = 0; i < count; i++) {
      byte[] content = all.get(i).content();
      assertEquals(i, content[0] & 0xff | (content[1] & 0xff) << 8 | (content[2] & 0xff) << 16);
    }
    assertTrue(waited, "after ten seconds she had said all, so the test shows nothing");
    long held = mostHeld;
    assertTrue(held > 3_000_000 && held < 6_500_000, () -> held + " bytes were held: the window has 5,242,880");
    assertEquals(0, dropped(DataDrop.OVER_LIMIT_AND_WINDOW));
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  private long heldBytes() {
    Dump dump = new Dump();
    call.node().router().dataProducer("alices").dump(dump);
    return ((Number) ((Map<?, ?>) dump.tree().get("held")).get("bytes")).longValue();
  }

  @Test
  void whoEndsAChannelAndMakesAnotherDoesNotGetAroundTheLimit() {
    int perSecond = DataLimits.DEFAULT.messagesPerSecond();
    long startNs = call.nowNs();
    int got = 0;
    for (int round = 0; round < 10; round++) {
      String id = "again" + round;
      DataProducer producer = alice.transport().produceData(new DataProducerOptions(
          id, new SctpStreamParameters(101 + 2 * round, true, null, null), id, "", false, Map.of()), call.nowNs());
      DataChannel channel =
          alice.data().channels().openNegotiated(101 + 2 * round, DataChannelParameters.reliable(id, ""));
      DataConsumer consumer = consume(bob, "to" + id, id);
      flood(channel, 10_000);
      call.runFor(SECOND);
      producer.close(call.nowNs());
      call.runFor(SECOND);
      got += bob.data().received(consumer.sctpStreamParameters().streamId()).size();
      bob.data().received.clear();
    }
    double seconds = (call.nowNs() - startNs) / (double) SECOND;
    int all = got;
    assertTrue(all <= 4 * perSecond + seconds * perSecond, () -> all + " messages in " + seconds + " s");
    assertTrue(all > 4 * perSecond, () -> all + " messages");
    assertTrue(dropped(DataDrop.OVER_LIMIT_AT_END) > 10_000);
    assertBobIsHeard(alice, consume(alice, "toAlice", "bobs"));
  }

  @Test
  void severalFloodsOfOneClientGetTheirTurns() {
    DataChannel first = alice.data().channels().channel(3);
    alice.transport().produceData(new DataProducerOptions(
        "second", new SctpStreamParameters(5, true, null, null), "second", "", false, Map.of()), call.nowNs());
    DataChannel second = alice.data().channels().openNegotiated(5, DataChannelParameters.reliable("second", ""));
    DataConsumer secondToBob = consume(bob, "secondToBob", "second");
    call.runFor(SECOND);
    flood(first, 10_000);
    call.runFor(SECOND);
    flood(second, 500);
    call.runFor(SECOND);
    int got = bob.data().received(secondToBob.sctpStreamParameters().streamId()).size();
    assertTrue(got > 300, () -> got + " of 500 a second later, while thousands of the first wait");
    assertTrue(bob.data().received(toBob.sctpStreamParameters().streamId()).size() < 10_000);
  }
}
