package io.plenum.media.transport;

import static io.plenum.media.transport.SimulatedRoom.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.router.Consumer;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.media.transport.Downlink.Kind;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole calls over made-up bottlenecks: what the subscriber gets, and what the path suffers. */
class DownlinkTest {
  private static final long[] SIMULCAST = {100_000, 300_000, 900_000};
  private static final int TRANSPORT_CC_ID = KnownHeaderExtension.TRANSPORT_WIDE_CC.id();
  private static final int ABS_SEND_TIME_ID = KnownHeaderExtension.ABS_SEND_TIME.id();

  private SimulatedRoom room;
  private SimulatedPublisher publisher;
  private SimulatedSubscriber subscriber;
  private Consumer consumer;

  /** A publisher of three encodings, which has been sending for a while, and one who wants all of it. */
  private void call(long seed, Kind kind, long capacityBps) {
    room = new SimulatedRoom(seed);
    publisher = room.publisher(SIMULCAST);
    room.run(5);
    subscriber = room.subscriber(kind, capacityBps);
    consumer = subscriber.consume(publisher.producer);
  }

  private double lossOver(double seconds) {
    long sent = subscriber.sent;
    long lost = subscriber.lost;
    room.run(seconds);
    return (subscriber.lost - lost) / (double) (subscriber.sent - sent);
  }

  private void assertLayer(int spatialLayer, String when) {
    assertEquals(spatialLayer, room.spatialLayer(consumer), "seed " + room.seed + ", " + when);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void simulcastSettlesOnALayerThatFitsWithoutALossStorm(long seed) {
    call(seed, Kind.TRANSPORT_CC, 500_000);
    assertTrue(lossOver(3) < 0.35, "the first guess is too high, but not for long");
    assertTrue(lossOver(3) < 0.02);
    long settledNs = room.now;
    assertTrue(lossOver(60) < 0.01);
    assertLayer(1, "after a minute");
    assertEquals(2, room.temporalLayer(consumer));
    assertTrue(room.spatialChanges(consumer, settledNs) <= 2, "no up and down: " + room.layerChanges);
    assertTrue(subscriber.session.downlink().availableBps() < 700_000);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aWidenedPathIsFoundByProbesAndANarrowedOneIsRespected(long seed) {
    call(seed, Kind.TRANSPORT_CC, 500_000);
    room.run(20);
    assertLayer(1, "500 kbit/s");

    subscriber.link.capacityBps = 3_000_000;
    room.run(15);
    assertLayer(2, "15 s after it was widened");
    assertEquals(2, room.temporalLayer(consumer));

    subscriber.link.capacityBps = 450_000;
    room.run(2);
    assertLayer(1, "2 s after it was narrowed");
    assertTrue(lossOver(10) < 0.02);

    subscriber.link.capacityBps = 150_000;
    room.run(2);
    assertLayer(0, "2 s after it was narrowed again");
    assertTrue(lossOver(10) < 0.02);

    subscriber.link.capacityBps = 3_000_000;
    room.run(20);
    assertLayer(2, "20 s after it was widened again");
  }

  @Test
  void afterAFallNothingHigherIsTriedForTenSeconds() {
    call(1, Kind.TRANSPORT_CC, 3_000_000);
    room.run(20);
    assertLayer(2, "at first");
    subscriber.link.capacityBps = 450_000;
    room.run(2);
    subscriber.link.capacityBps = 3_000_000;
    assertLayer(1, "narrowed");
    room.run(7.5);
    assertLayer(1, "8 s after the fall");
    room.run(8);
    assertLayer(2, "later");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whoHasPriorityGetsTheBetterPicture(long seed) {
    room = new SimulatedRoom(seed);
    SimulatedPublisher first = room.publisher(SIMULCAST);
    SimulatedPublisher second = room.publisher(SIMULCAST);
    room.run(5);
    subscriber = room.subscriber(Kind.TRANSPORT_CC, 1_200_000);
    Consumer ordinary = subscriber.consume(first.producer, 1, -1);
    Consumer preferred = subscriber.consume(second.producer, 5, -1);
    room.run(20);
    long settledNs = room.now;
    assertTrue(lossOver(40) < 0.01);
    assertEquals(2, room.spatialLayer(preferred));
    assertTrue(room.spatialLayer(ordinary) >= 0 && room.spatialLayer(ordinary) < 2);
    assertTrue(room.spatialChanges(preferred, settledNs) == 0, "seed " + seed + ": " + room.layerChanges);
    assertTrue(room.spatialChanges(ordinary, settledNs) <= 4, "seed " + seed + ": " + room.layerChanges);

    preferred.pause();
    room.run(20);
    assertEquals(2, room.spatialLayer(ordinary), "what one leaves, another may take");
  }

  @Test
  void whatASimpleConsumerTakesIsNotGivenToOthers() {
    room = new SimulatedRoom(1);
    SimulatedPublisher simple = room.publisher(600_000);
    SimulatedPublisher simulcast = room.publisher(SIMULCAST);
    room.run(5);
    subscriber = room.subscriber(Kind.TRANSPORT_CC, 1_100_000);
    subscriber.consume(simple.producer);
    consumer = subscriber.consume(simulcast.producer);
    room.run(10);
    assertTrue(lossOver(30) < 0.01);
    assertLayer(1, "1100 - 600 kbit/s");
  }

  @Test
  void thePreferredLayerIsTheHighestHoweverWideThePath() {
    call(1, Kind.TRANSPORT_CC, 10_000_000);
    consumer.setPreferredLayers(1, 1, room.now);
    room.run(20);
    assertLayer(1, "preferred");
    assertEquals(1, room.temporalLayer(consumer));
    assertTrue(subscriber.probation.isEmpty(), "whoever has what it wants needs no probe");
    consumer.setPreferredLayers(2, 2, room.now);
    room.run(0.5);
    assertLayer(2, "there is room, so at once");
  }

  @Test
  void anEncodingThatHasJustBegunIsNotTakenBeforeTwoSeconds() {
    room = new SimulatedRoom(1);
    publisher = room.publisher(SIMULCAST);
    publisher.encodings.get(2).on = false;
    room.run(5);
    subscriber = room.subscriber(Kind.TRANSPORT_CC, 10_000_000);
    consumer = subscriber.consume(publisher.producer);
    room.run(3);
    assertLayer(1, "there is no higher one");
    publisher.encodings.get(2).on = true;
    room.run(1.9);
    assertLayer(1, "too new");
    room.run(8);
    assertLayer(2, "it has stayed");
    publisher.encodings.get(2).on = false;
    room.run(2);
    assertLayer(1, "and has gone again");
  }

  @Test
  void withoutAnEstimateThereIsWhatIsPreferred() {
    call(1, Kind.NONE, 10_000_000);
    room.run(1);
    assertLayer(2, "all");
    assertEquals(0, subscriber.session.downlink().availableBps());
    assertTrue(room.estimates.isEmpty());
    assertFalse(stats().containsKey("availableOutgoingBitrate"));
    subscriber.link.capacityBps = 300_000;
    room.run(5);
    assertLayer(2, "nobody knows");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void rembAndReportedLossFindALayerThatFitsAndPaddingAHigherOne(long seed) {
    call(seed, Kind.REMB, 500_000);
    room.run(12);
    assertTrue(lossOver(30) < 0.02);
    assertLayer(1, "REMB at 500 kbit/s");

    subscriber.link.capacityBps = 3_000_000;
    room.run(30);
    assertLayer(2, "30 s after it was widened");
    assertTrue(subscriber.probation.size() > 10, "a REMB grows only where packets arrive");
    room.run(20);
    int before = subscriber.probation.size();
    room.run(30);
    assertEquals(before, subscriber.probation.size(), "all are satisfied");
  }

  private long shares() {
    return subscriber.session.downlink().shares();
  }

  private void sayRemb(long bps) {
    byte[] remb = SimulatedSubscriber.remb(bps);
    subscriber.session.onRtcp(remb, 0, remb.length, room.now);
  }

  @Test
  void aRembThatJumpsUpAndDownWithEachPacketHasThePathSharedAnewTenTimesASecondAtTheMost() {
    call(1, Kind.REMB, 10_000_000);
    subscriber.silent = true;
    room.run(5);
    long before = shares();
    for (int i = 0; i < 20_000; i++) {
      sayRemb(i % 2 == 0 ? 30_000 : 100_000_000);
      if (i % 4 == 0) {
        room.run(0.001);
      }
    }
    assertTrue(shares() - before <= 51, shares() - before + " in five seconds");
    assertTrue(shares() - before >= 5);
  }

  @Test
  void aFallOfTheRembIsActedUponAtOnceAndARiseWhenItIsTimeToLook() {
    call(1, Kind.REMB, 10_000_000);
    subscriber.silent = true;
    sayRemb(4_000_000);
    room.run(5);
    long before = shares();
    while (shares() == before) {
      room.run(0.001);
    }
    room.run(0.15);
    before = shares();
    sayRemb(1_000_000);
    assertEquals(before + 1, shares(), "at once");
    room.run(0.01);
    sayRemb(200_000);
    assertEquals(before + 1, shares(), "not so soon after another");
    room.run(0.1);
    assertEquals(before + 2, shares());
    sayRemb(5_000_000);
    room.run(0.9);
    assertEquals(before + 2, shares(), "a rise waits");
    room.run(0.2);
    assertEquals(before + 3, shares());
  }

  @Test
  void streamsThatComeAndGoAllTheTimeHaveThePathSharedAnewTenTimesASecondAtTheMost() {
    call(1, Kind.TRANSPORT_CC, 10_000_000);
    room.run(5);
    long before = shares();
    for (int i = 0; i < 1_000; i++) {
      consumer.onProducerStreamActive(publisher.producer.streams().get(i % 3), room.now);
      room.run(0.001);
    }
    assertTrue(shares() - before <= 13, shares() - before + " in a second");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void onlyWhatTheEndpointHasAgreedToIsFilledIn(Kind kind) {
    call(1, kind, 10_000_000);
    room.run(1);
    assertEquals(kind, subscriber.session.downlink().kind());
    RtpPacket packet = new RtpPacket();
    int expected = 0;
    for (byte[] bytes : subscriber.media) {
      assertEquals(null, packet.parse(bytes, 0, bytes.length));
      int number = packet.extensionOffset(TRANSPORT_CC_ID);
      assertEquals(kind == Kind.TRANSPORT_CC, number >= 0);
      assertEquals(kind != Kind.NONE, packet.extensionOffset(ABS_SEND_TIME_ID) >= 0);
      assertEquals(1, packet.extensionLength(KnownHeaderExtension.MID.id()));
      if (number >= 0) {
        assertEquals(expected++, Bytes.u16(bytes, number), "each number once, without a gap");
      }
    }
    assertTrue(subscriber.media.size() > 50);
  }

  @Test
  void probationIsTheStreamForWhichMediasoupsClientsHaveAReceiver() {
    call(1, Kind.TRANSPORT_CC, 500_000);
    room.run(10);
    subscriber.link.capacityBps = 3_000_000;
    long mostProbationBps = 0;
    for (int i = 0; i < 20; i++) {
      room.run(0.5);
      mostProbationBps = Math.max(mostProbationBps, (long) stats().get("probationSendBitrate"));
    }
    assertTrue(subscriber.probation.size() > 5);
    RtpPacket packet = new RtpPacket();
    int sequenceNumber = -1;
    for (byte[] bytes : subscriber.probation) {
      assertEquals(null, packet.parse(bytes, 0, bytes.length));
      assertEquals(1234, packet.ssrc());
      assertEquals(127, packet.payloadType());
      int mid = packet.extensionOffset(KnownHeaderExtension.MID.id());
      assertEquals("probator", new String(bytes, mid, 8, StandardCharsets.US_ASCII));
      assertTrue(packet.extensionOffset(ABS_SEND_TIME_ID) > 0);
      assertTrue(packet.extensionOffset(TRANSPORT_CC_ID) > 0);
      assertTrue(bytes.length <= Probation.MAX_PACKET_BYTES && bytes.length >= 100);
      assertTrue(sequenceNumber < 0 || packet.sequenceNumber() == (sequenceNumber + 1 & 0xffff));
      sequenceNumber = packet.sequenceNumber();
    }
    assertEquals(subscriber.probation.size(), subscriber.session.counters().probationPacketsSent());
    assertEquals(subscriber.probation.stream().mapToLong(bytes -> bytes.length).sum(), stats().get("probationBytesSent"));
    assertTrue(mostProbationBps > 0);
  }

  @Test
  void probesAreAFewPacketsEverySecondsAndNoneWhenNothingFlows() {
    call(1, Kind.TRANSPORT_CC, 500_000);
    room.run(10);
    int before = subscriber.probation.size();
    room.run(30);
    assertTrue(subscriber.probation.size() - before <= 7 * 10, "probes " + (subscriber.probation.size() - before));
    consumer.pause();
    room.run(1);
    before = subscriber.probation.size();
    room.run(30);
    assertEquals(before, subscriber.probation.size());
  }

  @Test
  void theEstimateIsToldOnceASecondAtMostAndStandsInTheStats() {
    call(1, Kind.TRANSPORT_CC, 500_000);
    room.run(20);
    List<SimulatedRoom.Estimate> told = room.estimates;
    assertTrue(told.size() >= 5 && told.size() <= 21, "told " + told.size());
    for (int i = 1; i < told.size(); i++) {
      assertTrue(told.get(i).atNs() - told.get(i - 1).atNs() >= SECOND);
    }
    assertTrue(told.get(told.size() - 1).desiredBps() > 800_000);
    assertEquals(subscriber.session.downlink().availableBps(), stats().get("availableOutgoingBitrate"));
  }

  private Map<String, Object> stats() {
    Map<String, Object> stats = new HashMap<>();
    subscriber.session.addStats(stats, room.now);
    return stats;
  }

  @Test
  void nothingIsAllocatedForAPacketThatIsNumberedAndRemembered() {
    call(1, Kind.TRANSPORT_CC, 10_000_000);
    SendExtensions extensions = new SendExtensions();
    extensions.number(true);
    RoutedPacket source = new RoutedPacket();
    source.midOffset = 17;
    source.absSendTimeOffset = 26;
    source.transportCcOffset = 30;
    byte[] out = new byte[1500];
    out[16] = 0x17;
    com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100_000; i++) {
        int number = extensions.fill(consumer, source, out, room.now + i * 100L);
        subscriber.session.downlink().onPacketSent(number, 1000, 0, room.now + i * 100L);
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertTrue(allocated < 100_000, "allocated " + allocated + " bytes for 100,000 packets");
  }
}
