package io.plenum.media.router;

import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceState;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.Publication;
import io.plenum.simulation.ReceivedTrack;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The router as a whole: who closes whom and who is told ({@code docs/close-cascade.md}), refusals, faults, figures. */
class RouterTest {
  private static final RtpCapabilities NOTHING = new RtpCapabilities(List.of(), List.of());

  private SimulatedCall call;
  private Router router;
  private SimulatedPeer alice;
  private SimulatedPeer bob;
  private SimulatedPeer carol;
  private Publication video;
  private Publication audio;
  private ReceivedTrack bobSees;
  private ReceivedTrack bobHears;
  private ReceivedTrack carolSees;
  private ReceivedTrack aliceHears;

  /** Alice's picture and sound go to Bob, her picture also to Carol; she hears Carol. */
  @BeforeEach
  void callOfThree() {
    call = new SimulatedCall(1, Impairment.NONE);
    router = call.node().router();
    alice = call.join("alice");
    bob = call.join("bob");
    carol = call.join("carol");
    video = alice.publishVideo();
    audio = alice.publishAudio();
    bobSees = bob.receive(video);
    bobHears = bob.receive(audio);
    carolSees = carol.receive(video);
    aliceHears = alice.receive(carol.publishAudio());
    call.runFor(3 * SECOND);
    call.node().events.clear();
  }

  private List<String> events() {
    return call.node().events.stream().filter(event -> !event.startsWith("levels")).toList();
  }

  private static String closed(ReceivedTrack track) {
    return "consumerClosed " + track.consumer().id();
  }

  private void assertRouterHolds(int transports, int producers, int consumers) {
    assertEquals(List.of(transports, producers, consumers),
        List.of(router.transportCount(), router.producerCount(), router.consumerCount()));
  }

  @Test
  void aClosedConsumerTellsNobodyAndTheOthersGoOn() {
    bobSees.consumer().close(call.nowNs());
    bobSees.consumer().close(call.nowNs());
    assertEquals(List.of(), events());
    assertRouterHolds(3, 3, 3);
    int before = carolSees.packets.size();
    call.runFor(SECOND);
    assertTrue(carolSees.packets.size() > before + 50);
    assertTrue(bobHears.packets.size() > 100);
    bobSees.consumer().resume(call.nowNs());
    assertTrue(bobSees.consumer().paused(), "what is closed does not begin again");
  }

  @Test
  void aClosedProducerClosesItsConsumersInTheOrderInWhichTheyWereMade() {
    video.producer().close(call.nowNs());
    video.producer().close(call.nowNs());
    assertEquals(List.of(closed(bobSees), closed(carolSees)), events());
    assertRouterHolds(3, 2, 2);
    assertFalse(router.hasProducer(video.producer().id()));
    call.runFor(SECOND);
    assertTrue(alice.transport().session().counters().drops(io.plenum.media.transport.RtpDrop.UNKNOWN_STREAM) > 50,
        "what she still sends of it belongs to nobody");
  }

  @Test
  void aClosedTransportClosesItsProducersThenItsConsumersThenItself() {
    router.closeTransport("alice", call.nowNs());
    router.closeTransport("alice", call.nowNs());
    assertEquals(
        List.of(closed(bobSees), closed(carolSees), closed(bobHears), "dtls alice CLOSED", "ice alice closed"), events());
    assertTrue(aliceHears.consumer().closed());
    assertRouterHolds(2, 1, 0);
    assertEquals(2, call.node().routes());
    assertEquals(2, call.node().fragments());
  }

  @Test
  void aClosedRouterClosesItsTransportsInTheOrderInWhichTheyWereMadeAndRefusesMore() {
    router.close(call.nowNs());
    router.close(call.nowNs());
    assertEquals(
        List.of(closed(bobSees), closed(carolSees), closed(bobHears), "dtls alice CLOSED", "ice alice closed",
            "dtls bob CLOSED", "ice bob closed", "dtls carol CLOSED", "ice carol closed"), events());
    assertRouterHolds(0, 0, 0);
    assertEquals(0, call.node().routes() + call.node().fragments());
    assertEquals(0, router.environment().deadlines().size());
    assertRefused("router-closed", () -> call.join("dave"));
    call.runFor(40 * SECOND);
    assertTrue(call.node().faults.isEmpty());
  }

  private static void assertRefused(String code, Runnable request) {
    assertEquals(code, assertThrows(PlenumException.class, request::run).code());
  }

  @Test
  void aClosedTransportRefusesEverything() {
    router.closeTransport("alice", call.nowNs());
    assertRefused("transport-closed", () -> alice.transport().restartIce());
    assertRefused("transport-closed", alice::publishVideo);
    assertRefused("transport-closed", () -> alice.transport().consume(consume("c", audio.producer().id()), call.nowNs()));
    assertRefused("transport-not-found", () -> router.transport("alice"));
    assertRefused("producer-not-found", () -> router.producer(video.producer().id()));
    assertRefused("consumer-not-found", () -> router.consumer(bobSees.consumer().id()));
  }

  private ConsumerOptions consume(String id, String producerId) {
    return ConsumerOptions.paused(id, producerId, router.rtpCapabilities(), Map.of());
  }

  @Test
  void idsAreTakenOnceAndARefusalLeavesNothingBehind() {
    Producer taken = video.producer();
    assertRefused("already-exists", () -> bob.transport().produce(
        new ProducerOptions(taken.id(), MediaKind.VIDEO, taken.rtpParameters(), false, Map.of()), call.nowNs()));
    String consumerId = bobSees.consumer().id();
    assertRefused("already-exists",
        () -> carol.transport().consume(consume(consumerId, audio.producer().id()), call.nowNs()));
    assertRefused("already-exists", () -> call.node().createTransport("alice", sink -> null));
    assertRouterHolds(3, 3, 4);
    assertEquals(3, call.node().fragments());
    assertEquals(1, audio.producer().consumerCount());
    call.runFor(SECOND);
    assertTrue(bobSees.packets.lastEntry().getValue().arrivedNs() > call.nowNs() - SECOND / 5, "the first one goes on");
  }

  @Test
  void whatCannotBeConsumedIsRefusedAndCanBeAskedForBefore() {
    assertTrue(router.canConsume(video.producer().id(), router.rtpCapabilities()));
    assertFalse(router.canConsume(video.producer().id(), NOTHING));
    assertFalse(router.canConsume("nobody", router.rtpCapabilities()));
    assertRefused("producer-not-found", () -> bob.transport().consume(consume("c", "nobody"), call.nowNs()));
    assertRefused("cannot-consume", () -> bob.transport().consume(
        ConsumerOptions.paused("c", video.producer().id(), NOTHING, Map.of()), call.nowNs()));
    RtpCapabilities onlyAudio = new RtpCapabilities(
        router.rtpCapabilities().codecs().stream().filter(codec -> codec.kind() == MediaKind.AUDIO).toList(), List.of());
    assertFalse(router.canConsume(video.producer().id(), onlyAudio));
    assertTrue(router.canConsume(audio.producer().id(), onlyAudio));
    assertRouterHolds(3, 3, 4);
  }

  @Test
  void aFaultInSendingToOneReceiverClosesItsTransportAloneAndThePublisherAndTheOthersGoOn() {
    call.node().breakLink(bob.transport());
    call.runFor(SECOND);
    assertEquals(Set.of("bob"), call.node().faults.keySet());
    assertInstanceOf(IllegalStateException.class, call.node().faults.get("bob"));
    assertEquals("fault bob", events().get(events().size() - 1));
    assertEquals("bob", call.node().dumps.get("bob").get("id"));
    assertTrue(bobSees.consumer().closed() && bobHears.consumer().closed());
    assertRouterHolds(2, 3, 2);
    assertEquals(1, video.producer().consumerCount());
    assertEquals(2, call.node().routes(), "although closing failed too, nothing was left");
    int before = carolSees.packets.size();
    call.runFor(3 * SECOND);
    assertTrue(carolSees.packets.size() > before + 200);
    assertEquals(IceState.COMPLETED, alice.transport().iceState());
    assertEquals(DtlsState.CONNECTED, alice.transport().dtlsState());
    assertEquals(1, call.node().faults.size());
  }

  @Test
  void aFaultWhereThePublisherIsAskedForAKeyFrameClosesThePublisherAndNotTheOneWhoAsks() {
    call.node().breakLink(alice.transport());
    carolSees.consumer().requestKeyFrame(call.nowNs());
    assertEquals(Set.of("alice"), call.node().faults.keySet());
    assertTrue(carolSees.consumer().closed() && bobSees.consumer().closed());
    assertRouterHolds(2, 1, 0);
    call.runFor(3 * SECOND);
    assertEquals(Set.of("alice"), call.node().faults.keySet());
  }

  @Test
  void aFaultInATimeoutClosesThatTransportAndItsDumpShowsTheTree() {
    call.node().breakLink(carol.transport());
    // Nothing flows, so that only carol's own reports can fail.
    carolSees.consumer().pause();
    call.runFor(3 * SECOND);
    assertEquals(Set.of("carol"), call.node().faults.keySet());
    Map<String, Object> dump = call.node().dumps.get("carol");
    assertTrue(dump.keySet().containsAll(
        List.of("id", "iceState", "dtlsState", "selectedTuple", "gates", "iceDrops", "srtp", "session")), dump::toString);
    assertRouterHolds(2, 2, 2);
  }

  @Test
  void theDumpOfARouterIsATreeOfPlainValues() {
    Dump dump = new Dump();
    router.dump(dump);
    Map<String, Object> tree = dump.tree();
    assertEquals(List.of("id", "transports", "producers", "consumers"), new ArrayList<>(tree.keySet()).subList(0, 4));
    assertEquals(List.of(3, 3, 4),
        List.of(list(tree, "transports").size(), list(tree, "producers").size(), list(tree, "consumers").size()));
    assertPlain("", tree);
    assertTrue(tree.toString().contains("nackDeadlineNs"), "a deadline has a name");
  }

  private static List<?> list(Map<String, Object> tree, String name) {
    return (List<?>) tree.get(name);
  }

  private static void assertPlain(String path, Object value) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, child) -> assertPlain(path + "/" + name, child));
    } else if (value instanceof List<?> all) {
      all.forEach(child -> assertPlain(path + "[]", child));
    } else {
      assertTrue(value == null || value instanceof String || value instanceof Number || value instanceof Boolean,
          path + " is a " + (value == null ? null : value.getClass()));
    }
  }

  @Test
  void statsHaveTheFieldNamesOfMediasoup() {
    Set<String> inbound = new TreeSet<>(List.of("type", "timestamp", "ssrc", "rtxSsrc", "kind", "mimeType", "packetCount",
        "byteCount", "bitrate", "bitrateByLayer", "packetsLost", "fractionLost", "jitter", "packetsDiscarded",
        "packetsRetransmitted", "packetsRepaired", "nackCount", "nackPacketCount", "pliCount", "firCount", "score",
        "roundTripTime", "rtxPacketsDiscarded"));
    Set<String> outbound = new TreeSet<>(inbound);
    outbound.removeAll(List.of("bitrateByLayer", "rtxPacketsDiscarded"));
    List<Map<String, Object>> produced = video.producer().stats(call.nowNs(), 7);
    assertEquals(List.of(inbound), produced.stream().map(each -> new TreeSet<>(each.keySet())).toList());
    assertEquals("inbound-rtp", produced.get(0).get("type"));
    assertEquals(7L, produced.get(0).get("timestamp"));
    assertTrue((long) produced.get(0).get("packetCount") > 200 && (long) produced.get(0).get("bitrate") > 300_000);

    List<Map<String, Object>> consumed = bobSees.consumer().stats(call.nowNs(), 7);
    assertEquals(List.of(outbound, inbound), consumed.stream().map(each -> new TreeSet<>(each.keySet())).toList());
    assertEquals("outbound-rtp", consumed.get(0).get("type"));
    assertEquals(Integer.toUnsignedLong(bobSees.ssrc), consumed.get(0).get("ssrc"));

    Map<String, Object> stats = alice.transport().stats(call.nowNs(), 7).get(0);
    assertEquals(transportFieldsAnd("rtpPacketLossReceived"), new TreeSet<>(stats.keySet()), "transport-cc upwards");
    assertEquals("webrtc-transport", stats.get("type"));
    assertEquals(0.0, stats.get("rtpPacketLossReceived"));
    assertTrue((long) stats.get("bytesReceived") > (long) stats.get("rtpBytesReceived"));
    // What left her in the last 20 ms is still on its way.
    assertEquals(alice.uplinkBytes(), (long) stats.get("bytesReceived"), 3_000);
    Map<String, Object> receiver = bob.transport().stats(call.nowNs(), 7).get(0);
    assertEquals(bob.downlinkBytes(), receiver.get("bytesSent"));
    assertEquals(transportFieldsAnd("availableOutgoingBitrate", "rtpPacketLossSent"), new TreeSet<>(receiver.keySet()));
    assertEquals(0.0, receiver.get("rtpPacketLossSent"));
  }

  @Test
  void whatIsEstimatedForAPublisherAndLostOnThePathIsInTheStatsToo() {
    SimulatedPeer dave = call.join("dave");
    call.runFor(SECOND);
    dave.publishVideo(new SimulatedPeer.VideoOptions().withoutTransportCc());
    bob.impair(Impairment.NONE, Impairment.FIVE_PERCENT);
    alice.impair(Impairment.FIVE_PERCENT, Impairment.NONE);
    call.runFor(10 * SECOND);
    Map<String, Object> estimated = dave.transport().stats(call.nowNs(), 7).get(0);
    assertEquals(transportFieldsAnd("availableIncomingBitrate"), new TreeSet<>(estimated.keySet()), "REMB upwards");
    assertEquals((double) dave.lastRembBps, (long) estimated.get("availableIncomingBitrate"), 0.2 * dave.lastRembBps);
    double lostDownwards = (double) bob.transport().stats(call.nowNs(), 7).get(0).get("rtpPacketLossSent");
    assertTrue(lostDownwards > 0.01 && lostDownwards < 0.2, "lost downwards " + lostDownwards);
    double mostLostUpwards = 0;
    for (int i = 0; i < 20; i++) {
      call.runFor(SECOND / 10);
      double lost = (double) alice.transport().stats(call.nowNs(), 7).get(0).get("rtpPacketLossReceived");
      mostLostUpwards = Math.max(mostLostUpwards, lost);
    }
    assertTrue(mostLostUpwards > 0.01 && mostLostUpwards < 0.5, "most lost upwards " + mostLostUpwards);
  }

  private static Set<String> transportFieldsAnd(String... more) {
    Set<String> fields = new TreeSet<>(List.of("type", "transportId", "timestamp", "iceRole", "iceState", "iceSelectedTuple",
        "dtlsState", "bytesReceived", "recvBitrate", "bytesSent", "sendBitrate", "rtpBytesReceived", "rtpRecvBitrate",
        "rtpBytesSent", "rtpSendBitrate", "rtxBytesReceived", "rtxRecvBitrate", "rtxBytesSent", "rtxSendBitrate",
        "probationBytesSent", "probationSendBitrate"));
    fields.addAll(List.of(more));
    return fields;
  }

  @Test
  void aNackMessageIsOneNackHoweverManyPacketsItNames() {
    bob.begin().nack(1, bobSees.ssrc, new int[] {1, 2, 100, 300, 900}, 0, 5);
    bob.sendRtcp();
    call.runFor(SECOND / 10);
    Map<String, Object> stats = bobSees.consumer().stats(call.nowNs(), 7).get(0);
    assertEquals(1L, stats.get("nackCount"));
    assertEquals(5L, stats.get("nackPacketCount"));
  }

  @Test
  void whoSpeaksIsReportedAndSilenceOnce() {
    call.runFor(2 * SECOND);
    List<String> levels = call.node().eventsOf("levels");
    assertTrue(levels.size() >= 2 && levels.get(0).contains("alice-audio") && levels.get(0).contains("dbov=-30"),
        levels::toString);
    audio.stop();
    carol.die();
    call.runFor(5 * SECOND);
    levels = call.node().eventsOf("levels");
    assertEquals("levels []", levels.get(levels.size() - 1));
    assertEquals(1, levels.stream().filter(event -> event.equals("levels []")).count());
  }
}
