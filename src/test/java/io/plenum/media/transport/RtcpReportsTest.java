package io.plenum.media.transport;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.wire.Bytes;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.Publication;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedPeer;
import io.plenum.simulation.SimulatedPeer.VideoOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a peer sees of our regular reports. */
class RtcpReportsTest {
  private static final int RR = 201;
  private static final int SR = 200;
  private static final int SDES = 202;
  private static final int XR = 207;

  private final SimulatedCall call = new SimulatedCall(2, Impairment.NONE);

  /** The packet types of each compound. */
  private static List<Integer> types(byte[] compound) {
    List<Integer> types = new ArrayList<>();
    for (int at = 0; at < compound.length; at += 4 * (Bytes.u16(compound, at + 2) + 1)) {
      types.add(Bytes.u8(compound, at + 1));
    }
    return types;
  }

  private static List<byte[]> beginningWith(SimulatedPeer peer, int type) {
    return peer.rtcpReceived.stream().filter(packet -> types(packet).get(0) == type).toList();
  }

  @Test
  void moreStreamsThanOneReportHoldsAreReportedInSeveralAndEachNamesItsSender() {
    SimulatedPeer alice = call.join("alice");
    alice.rtcpReceived = new ArrayList<>();
    Set<Integer> ssrcs = new TreeSet<>();
    for (int i = 0; i < 40; i++) {
      ssrcs.add(alice.publishAudio().stream(0).ssrc);
    }
    call.runFor(1_400 * MS);
    List<byte[]> reports = beginningWith(alice, RR);
    assertEquals(2, reports.size());
    Set<Integer> reported = new TreeSet<>();
    for (byte[] report : reports) {
      // Our clock goes once, with the first.
      assertEquals(report == reports.get(0) ? List.of(RR, SDES, XR) : List.of(RR, SDES), types(report));
      assertTrue(report.length <= RtcpOutput.MAX_PACKET_BYTES);
      new RtcpReader().read(report, 0, report.length, new RtcpHandler() {
        @Override
        public void onReportBlock(int senderSsrc, ReportBlock block) {
          reported.add(block.ssrc);
          assertEquals(0, block.fractionLost);
        }
      });
    }
    assertEquals(RtcpWriter.MAX_REPORT_BLOCKS, reports.get(0)[0] & 0x1f);
    assertEquals(ssrcs, reported);
  }

  @Test
  void aStreamOfWhichNothingCameIsNotReported() {
    SimulatedPeer alice = call.join("alice");
    alice.rtcpReceived = new ArrayList<>();
    Publication video = alice.publishVideo();
    video.mute(true);
    call.runFor(5 * SECOND);
    assertEquals(List.of(), beginningWith(alice, RR));
    video.mute(false);
    call.runFor(3 * SECOND);
    assertTrue(beginningWith(alice, RR).size() >= 1);
  }

  @Test
  void eachStreamWeSendIsReportedWithItsNameInPacketsThatFit() {
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    bob.rtcpReceived = new ArrayList<>();
    Set<Integer> ssrcs = new TreeSet<>();
    for (int i = 0; i < 30; i++) {
      ssrcs.add(bob.receive(alice.publishAudio()).ssrc);
    }
    call.runFor(5 * SECOND);
    List<byte[]> reports = beginningWith(bob, SR);
    TreeMap<Integer, Integer> count = new TreeMap<>();
    Set<String> names = new HashSet<>();
    for (byte[] report : reports) {
      assertTrue(report.length <= RtcpOutput.MAX_PACKET_BYTES, "" + report.length);
      List<Integer> types = types(report);
      for (int i = 0; i < types.size(); i += 2) {
        assertEquals(List.of(SR, SDES), types.subList(i, i + 2));
      }
      new RtcpReader().read(report, 0, report.length, new RtcpHandler() {
        @Override
        public void onSenderReport(SenderInfo info) {
          count.merge(info.ssrc, 1, Integer::sum);
          assertTrue(info.packetCount > 0 && info.octetCount > 0);
        }

        @Override
        public void onCname(int ssrc, byte[] bytes, int offset, int length) {
          assertTrue(ssrcs.contains(ssrc));
          names.add(new String(bytes, offset, length, java.nio.charset.StandardCharsets.UTF_8));
        }
      });
    }
    assertEquals(ssrcs, count.keySet());
    assertTrue(count.values().stream().allMatch(times -> times >= 2 && times <= 5), count::toString);
    assertEquals(1, names.size(), "all of one publisher share a name, for lip-sync");
  }

  @Test
  void whileAScoreFallsAndAKeyFrameIsAskedForReportsStayWhole() {
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    alice.rtcpReceived = new ArrayList<>();
    Publication video = alice.publishVideo(new VideoOptions().simulcast(3, 1));
    bob.receive(video);
    call.runFor(5 * SECOND);
    // She has lost her taste for key frames, so that Bob's consumer waits for one all the time, and much is lost.
    Impairment bad = new Impairment(0.4, 20 * MS, 0, 0, 0);
    for (int i = 0; i < 30; i++) {
      video.sendLayersUpTo(i % 3);
      alice.impair(i % 4 < 2 ? bad : Impairment.NONE, Impairment.NONE);
      call.runFor(2_700 * MS);
    }
    assertTrue(call.node().eventsOf("producerScore").size() > 20);
    // The peer fails the test when RTCP is malformed. Reports and requests do not share a packet.
    for (byte[] report : alice.rtcpReceived) {
      List<Integer> types = types(report);
      assertTrue(types.size() == 1 || types.equals(List.of(RR, SDES, XR)), types::toString);
      assertTrue(types.get(0) != RR || types.size() == 3, types::toString);
    }
    assertEquals(0, alice.srtpReceiver().dropped(io.plenum.protocol.srtp.SrtpDrop.AUTHENTICATION_FAILED));
  }

  /** Runs until a report with our clock has come, and brings its SSRC and the middle of its time. */
  private long[] ourClock(SimulatedPeer peer) {
    long[] clock = new long[2];
    peer.rtcpReceived.clear();
    while (clock[0] == 0) {
      call.runFor(MS);
      for (byte[] report : peer.rtcpReceived) {
        new RtcpReader().read(report, 0, report.length, new RtcpHandler() {
          @Override
          public void onReceiverReferenceTime(int senderSsrc, long ntpTime) {
            clock[0] = senderSsrc;
            clock[1] = ntpTime >>> 16 & 0xffff_ffffL;
          }
        });
      }
    }
    return clock;
  }

  private double roundTripMs(Publication publication) {
    return ((Number) publication.producer().stats(call.nowNs(), 0).get(0).get("roundTripTime")).doubleValue();
  }

  private static void answer(SimulatedPeer peer, int ssrc, long lastReceiverReport, long delay) {
    RtcpWriter writer = peer.begin();
    writer.extendedReport(7);
    writer.dlrr(ssrc, lastReceiverReport, delay);
    peer.sendRtcp();
  }

  @Test
  void theRoundTripToAPublisherIsLearntFromItsAnswerToOurClock() {
    SimulatedPeer alice = call.join("alice");
    alice.rtcpReceived = new ArrayList<>();
    Publication video = alice.publishVideo();
    call.runFor(SECOND);
    assertEquals(0, roundTripMs(video));
    long[] clock = ourClock(alice);
    // She has had it for half a second.
    call.runFor(500 * MS);
    answer(alice, (int) clock[0], clock[1], 0x8000);
    call.runFor(100 * MS);
    // 20 ms each way, and up to a millisecond of our looking.
    assertEquals(40.5, roundTripMs(video), 1);
  }

  @Test
  void anAnswerToWhatWeNeverAskedOrToSomebodyElseTellsNoRoundTrip() {
    SimulatedPeer alice = call.join("alice");
    alice.rtcpReceived = new ArrayList<>();
    Publication video = alice.publishVideo();
    long[] clock = ourClock(alice);
    answer(alice, (int) clock[0], clock[1] + 1, 0);
    answer(alice, (int) clock[0] + 1, clock[1], 0);
    answer(alice, (int) clock[0], 0, 0);
    call.runFor(100 * MS);
    assertEquals(0, roundTripMs(video));
  }

  @Test
  void aSubscribersClockIsAnsweredWithTheTimeThatWeHadIt() {
    SimulatedPeer alice = call.join("alice");
    SimulatedPeer bob = call.join("bob");
    bob.receive(alice.publishVideo());
    call.runFor(3 * SECOND);
    bob.rtcpReceived = new ArrayList<>();
    RtcpWriter writer = bob.begin();
    writer.extendedReport(9);
    writer.receiverReferenceTime(0x1234_5678_9abc_def0L);
    bob.sendRtcp();
    long askedNs = call.nowNs();
    List<Long> delays = new ArrayList<>();
    while (delays.isEmpty() && call.nowNs() - askedNs < 3 * SECOND) {
      call.runFor(MS);
      for (byte[] report : bob.rtcpReceived) {
        new RtcpReader().read(report, 0, report.length, new RtcpHandler() {
          @Override
          public void onDlrr(int senderSsrc, int ssrc, long lastReceiverReport, long delay) {
            assertEquals(9, ssrc);
            assertEquals(0x5678_9abcL, lastReceiverReport);
            delays.add(delay);
          }
        });
      }
    }
    double sinceMs = (call.nowNs() - askedNs) / 1e6;
    assertEquals(sinceMs - 40, delays.get(0) * 1_000.0 / 65_536, 1.5);
    bob.rtcpReceived.clear();
    call.runFor(3 * SECOND);
    assertTrue(bob.rtcpReceived.stream().noneMatch(report -> types(report).contains(XR)), "answered once");
  }
}
