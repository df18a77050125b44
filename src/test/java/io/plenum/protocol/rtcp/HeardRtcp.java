package io.plenum.protocol.rtcp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes down what it is told, one line for each call. */
final class HeardRtcp implements RtcpHandler {
  final List<String> lines = new ArrayList<>();

  private void note(String format, Object... values) {
    lines.add(String.format(format, values));
  }

  @Override
  public void onSenderReport(SenderInfo info) {
    note("sr %08x ntp=%016x rtp=%d packets=%d octets=%d",
        info.ssrc, info.ntpTime, info.rtpTimestamp, info.packetCount, info.octetCount);
  }

  @Override
  public void onReceiverReport(int senderSsrc) {
    note("rr %08x", senderSsrc);
  }

  @Override
  public void onReportBlock(int senderSsrc, ReportBlock block) {
    note("block %08x->%08x fraction=%d lost=%d highest=%d jitter=%d lsr=%d dlsr=%d", senderSsrc, block.ssrc,
        block.fractionLost, block.cumulativeLost, block.extendedHighestSequence, block.jitter,
        block.lastSenderReport, block.delaySinceLastSenderReport);
  }

  @Override
  public void onCname(int ssrc, byte[] bytes, int offset, int length) {
    note("cname %08x %s", ssrc, new String(bytes, offset, length, StandardCharsets.UTF_8));
  }

  @Override
  public void onBye(int ssrc) {
    note("bye %08x", ssrc);
  }

  @Override
  public void onReceiverReferenceTime(int senderSsrc, long ntpTime) {
    note("rrt %08x %016x", senderSsrc, ntpTime);
  }

  @Override
  public void onDlrr(int senderSsrc, int ssrc, long lastReceiverReport, long delay) {
    note("dlrr %08x->%08x lrr=%d delay=%d", senderSsrc, ssrc, lastReceiverReport, delay);
  }

  @Override
  public void onNackedSequenceNumber(int senderSsrc, int mediaSsrc, int sequenceNumber) {
    note("nack %08x->%08x %d", senderSsrc, mediaSsrc, sequenceNumber);
  }

  @Override
  public void onPli(int senderSsrc, int mediaSsrc) {
    note("pli %08x->%08x", senderSsrc, mediaSsrc);
  }

  @Override
  public void onFir(int senderSsrc, int mediaSsrc, int commandSequenceNumber) {
    note("fir %08x->%08x %d", senderSsrc, mediaSsrc, commandSequenceNumber);
  }

  @Override
  public void onRemb(Remb remb) {
    StringBuilder line = new StringBuilder(String.format("remb %08x %d", remb.senderSsrc(), remb.bitrateBps()));
    for (int i = 0; i < remb.ssrcCount(); i++) {
      line.append(String.format(" %08x", remb.ssrc(i)));
    }
    lines.add(line.toString());
  }

  @Override
  public void onTransportFeedback(TransportFeedback feedback) {
    StringBuilder line = new StringBuilder(String.format("twcc %08x->%08x base=%d count=%d ref=%d fb=%d",
        feedback.senderSsrc(), feedback.mediaSsrc(), feedback.baseSequenceNumber(), feedback.statusCount(),
        feedback.referenceTime(), feedback.feedbackCount()));
    while (feedback.next()) {
      line.append(String.format(" %d+%d", feedback.sequenceNumber(), feedback.ticks()));
    }
    lines.add(line.toString());
  }
}
