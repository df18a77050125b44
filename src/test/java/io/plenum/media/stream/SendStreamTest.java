package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.Dump;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SendStreamTest {
  private static final long MS = 1_000_000;
  private static final int SSRC = 0xcafe_0001;
  private static final int RTX_SSRC = 0xcafe_0002;
  private static final SendStreamOptions OPTIONS =
      SendStreamOptions.video(SSRC, 101, 500, false).withRtx(RTX_SSRC, 102, 65_535);

  private final Source source = new Source(90_000);
  private final byte[] out = new byte[2000];
  private final List<byte[]> resent = new ArrayList<>();
  private SendStream stream = new SendStream(OPTIONS, SingleStreamSelector.video(), source.source);

  private RoutedPacket keyFrame(long sequence, long nowNs) {
    RoutedPacket packet = source.route(sequence, 1000, true, nowNs, 1, 2, 3);
    packet.payload.keyFrame = true;
    packet.payload.frameStart = true;
    return packet;
  }

  private int write(RoutedPacket packet, long nowNs) {
    return stream.write(packet, 0, out, 8, nowNs);
  }

  private void nack(long nowNs, int... numbers) {
    stream.onNack(numbers, numbers.length, out, 8, nowNs, (packet, bytes, offset, length) ->
        resent.add(Arrays.copyOfRange(bytes, offset, offset + length)));
  }

  @Test
  void anEntryOfANackNamesOnePacketAndWhichOfTheNextSixteen() {
    write(keyFrame(0, 0), 0);
    for (int i = 1; i <= 20; i++) {
      write(source.route(i, 1000 + i, true, 0, 7, 8, 9), 0);
    }
    stream.onNack(502, 1 << 15 | 1 << 2, out, 8, 50 * MS, (packet, bytes, offset, length) ->
        resent.add(Arrays.copyOfRange(bytes, offset, offset + length)));
    assertEquals(List.of(502, 505, 518), resent.stream().map(rtx -> Bytes.u16(rtx, 12)).toList());
  }

  @Test
  void aPacketIsCopiedAndNumberedAndTheRoutersOneIsUntouched() {
    RoutedPacket packet = keyFrame(70_000, 0);
    byte[] before = Arrays.copyOf(packet.bytes, packet.length);
    assertEquals(15, write(packet, 0));
    RtpPacket view = RtpBytes.view(out, 8, 15);
    assertEquals(SSRC, view.ssrc());
    assertEquals(500, view.sequenceNumber());
    assertEquals(101, view.payloadType());
    assertEquals(1000, view.timestamp());
    assertTrue(view.marker());
    assertArrayEquals(new byte[] {1, 2, 3}, Arrays.copyOfRange(out, 20, 23));
    assertArrayEquals(before, Arrays.copyOf(packet.bytes, packet.length));
    assertEquals(packet, stream.written());
  }

  @Test
  void videoBeginsWithAKeyFrameAndSoItDoesAfterARestart() {
    assertTrue(stream.needsKeyFrame(0));
    assertEquals(0, write(source.route(10, 0, true, 0, 1), 0));
    assertEquals(15, write(keyFrame(11, 0), 0));
    assertFalse(stream.needsKeyFrame(0));
    assertEquals(13, write(source.route(12, 0, true, 0, 1), 0));
    stream.restart();
    assertTrue(stream.needsKeyFrame(0));
    assertEquals(0, write(source.route(13, 0, true, 0, 1), 0));
    write(keyFrame(20, 0), 0);
    assertEquals(502, RtpBytes.view(out, 8, 15).sequenceNumber());
  }

  @Test
  void packetsOfAKeyFrameThatOvertookItsFirstFollowIt() {
    assertEquals(0, write(source.route(12, 1000, false, 0, 1), 0));
    assertEquals(0, write(source.route(14, 1000, true, 0, 1), 0));
    assertEquals(15, write(keyFrame(11, 0), 0));
    List<Integer> numbers = new ArrayList<>();
    for (int length = stream.writeHeld(out, 8, 0); length > 0; length = stream.writeHeld(out, 8, 0)) {
      numbers.add(RtpBytes.view(out, 8, length).sequenceNumber());
    }
    assertEquals(List.of(501, 503), numbers);
    write(source.route(13, 1000, false, 0, 1), 0);
    assertEquals(502, RtpBytes.view(out, 8, 13).sequenceNumber());
    assertEquals(0, stream.writeHeld(out, 8, 0));
  }

  @Test
  void paddingIsLeftOutWithoutAGap() {
    write(keyFrame(10, 0), 0);
    assertEquals(0, write(source.route(11, 0, false, 0), 0));
    write(source.route(12, 0, false, 0, 1), 0);
    assertEquals(501, RtpBytes.view(out, 8, 13).sequenceNumber());
  }

  @Test
  void paddingThatComesAfterAGapWasLeftForItFillsTheGap() {
    write(keyFrame(10, 0), 0);
    write(source.route(12, 0, false, 0, 1), 0);
    int length = write(source.route(11, 0, false, 0), 0);
    RtpPacket view = RtpBytes.view(out, 8, length);
    assertEquals(501, view.sequenceNumber());
    assertEquals(0, view.payloadLength());
    assertEquals(1, view.paddingLength());
    assertEquals(SSRC, view.ssrc());
  }

  @Test
  void aNackedPacketComesAsRtxWithItsOriginalNumber() {
    write(keyFrame(70_000, 0), 0);
    write(source.route(70_001, 4000, true, 0, 7, 8, 9), 0);
    nack(50 * MS, 501);
    RtpPacket view = RtpBytes.view(resent.get(0));
    assertEquals(RTX_SSRC, view.ssrc());
    assertEquals(102, view.payloadType());
    assertEquals(65_535, view.sequenceNumber());
    assertEquals(4000, view.timestamp());
    assertTrue(view.marker());
    assertArrayEquals(new byte[] {501 >> 8, (byte) 501, 7, 8, 9}, Arrays.copyOfRange(resent.get(0), 12, 17));
    nack(50 * MS, 500);
    assertEquals(0, RtpBytes.view(resent.get(1)).sequenceNumber());
  }

  @Test
  void withoutRtxNothingIsSentAgain() {
    stream = new SendStream(SendStreamOptions.video(SSRC, 101, 500, false),
        SingleStreamSelector.video(), source.source);
    write(keyFrame(70_001, 0), 0);
    nack(50 * MS, 500);
    assertEquals(0, resent.size());
    assertEquals(1, stream.stats(50 * MS).nackPacketsRefused());
    assertEquals(OptionalInt.empty(), stream.rtxSsrc());
  }

  @Test
  void theReportsOfAStreamThatSwitchesStayInThePublishersClock() {
    Source high = new Source(90_000);
    SimulcastSelector selector = new SimulcastSelector(2);
    selector.setTarget(0, 0);
    stream = new SendStream(OPTIONS, selector, source.source, high.source);
    write(keyFrame(10, 0), 0);
    source.clock.onSenderReport(0x1234_5678_0000_0000L, 1000, 0);
    selector.setTarget(1, 0);
    RoutedPacket first = high.route(20, 700_000, true, 40 * MS, 1);
    first.payload.keyFrame = true;
    first.payload.frameStart = true;
    assertTrue(stream.write(first, 1, out, 8, 40 * MS) > 0);
    long timestamp = RtpBytes.view(out, 8, 13).timestamp();
    assertEquals(1000 + 3600, timestamp);

    SenderInfo info = new SenderInfo();
    assertTrue(stream.fillSenderInfo(info, 10_040 * MS, 0xeeee_eeee_0000_0000L));
    assertEquals(0x1234_5678L + 10, info.ntpTime >>> 32);
    assertEquals(timestamp + 900_000, info.rtpTimestamp);
  }

  @Test
  void eachPacketIsResentAtMostOncePerRoundTrip() {
    write(keyFrame(70_000, 0), 0);
    nack(10 * MS, 500, 500, 500);
    nack(109 * MS, 500);
    assertEquals(1, resent.size());
    nack(110 * MS, 500);
    assertEquals(2, resent.size());
    OutboundRtpStats stats = stream.stats(110 * MS);
    assertEquals(3, stats.nackCount());
    assertEquals(5, stats.nackPacketCount());
    assertEquals(3, stats.nackPacketsRefused());
    assertEquals(2, stats.packetsRetransmitted());
    assertEquals(1, stats.packetsRepaired());
  }

  @Test
  void theRoundTripIsTheMeasuredOne() {
    source.clock.onSenderReport(0x1234_5678_0000_0000L, 0, 0);
    write(keyFrame(70_000, 0), 0);
    SenderInfo info = new SenderInfo();
    assertTrue(stream.fillSenderInfo(info, 0, 0));
    assertEquals(SSRC, info.ssrc);
    assertEquals(1, info.packetCount);
    assertEquals(3, info.octetCount);
    ReportBlock block = new ReportBlock();
    block.lastSenderReport = info.ntpTime >>> 16 & 0xffff_ffffL;
    stream.onReportBlock(block, 300 * MS);
    assertEquals(300 * MS, stream.rttNs());
    nack(300 * MS, 500);
    nack(599 * MS, 500);
    nack(600 * MS, 500);
    assertEquals(2, resent.size());
  }

  @Test
  void numbersThatWereNeverSentOrLongAgoAreNotResent() {
    write(keyFrame(70_000, 0), 0);
    nack(10 * MS, 499, 501, 0, 65_535);
    nack(2001 * MS, 500);
    assertEquals(0, resent.size());
  }

  @Test
  void retransmissionsStayWithinThirtyPercentOfTheStream() {
    long sentBytes = 0;
    long resentBytes = 0;
    write(keyFrame(70_000, 0), 0);
    int number = 500;
    for (int ms = 1; ms <= 5000; ms++) {
      RoutedPacket packet = source.route(70_000 + ms, ms * 90, true, ms * MS, new int[1000]);
      sentBytes += write(packet, ms * MS);
      number++;
      for (int i = 0; i < 50; i++) {
        nack(ms * MS, number - ms * 7 % 500 - i & 0xffff);
      }
    }
    for (byte[] packet : resent) {
      resentBytes += packet.length;
    }
    assertTrue(resentBytes * 100 <= sentBytes * 31, resentBytes + " of " + sentBytes);
    assertTrue(resentBytes * 100 >= sentBytes * 25, "the budget can be used");
    assertEquals(resent.size(), stream.stats(0).packetsRetransmitted());
  }

  /** Keeps what is sent again as it was; refuses all while it has no wish to send. */
  private final class SameAgain implements Retransmitter.Sink {
    boolean differs;

    @Override
    public void sendRetransmission(RoutedPacket packet, byte[] bytes, int offset, int length) {
      throw new AssertionError("there is no RTX");
    }

    @Override
    public boolean sendAsSent(RoutedPacket packet, byte[] bytes, int offset, int length, long form, long sentNs) {
      if (differs) {
        return false;
      }
      assertEquals(length, SentForm.length(form));
      resent.add(Arrays.copyOfRange(bytes, offset, offset + length));
      return true;
    }
  }

  private byte[] sendAsSent(RoutedPacket packet, long nowNs) {
    int length = write(packet, nowNs);
    stream.onSent(SentForm.of(-1, out, 8, length, new CRC32C()));
    return Arrays.copyOfRange(out, 8, 8 + length);
  }

  @Test
  void withoutRtxTheSamePacketIsSentOncePerRoundTripAndNotWhenItIsOld() {
    stream = new SendStream(SendStreamOptions.video(SSRC, 101, 500, false).withRepairAsSent(),
        SingleStreamSelector.video(), source.source);
    SameAgain again = new SameAgain();
    byte[] first = sendAsSent(keyFrame(70_000, 0), 0);
    byte[] second = sendAsSent(source.route(70_001, 5000, true, 0, 9, 9), 0);
    stream.onNack(new int[] {500, 501, 500, 502}, 4, out, 8, 50 * MS, again);
    assertEquals(2, resent.size(), "each once");
    assertArrayEquals(first, resent.get(0));
    assertArrayEquals(second, resent.get(1));
    stream.onNack(new int[] {500}, 1, out, 8, 149 * MS, again);
    assertEquals(2, resent.size());
    stream.onNack(new int[] {500}, 1, out, 8, 150 * MS, again);
    assertEquals(3, resent.size());
    stream.onNack(new int[] {501}, 1, out, 8, 2001 * MS, again);
    assertEquals(3, resent.size());
    assertEquals(OptionalInt.empty(), stream.rtxSsrc());
    assertEquals(3, stream.stats(0).packetsRetransmitted());
    assertEquals(2, stream.stats(0).packetsRepaired());
  }

  @Test
  void whatTheLinkWouldMakeAnotherPacketOfAndWhatNeverLeftIsNotRepaired() {
    stream = new SendStream(SendStreamOptions.audio(SSRC, 101, 48_000, 500).withRepairAsSent(),
        SingleStreamSelector.audio(false), source.source);
    SameAgain again = new SameAgain();
    write(source.route(10, 0, true, 0, 1, 2), 0);
    sendAsSent(source.route(11, 960, true, 0, 3, 4), 0);
    again.differs = true;
    stream.onNack(new int[] {500, 501}, 2, out, 8, 50 * MS, again);
    again.differs = false;
    stream.onNack(new int[] {500}, 1, out, 8, 500 * MS, again);
    assertEquals(0, resent.size());
    assertEquals(0, stream.stats(0).packetsRepaired());
    assertEquals(0, stream.stats(0).packetsRetransmitted());
    stream.onNack(new int[] {501}, 1, out, 8, 600 * MS, again);
    assertEquals(1, resent.size());
  }

  @Test
  void repairsAsSentStayWithinTheBudgetOfAStreamOfSound() {
    stream = new SendStream(SendStreamOptions.audio(SSRC, 101, 48_000, 500).withRepairAsSent(),
        SingleStreamSelector.audio(false), source.source);
    SameAgain again = new SameAgain();
    for (int i = 0; i < 500; i++) {
      sendAsSent(source.route(i, 960L * i, true, i * 20 * MS, new int[200]), i * 20 * MS);
      for (int back = 0; back < 45; back++) {
        stream.onNack(new int[] {500 + i - back & 0xffff}, 1, out, 8, i * 20 * MS, again);
      }
    }
    long bytes = resent.stream().mapToLong(packet -> packet.length).sum();
    assertTrue(bytes <= 11 * RetransmissionBudget.MIN_BYTES_PER_SECOND, bytes + " bytes in ten seconds");
    assertTrue(bytes >= 9 * RetransmissionBudget.MIN_BYTES_PER_SECOND, bytes + ": the budget can be used");
  }

  @Test
  void aSlowStreamMayRepairMoreThanThirtyPercent() {
    write(keyFrame(70_000, 0), 0);
    for (int i = 1; i <= 5; i++) {
      write(source.route(70_000 + i, i, true, 0, new int[100]), 0);
    }
    nack(10 * MS, 500, 501, 502, 503, 504, 505);
    assertEquals(6, resent.size());
  }

  @Test
  void audioBeginsAtOnceAndSilenceCanBeLeftOut() {
    stream = new SendStream(SendStreamOptions.audio(SSRC, 100, 48_000, 500), SingleStreamSelector.audio(true),
        source.source);
    assertEquals(0, write(source.route(9, 0, false, 0, 1, 2), 0));
    assertEquals(15, write(source.route(10, 0, false, 0, 1, 2, 3), 0));
    assertEquals(0, write(source.route(11, 0, false, 0, 1, 2), 0));
    assertEquals(15, write(source.route(12, 0, false, 0, 1, 2, 3), 0));
    assertEquals(501, RtpBytes.view(out, 8, 15).sequenceNumber());
    assertEquals(1, stream.stats(0).packetsDiscarded());
  }

  @Test
  void aConsumerThatWantsNothingGetsNothing() {
    write(keyFrame(10, 0), 0);
    stream.setTarget(-1, 0);
    assertEquals(0, write(keyFrame(11, 0), 0));
    assertEquals(-1, stream.currentStream());
    assertFalse(stream.needsKeyFrame(0));
    stream.setTarget(0, 2);
    assertTrue(stream.needsKeyFrame(0));
    write(keyFrame(12, 0), 0);
    assertEquals(501, RtpBytes.view(out, 8, 15).sequenceNumber());
  }

  @Test
  void theDumpShowsWhereItStands() {
    write(keyFrame(10, 0), 0);
    Dump dump = new Dump();
    stream.dump(dump);
    assertEquals(0xcafe_0001L, dump.tree().get("ssrc"));
    assertEquals(0, dump.tree().get("currentStream"));
  }
}
