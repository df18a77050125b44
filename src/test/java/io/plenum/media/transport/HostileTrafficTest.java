package io.plenum.media.transport;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.PlenumException;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.ProducerOptions;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceDrop;
import io.plenum.protocol.ice.IceParameters;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtp.Mutations;
import io.plenum.protocol.rtp.RtpHeaderWriter;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.srtp.SrtpDrop;
import io.plenum.protocol.srtp.SrtpReceiver;
import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.DatagramKind;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.Publication;
import io.plenum.simulation.PublisherParameters;
import io.plenum.simulation.ReceivedTrack;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedNode;
import io.plenum.simulation.SimulatedPeer;
import io.plenum.simulation.SimulatedPeer.VideoOptions;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Promises about hostile traffic, as far as a transport and what is behind it keep them. Alice sends to Bob. */
class HostileTrafficTest {
  private static final InetSocketAddress STRANGER = new InetSocketAddress("203.0.113.66", 6_666);

  private final SplittableRandom random = new SplittableRandom(42);
  private SimulatedCall call;
  private SimulatedPeer alice;
  private SimulatedPeer bob;
  private Publication video;
  private ReceivedTrack seen;

  @BeforeEach
  void aCall() {
    // Of the seeds that run AES-CM: a forged packet costs the JDK's GCM an exception, and here are many.
    call = new SimulatedCall(7, Impairment.NONE);
    alice = call.join("alice");
    bob = call.join("bob");
    video = alice.publishVideo();
    seen = bob.receive(video);
    call.runFor(3 * SECOND);
  }

  private void assertCallGoesOn() {
    int before = seen.packets.size();
    call.runFor(2 * SECOND);
    assertTrue(seen.packets.size() > before + 100, "the call goes on");
    assertTrue(call.node().faults.isEmpty(), call.node().faults::toString);
  }

  private long handedOut() {
    return alice.downlinkDatagrams() + bob.downlinkDatagrams();
  }

  private String figures() {
    return video.producer().stats(call.nowNs(), 0).toString() + seen.consumer().stats(call.nowNs(), 0);
  }

  private byte[] randomPacket(int ssrc, int second, int length) {
    byte[] packet = new byte[length];
    random.nextBytes(packet);
    packet[0] = (byte) 0x80;
    packet[1] = (byte) second;
    Bytes.put32(packet, second >= 192 ? 4 : 8, ssrc);
    return packet;
  }

  private void nodeReceives(InetSocketAddress from, byte[] bytes) {
    call.node().receive(from, bytes, 0, bytes.length);
  }

  @Test
  void forgedMediaReachesNobodyFromWhereverItComes() {
    String before = figures();
    long sent = handedOut();
    int ssrc = video.stream(0).ssrc;
    TransportTuple unverified =
        new TransportTuple(TransportTuple.Protocol.UDP, io.plenum.simulation.SimulatedNode.ADDRESS, STRANGER);
    for (int i = 0; i < 10_000; i++) {
      byte[] rtp = randomPacket(ssrc, PublisherParameters.VP8, 60);
      byte[] rtcp = randomPacket(ssrc, 200 + i % 7, 60);
      Bytes.put16(rtcp, 2, 14);
      for (byte[] forged : List.of(rtp, rtcp)) {
        nodeReceives(alice.outsideAddress(), forged);
        nodeReceives(STRANGER, forged);
        alice.transport().onDatagram(unverified, forged, 0, forged.length, call.nowNs());
      }
    }
    assertEquals(before, figures());
    assertEquals(sent, handedOut());
    assertEquals(20_000, call.node().strangers());
    assertEquals(20_000, alice.transport().drops(GateDrop.UNVERIFIED_TUPLE));
    assertEquals(20_000, alice.transport().drops(SrtpDrop.AUTHENTICATION_FAILED)
        + alice.transport().drops(SrtpDrop.SUSPECT)
        + alice.transport().drops(SrtpDrop.NOT_ENCRYPTED) + alice.transport().drops(SrtpDrop.REPLAYED)
        + alice.transport().drops(SrtpDrop.TOO_OLD));
    assertCallGoesOn();
  }

  @Test
  void replayedPacketsAreDroppedHoweverOftenTheyCome() {
    call.node().capture(alice.outsideAddress(), 5_000);
    call.runFor(30 * SECOND);
    List<byte[]> captured = call.node().captured().stream()
        .filter(packet -> DatagramKind.of(packet[0]) == DatagramKind.RTP_OR_RTCP).toList();
    assertTrue(captured.size() > 2_000);
    alice.die();
    String before = figures();
    long sent = handedOut();
    for (int round = 0; round < 5; round++) {
      captured.forEach(packet -> nodeReceives(alice.outsideAddress(), packet));
    }
    assertEquals(before, figures());
    assertEquals(sent, handedOut());
    assertEquals(5 * captured.size(),
        alice.transport().drops(SrtpDrop.REPLAYED) + alice.transport().drops(SrtpDrop.TOO_OLD));
  }

  @Test
  void aCheckThatIsOverheardAndReplayedTakesNobodysMedia() {
    call.node().capture(bob.outsideAddress(), 200);
    long quiet = receivedIn(5 * SECOND);
    byte[] check = call.node().captured().stream()
        .filter(packet -> DatagramKind.of(packet[0]) == DatagramKind.STUN).reduce((first, last) -> last).orElseThrow();
    long before = bob.downlinkDatagrams();
    for (int i = 0; i < 100; i++) {
      nodeReceives(STRANGER, check);
      call.runFor(SECOND / 20);
    }
    long attacked = bob.downlinkDatagrams() - before;
    System.out.println("S4: the watcher got " + quiet / 5 + " datagrams/s, and " + attacked / 5
        + " while one of its checks was replayed 20 times a second; the eavesdropper got " + call.sentToStrangers());
    assertEquals(0, call.sentToStrangers());
    assertEquals(quiet, attacked, quiet / 50.0);
    assertEquals(100, bob.transport().drops(IceDrop.REPLAYED));
    assertCallGoesOn();
  }

  /** A check with that peer's password, which nominates. */
  private byte[] nominationFor(SimulatedPeer peer) {
    IceParameters parameters = peer.transport().iceParameters();
    byte[] transactionId = new byte[StunMessage.TRANSACTION_ID_BYTES];
    random.nextBytes(transactionId);
    StunWriter writer = new StunWriter(256);
    writer.begin(StunMessage.BINDING_REQUEST, transactionId, 0);
    writer.putUsername((parameters.usernameFragment() + ":peer").getBytes(StandardCharsets.US_ASCII));
    writer.putIceControlling(7);
    writer.putUseCandidate();
    writer.putPriority(1);
    return Arrays.copyOf(writer.bytes(), writer.finish(StunIntegrity.ofPassword(parameters.password())));
  }

  /** Datagrams that the node sends to Bob meanwhile. */
  private long receivedIn(long durationNs) {
    long before = bob.downlinkDatagrams();
    call.runFor(durationNs);
    return bob.downlinkDatagrams() - before;
  }

  @Test
  void authenticPacketsThatAreReplayedFromElsewhereTakeNobodysMedia() {
    call.node().capture(bob.outsideAddress(), 5_000);
    call.runFor(5 * SECOND);
    // The worst case: the eavesdropper's address is checked, as it was quicker than the client with one of its checks.
    TransportTuple elsewhere = new TransportTuple(TransportTuple.Protocol.UDP, SimulatedNode.ADDRESS, STRANGER);
    nodeReceives(STRANGER, nominationFor(bob));
    assertTrue(bob.transport().accepts(elsewhere));
    long answers = call.sentToStrangers();
    for (int round = 0; round < 20; round++) {
      call.node().captured().stream().filter(packet -> DatagramKind.of(packet[0]) != DatagramKind.STUN)
          .forEach(packet -> nodeReceives(STRANGER, packet));
      call.runFor(SECOND / 10);
    }
    assertEquals(answers, call.sentToStrangers());
    assertCallGoesOn();
  }

  @Test
  void unauthenticatedSsrcsAreNotKept() {
    int kept = alice.transport().authenticatedSsrcs();
    for (int i = 0; i < 200_000; i++) {
      nodeReceives(alice.outsideAddress(), randomPacket(random.nextInt(), PublisherParameters.VP8, 40));
    }
    assertEquals(kept, alice.transport().authenticatedSsrcs());
    long examined = alice.transport().drops(SrtpDrop.AUTHENTICATION_FAILED);
    assertEquals(200_000, examined + alice.transport().drops(SrtpDrop.SUSPECT));
    assertTrue(examined < 20_000, "a spray costs little: " + examined);
    assertCallGoesOn();
  }

  /** An authentic packet that names mid and, if wanted, a rid or repaired rid. */
  private static void send(SimulatedPeer peer, int ssrc, int payloadType, String mid, int ridId, String rid) {
    RtpHeaderWriter header = new RtpHeaderWriter();
    if (mid != null) {
      header.add(PublisherParameters.MID, mid.getBytes(StandardCharsets.US_ASCII), 0, mid.length());
    }
    if (rid != null) {
      header.add(ridId, rid.getBytes(StandardCharsets.US_ASCII), 0, rid.length());
    }
    byte[] bytes = new byte[200];
    int length = header.write(bytes, 0, true, payloadType, 7, 90_000, ssrc);
    peer.sendProtectedRtp(bytes, length, length + 40);
  }

  @Test
  void authenticatedSsrcsThatNobodyDeclaredAreLimited() {
    for (int i = 0; i < 1_000; i++) {
      send(alice, random.nextInt(), PublisherParameters.VP8, null, 0, null);
    }
    call.runFor(SECOND);
    assertEquals(SrtpReceiver.DEFAULT_MAX_RTP_SSRCS, alice.transport().authenticatedSsrcs());
    TransportCounters counters = alice.transport().session().counters();
    assertTrue(counters.drops(RtpDrop.UNKNOWN_STREAM) > 50);
    assertEquals(1_000, counters.drops(RtpDrop.UNKNOWN_STREAM) + alice.transport().drops(SrtpDrop.TOO_MANY_SSRCS));
    assertCallGoesOn();
  }

  @Test
  void aCameraTurnedOffAndOnManyTimesIsSeenEachTime() {
    video.stop();
    ReceivedTrack last = null;
    for (int i = 0; i < SrtpReceiver.DEFAULT_MAX_RTP_SSRCS + 6; i++) {
      Publication again = alice.publishVideo(new VideoOptions().frames(200 * MS, 1));
      last = bob.receive(again);
      call.runFor(3 * SECOND);
      again.producer().close(call.nowNs());
      again.stop();
      call.runFor(SECOND);
      assertTrue(last.packets.size() > 5, "number " + i + ": " + last.packets.size());
    }
    assertTrue(alice.transport().authenticatedSsrcs() < 16, "" + alice.transport().authenticatedSsrcs());
  }

  private void assertRefused(String code, RtpParameters parameters) {
    PlenumException refusal = assertThrows(PlenumException.class, () -> alice.transport().produce(
        new ProducerOptions("second", MediaKind.VIDEO, parameters, false, Map.of()), call.nowNs()));
    assertEquals(code, refusal.code());
    assertEquals(1, call.node().router().producerCount());
  }

  @Test
  void aSecondProducerCannotTakeTheSsrcOrTheMidOfTheFirst() {
    long ssrc = video.stream(0).ssrc & 0xffff_ffffL;
    long rtxSsrc = video.stream(0).rtxSsrc & 0xffff_ffffL;
    assertRefused("invalid-ssrc", PublisherParameters.vp8("other", ssrc, 5, true));
    assertRefused("invalid-ssrc", PublisherParameters.vp8("other", 5, ssrc, true));
    assertRefused("invalid-ssrc", PublisherParameters.vp8("other", rtxSsrc, 5, true));
    assertRefused("invalid-mid", PublisherParameters.vp8("0", 5, 6, true));
    assertCallGoesOn();
  }

  @Test
  void aPeerThatSendsUnderTheSsrcOfAnotherReachesNobody() {
    int before = seen.packets.size();
    video.stop();
    call.runFor(SECOND);
    before = seen.packets.size();
    for (int i = 0; i < 100; i++) {
      send(bob, video.stream(0).ssrc, PublisherParameters.VP8, "0", 0, null);
    }
    call.runFor(SECOND);
    assertEquals(before, seen.packets.size());
    assertEquals(100, bob.transport().session().counters().drops(RtpDrop.UNKNOWN_STREAM)
        + bob.transport().drops(SrtpDrop.REPLAYED));
  }

  @Test
  void oneDatagramOfNacksIsAnsweredOncePerRoundTripAndWithinTheBudget() {
    call.runFor(20 * SECOND);
    long mediaBefore = seen.bytes;
    long rtxBefore = seen.rtxBytes;
    long fromNs = call.nowNs();
    int[] all = new int[5_100];
    for (int i = 0; i < 1_000; i++) {
      int newest = (int) (seen.packets.lastKey() & 0xffff);
      for (int n = 0; n < all.length; n++) {
        all[n] = newest - all.length + 1 + n & 0xffff;
      }
      assertEquals(all.length, bob.begin().nack(1, seen.ssrc, all, 0, all.length), "one datagram asks for all");
      bob.sendRtcp();
      call.runFor(10 * MS);
    }
    double seconds = (call.nowNs() - fromNs) / (double) SECOND;
    long media = seen.bytes - mediaBefore;
    long rtx = seen.rtxBytes - rtxBefore;
    assertTrue(rtx > 10_000, "something is resent: " + rtx);
    assertTrue(rtx <= Math.max(12_000 * (seconds + 1), 0.30 * media * (seconds + 1) / seconds), rtx + " of " + media);
    long shortestNs = Long.MAX_VALUE;
    for (List<Long> times : seen.repairsNs.values()) {
      for (int i = 1; i < times.size(); i++) {
        shortestNs = Math.min(shortestNs, times.get(i) - times.get(i - 1));
      }
    }
    // 20 ms each way.
    assertTrue(shortestNs >= 39 * MS, shortestNs / MS + " ms between two of the same");
    assertCallGoesOn();
  }

  @Test
  void aThousandKeyFrameRequestsASecondBecomeTwo() {
    int before = video.stream(0).keyFrameRequestsNs.size();
    for (int i = 0; i < 10_000; i++) {
      if (i % 2 == 0) {
        bob.sendPli(seen.ssrc);
      } else {
        bob.begin().fir(1, seen.ssrc, i);
        bob.sendRtcp();
      }
      call.runFor(MS);
    }
    int asked = video.stream(0).keyFrameRequestsNs.size() - before;
    // Two may be close together; then there is one in half a second.
    assertTrue(asked >= 10 && asked <= 22, asked + " in ten seconds");
    assertTrue(video.stream(0).mostKeyFrameRequestsInASecond() <= 3);
    assertCallGoesOn();
  }

  private long count(String word) {
    return call.node().eventsOf(word).size();
  }

  @Test
  void aConsumerThatGoesFromLayerToLayerMakesThePublisherSendNoMoreKeyFramesThanOneThatStays() {
    Publication simulcast = alice.publishVideo(new VideoOptions().simulcast(3, 1));
    ReceivedTrack hers = bob.receive(simulcast);
    call.runFor(10 * SECOND);
    int before = keyFrameRequests(simulcast);
    for (int i = 0; i < 1_000; i++) {
      hers.consumer().setPreferredLayers(i % 3, 0, call.nowNs());
      bob.sendPli(hers.ssrc);
      call.runFor(10 * MS);
    }
    int asked = keyFrameRequests(simulcast) - before;
    assertTrue(asked >= 10 && asked <= 25, asked + " in ten seconds, of three encodings together");
    assertCallGoesOn();
  }

  private static int keyFrameRequests(Publication simulcast) {
    int sum = 0;
    for (int layer = 0; layer < 3; layer++) {
      sum += simulcast.stream(layer).keyFrameRequestsNs.size();
    }
    return sum;
  }

  @Test
  void moreRtcpThanAPeerMaySendIsNotReadAndAMomentLaterItIsAgain() {
    TransportCounters counters = bob.transport().session().counters();
    for (int ms = 0; ms < 1_000; ms++) {
      for (int i = 0; i < 20; i++) {
        bob.begin().receiverReport(1);
        bob.sendRtcp();
      }
      call.runFor(MS);
    }
    call.runFor(SECOND);
    long unread = counters.drops(RtpDrop.RTCP_OVER_RATE);
    assertTrue(unread > 20_000 - 2 * MediaPolicer.RTCP_PER_SECOND - 100, unread + " of 20,000");
    int asked = video.stream(0).keyFrameRequestsNs.size();
    bob.sendPli(seen.ssrc);
    call.runFor(SECOND / 10);
    assertEquals(asked + 1, video.stream(0).keyFrameRequestsNs.size());
    assertEquals(unread, counters.drops(RtpDrop.RTCP_OVER_RATE));
    assertCallGoesOn();
  }

  @Test
  void whatNacksMakeUsLookUpIsLimited() {
    int[] all = new int[5_100];
    for (int n = 0; n < all.length; n++) {
      all[n] = 30_000 + n & 0xffff;
    }
    long before = nacked();
    for (int i = 0; i < 2_000; i++) {
      bob.begin().nack(1, seen.ssrc, all, 0, all.length);
      bob.sendRtcp();
      call.runFor(MS);
    }
    call.runFor(SECOND);
    long looked = nacked() - before;
    assertTrue(looked <= 3L * MediaPolicer.RTCP_WORK_PER_SECOND, looked + " of " + 2_000 * all.length);
    assertTrue(looked >= 2L * MediaPolicer.RTCP_WORK_PER_SECOND, "" + looked);
    assertTrue(bob.transport().session().counters().drops(RtpDrop.RTCP_WORK_OVER_RATE) > 1_000);
    assertCallGoesOn();
  }

  private long nacked() {
    return (long) seen.consumer().stats(call.nowNs(), 0).get(0).get("nackPacketCount");
  }

  @Test
  void aScoreThatChangesWithEachReportIsToldOnceASecondAndTheLastIsTheOneThatHolds() {
    call.node().events.clear();
    ReportBlock block = new ReportBlock();
    block.ssrc = seen.ssrc;
    for (int i = 0; i < 500; i++) {
      block.cumulativeLost += i / 15 % 2;
      RtcpWriter report = bob.begin();
      report.receiverReport(1);
      report.reportBlock(block);
      bob.sendRtcp();
      call.runFor(20 * MS);
    }
    String word = "consumerScore " + seen.consumer().id();
    assertTrue(count(word) >= 5 && count(word) <= 11, count(word) + " in ten seconds");
    call.runFor(SECOND);
    List<String> told = call.node().eventsOf(word);
    assertEquals(word + " " + seen.consumer().score(), told.get(told.size() - 1));

    call.node().events.clear();
    for (int i = 0; i < 1_000; i++) {
      video.producer().onStreamScore(video.producer().streams().get(0), call.nowNs());
      call.runFor(5 * MS);
    }
    assertTrue(count("producerScore") >= 4 && count("producerScore") <= 6, count("producerScore") + " in five seconds");
  }

  /** Authentic packets of her own stream, one after the other; sound or not, nobody can decode it. */
  private final class Flooder {
    final SimulatedPeer peer = call.join("mallory");
    private final byte[] bytes = new byte[1_500];
    private final RtpHeaderWriter header = new RtpHeaderWriter();
    private int sequenceNumber = 40_000;
    long sent;
    private long owed;

    /** For so long: so many packets, evenly. */
    void flood(int ssrc, int payloadType, int packetsPerSecond, int length, long durationNs) {
      for (long ms = 0; ms < durationNs / MS; ms++) {
        for (owed += packetsPerSecond; owed >= 1_000; owed -= 1_000) {
          send(ssrc, payloadType, length);
        }
        call.runFor(MS);
      }
    }

    void send(int ssrc, int payloadType, int length) {
      header.clear();
      header.reserve(PublisherParameters.TRANSPORT_CC, 2);
      int headerLength = header.write(bytes, 0, false, payloadType, sequenceNumber, sequenceNumber, ssrc);
      Bytes.put16(bytes, header.dataOffset(PublisherParameters.TRANSPORT_CC), sequenceNumber);
      sequenceNumber = sequenceNumber + 1 & 0xffff;
      sent++;
      bytes[headerLength] = (byte) 0x90;
      bytes[headerLength + 1] = (byte) 0xe0;
      peer.sendProtectedRtp(bytes, headerLength, length);
    }
  }

  @ParameterizedTest(name = "{0} packets a second of {1} bytes")
  @CsvSource({"10417, 1200", "50000, 60", "50000, 250"})
  void whoFloodsWithItsOwnKeysIsHeardInPartAndTheOthersNoticeNothing(int packetsPerSecond, int length) {
    Flooder mallory = new Flooder();
    call.runFor(SECOND);
    Publication hers = mallory.peer.publishVideo();
    ReceivedTrack bobSees = bob.receive(hers);
    ReceivedTrack aliceSees = alice.receive(hers);
    call.runFor(2 * SECOND);
    hers.stop();
    call.runFor(SECOND);
    bobSees.mayBeDamaged = true;
    aliceSees.mayBeDamaged = true;
    int quiet = seen.packets.size();
    call.runFor(3 * SECOND);
    quiet = seen.packets.size() - quiet;
    int before = seen.packets.size();
    final long bobBefore = bobSees.bytes;
    final long bobPackets = bobSees.stream().stats(call.nowNs()).packetCount();

    mallory.flood(hers.stream(0).ssrc, PublisherParameters.VP8, packetsPerSecond, length, 3 * SECOND);
    assertTrue(seen.packets.size() - before >= 0.95 * quiet, seen.packets.size() - before + " of " + quiet);
    TransportCounters counters = mallory.peer.transport().session().counters();
    // Three seconds, and the one that may come at once; a subscriber's copy has other extensions.
    assertTrue(bobSees.bytes - bobBefore <= 4 * 5_000_000 * (length + 40L) / length, bobSees.bytes - bobBefore + " bytes");
    assertTrue(bobSees.stream().stats(call.nowNs()).packetCount() - bobPackets <= 4 * 8_000);
    assertTrue(bobSees.bytes > bobBefore && aliceSees.packets.size() > 0);
    call.runFor(SECOND);
    assertTrue(counters.drops(RtpDrop.OVER_RATE) > mallory.sent / 5, counters.drops(RtpDrop.OVER_RATE) + " of " + mallory.sent);
    assertEquals(1, count("policed mallory"));
    assertCallGoesOn();
  }

  @Test
  void whatIsPolicedIsNotReportedAsReceived() {
    Flooder mallory = new Flooder();
    call.runFor(SECOND);
    Publication hers = mallory.peer.publishVideo();
    call.runFor(SECOND);
    hers.stop();
    call.runFor(SECOND);
    mallory.peer.acknowledgedTransportSequences.clear();
    mallory.flood(hers.stream(0).ssrc, PublisherParameters.VP8, 15_000, 100, 2 * SECOND);
    call.runFor(SECOND);
    long dropped = mallory.peer.transport().session().counters().drops(RtpDrop.OVER_RATE);
    assertTrue(dropped > 5_000, "" + dropped);
    assertEquals(mallory.sent - dropped, mallory.peer.acknowledgedTransportSequences.size());
  }

  @Test
  void aProducerOfSoundIsNoWayForPictures() {
    Flooder mallory = new Flooder();
    call.runFor(SECOND);
    Publication hers = mallory.peer.publishAudio();
    ReceivedTrack bobHears = bob.receive(hers);
    call.runFor(2 * SECOND);
    hers.stop();
    bobHears.mayBeDamaged = true;
    call.runFor(SECOND);
    long before = bobHears.bytes;
    mallory.flood(hers.stream(0).ssrc, PublisherParameters.OPUS, 3_000, 1_200, 3 * SECOND);
    call.runFor(SECOND);
    assertTrue(bobHears.bytes - before <= 4 * 1_600_000 / 8, "of 11 MB " + (bobHears.bytes - before) + " bytes");
    assertTrue(mallory.peer.transport().session().counters().drops(RtpDrop.AUDIO_OVER_RATE) > 8_000);
    assertEquals(0, mallory.peer.transport().session().counters().drops(RtpDrop.OVER_RATE));
    assertCallGoesOn();
  }

  @Test
  void oneAllowanceIsForAllTransportsOfAPeer() {
    MediaPolicer policer = new MediaPolicer(SimulatedNode.MEDIA_RATES);
    call.node().policer(policer);
    Flooder mallory = new Flooder();
    call.runFor(SECOND);
    Publication hers = mallory.peer.publishVideo();
    call.runFor(SECOND);
    hers.stop();
    call.runFor(2 * SECOND);
    TransportCounters counters = mallory.peer.transport().session().counters();
    mallory.send(hers.stream(0).ssrc, PublisherParameters.VP8, 1_200);
    call.runFor(30 * MS);
    assertEquals(0, counters.drops(RtpDrop.OVER_RATE));
    // What she sends on another transport, up to when her next packet arrives.
    int elsewhere = 0;
    while (policer.admits(100, call.nowNs() + 20 * MS)) {
      assertTrue(++elsewhere <= 8_200);
    }
    mallory.send(hers.stream(0).ssrc, PublisherParameters.VP8, 1_200);
    call.runFor(30 * MS);
    assertEquals(1, counters.drops(RtpDrop.OVER_RATE));
  }

  @Test
  void aClosedProducerGivesBackWhatItHeldOfItsPeersMemory() {
    MediaPolicer policer = new MediaPolicer(SimulatedNode.MEDIA_RATES);
    call.node().policer(policer);
    SimulatedPeer carol = call.join("carol");
    Publication picture = carol.publishVideo();
    Publication sound = carol.publishAudio();
    call.runFor(5 * SECOND);
    long both = policer.history().heldBytes();
    // 128 packets, and an array of 256 bytes for each at the least.
    assertTrue(both > 128 * 512, both + " bytes");
    picture.producer().close(call.nowNs());
    long one = policer.history().heldBytes();
    assertTrue(one > 0 && one <= 128 * 512, one + " bytes of sound");
    sound.producer().close(call.nowNs());
    assertEquals(0, policer.history().heldBytes());
  }

  @Test
  void aForgedHelloOrAlertFromElsewhereIsNotEvenReadAndGetsNoByte() {
    long sent = handedOut();
    for (int i = 0; i < 10_000; i++) {
      byte[] record = new byte[60];
      random.nextBytes(record);
      record[0] = (byte) (i % 2 == 0 ? 22 : 21);
      nodeReceives(STRANGER, record);
      // From her own address it is read, and is not authentic.
      nodeReceives(alice.outsideAddress(), record);
    }
    assertEquals(10_000, call.node().strangers());
    assertEquals(sent, handedOut());
    assertEquals(DtlsState.CONNECTED, alice.transport().dtlsState());
    assertCallGoesOn();
  }

  @Test
  void aPeerWhoseCertificateDoesNotMatchFailsAndNothingFlowsEitherWay() {
    SimulatedPeer mallory = call.joinWithoutConnect("mallory");
    call.connect(mallory, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    Publication hers = mallory.publishVideo();
    ReceivedTrack bobSees = bob.receive(hers);
    ReceivedTrack sheSees = mallory.receive(video);
    call.runFor(5 * SECOND);
    assertEquals(DtlsState.FAILED, mallory.transport().dtlsState());
    assertTrue(call.node().events.contains("dtls mallory FAILED"));
    for (int i = 0; i < 100; i++) {
      nodeReceives(mallory.outsideAddress(), randomPacket(hers.stream(0).ssrc, PublisherParameters.VP8, 60));
    }
    assertEquals(100, mallory.transport().drops(GateDrop.NOT_CONNECTED));
    assertEquals(0, bobSees.packets.size() + sheSees.packets.size());
    assertEquals(0, mallory.transport().session().counters().rtpPacketsSent());
    assertCallGoesOn();
  }

  @Test
  void afterAGoodbyeNothingFlowsAnyMoreEitherWay() {
    bob.sayGoodbye();
    call.runFor(SECOND);
    assertEquals(DtlsState.CLOSED, bob.transport().dtlsState());
    long sent = bob.transport().session().counters().rtpPacketsSent();
    call.runFor(5 * SECOND);
    assertEquals(sent, bob.transport().session().counters().rtpPacketsSent());
    assertTrue(bob.transport().drops(GateDrop.NOT_CONNECTED) > 0, "his reports are not read");
    assertTrue(call.node().faults.isEmpty());
  }

  /** Every datagram is used or counted under a reason; what DTLS was given is the rest. */
  private static long accountedFor(WebRtcTransport transport) {
    long sum = 0;
    for (GateDrop reason : GateDrop.values()) {
      sum += transport.drops(reason);
    }
    for (IceDrop reason : IceDrop.values()) {
      sum += transport.drops(reason);
    }
    for (SrtpDrop reason : SrtpDrop.values()) {
      sum += transport.drops(reason);
    }
    TransportCounters counters = transport.session().counters();
    return sum + counters.drops(RtpDrop.MALFORMED) + counters.rtpPacketsReceived() + counters.rtcpPacketsReceived();
  }

  @Test
  void garbageOfEveryFirstByteAndLengthIsCountedAndChangesNothing() {
    String before = figures();
    long received = alice.transport().session().counters().datagramsReceived();
    long accounted = accountedFor(alice.transport());
    TransportTuple verified = call.node().tupleOf(alice.outsideAddress());
    TransportTuple unverified =
        new TransportTuple(TransportTuple.Protocol.UDP, io.plenum.simulation.SimulatedNode.ADDRESS, STRANGER);
    int dtls = 0;
    for (int first = 0; first < 256; first++) {
      for (int length = 0; length < 60; length++) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (length > 0) {
          bytes[0] = (byte) first;
          dtls += DatagramKind.of(first) == DatagramKind.DTLS ? 1 : 0;
        }
        alice.transport().onDatagram(verified, bytes, 0, length, call.nowNs());
        alice.transport().onDatagram(unverified, bytes, 0, length, call.nowNs());
      }
    }
    assertEquals(256 * 60 * 2, alice.transport().session().counters().datagramsReceived() - received);
    assertEquals(256 * 60 * 2, accountedFor(alice.transport()) - accounted + dtls);
    assertEquals(before, figures());
    assertCallGoesOn();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 42})
  void noMutationOfRealTrafficMakesATransportThrowOrLosesCount(long seed) {
    call.node().capture(alice.outsideAddress(), 1_000);
    // Long enough for checks and reports to be among it.
    call.runFor(10 * SECOND);
    List<byte[]> seeds = call.node().captured();
    assertTrue(seeds.stream().anyMatch(packet -> DatagramKind.of(packet[0]) == DatagramKind.STUN));
    TransportTuple tuple = call.node().tupleOf(alice.outsideAddress());
    WebRtcTransport transport = alice.transport();
    long received = transport.session().counters().datagramsReceived();
    long accounted = accountedFor(transport);
    long[] passed = new long[2];
    Mutations.run(seeds, 200_000, seed, (bytes, offset, length) -> {
      boolean dtls = length > 0 && DatagramKind.of(bytes[offset]) == DatagramKind.DTLS;
      passed[dtls ? 0 : 1]++;
      transport.onDatagram(tuple, bytes, offset, length, call.nowNs());
    });
    assertTrue(call.node().faults.isEmpty(), call.node().faults::toString);
    assertEquals(200_000, transport.session().counters().datagramsReceived() - received);
    long checks = passed[1] - (accountedFor(transport) - accounted);
    assertTrue(checks >= 0 && checks < 5_000, "only unchanged checks are answered: " + checks);
    assertCallGoesOn();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 42})
  void noMutationThatIsAuthenticMakesASessionThrow(long seed) {
    SimulatedPeer carol = call.join("carol");
    carol.plainSent = new ArrayList<>();
    ReceivedTrack simulcast = bob.receive(carol.publishVideo(new VideoOptions().simulcast(3, 3)));
    ReceivedTrack sound = bob.receive(carol.publishAudio());
    carol.receive(video);
    carol.impair(Impairment.FIVE_PERCENT, Impairment.FIVE_PERCENT);
    call.runFor(4 * SECOND);
    List<byte[]> seeds = List.copyOf(carol.plainSent);
    carol.plainSent = null;
    assertTrue(simulcast.packets.size() > 100 && sound.packets.size() > 100);
    simulcast.mayBeDamaged = true;
    sound.mayBeDamaged = true;
    RtpSession session = carol.transport().session();
    long[] count = new long[1];
    Mutations.run(seeds, 70_000, seed, (bytes, offset, length) -> {
      long nowNs = call.nowNs() + count[0]++ * 100_000;
      if (length > 1 && RtpPacket.isRtcp(bytes[offset + 1])) {
        session.onRtcp(bytes, offset, length, nowNs);
      } else {
        session.onRtp(bytes, offset, length, nowNs);
      }
      if (count[0] % 100 == 0) {
        carol.transport().onTimeout(nowNs);
      }
    });
    assertTrue(call.node().faults.isEmpty(), call.node().faults::toString);
    assertEquals(3, call.node().router().transportCount());
    int before = seen.packets.size();
    call.runFor(10 * SECOND);
    assertTrue(seen.packets.size() > before + 500, "Alice and Bob notice nothing");
  }
}
