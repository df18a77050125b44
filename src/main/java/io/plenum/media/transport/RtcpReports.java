package io.plenum.media.transport;

import io.plenum.media.router.OutgoingStream;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerStream;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.SsrcTable;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.random.RandomGenerator;

/**
 * The regular reports of a session (RFC 3550 §6): an RR about each stream that we receive, an SR with its CNAME for each
 * that we send, in as few packets as they fit.
 */
final class RtcpReports {
  /** As mediasoup: every second, stretched at random by up to a half so that peers do not report in step. */
  static final long MIN_INTERVAL_NS = 1_000_000_000L;

  private final RtcpOutput output;
  private final RandomGenerator random;
  private final ReportBlock block = new ReportBlock();
  private final SenderInfo sender = new SenderInfo();
  private final byte[] ownCname;
  private long nextReportNs = Long.MAX_VALUE;

  RtcpReports(RtcpOutput output, RandomGenerator random, String ownCname) {
    this.output = output;
    this.random = random;
    this.ownCname = ownCname.getBytes(StandardCharsets.UTF_8);
  }

  void start(long nowNs) {
    if (nextReportNs == Long.MAX_VALUE) {
      nextReportNs = nowNs + MIN_INTERVAL_NS / 2;
    }
  }

  void stop() {
    nextReportNs = Long.MAX_VALUE;
  }

  long nextDeadlineNs() {
    return nextReportNs;
  }

  void onTimeout(Collection<Producer> producers, SsrcTable<OutgoingStream> streams, long nowNs) {
    nextReportNs = nowNs + MIN_INTERVAL_NS + (long) (random.nextDouble() * MIN_INTERVAL_NS / 2);
    sendReceiverReports(producers, nowNs);
    sendSenderReports(streams, nowNs);
  }

  private void sendReceiverReports(Collection<Producer> producers, long nowNs) {
    RtcpWriter writer = null;
    for (Producer producer : producers) {
      for (ProducerStream stream : producer.streams()) {
        if (!stream.started()) {
          continue;
        }
        stream.fillReportBlock(block, nowNs);
        if (writer == null || !writer.reportBlock(block)) {
          if (writer != null) {
            writer.cname(output.senderSsrc(), ownCname);
            output.send();
          }
          writer = output.begin();
          writer.receiverReport(output.senderSsrc());
          writer.reportBlock(block);
        }
      }
    }
    if (writer != null) {
      writer.cname(output.senderSsrc(), ownCname);
      output.send();
    }
  }

  private void sendSenderReports(SsrcTable<OutgoingStream> streams, long nowNs) {
    output.begin();
    streams.forEach(stream -> sendSenderReport(stream, nowNs));
    output.send();
  }

  private void sendSenderReport(OutgoingStream stream, long nowNs) {
    if (!stream.fillSenderInfo(sender, nowNs)) {
      return;
    }
    RtcpWriter writer = output.writer();
    // 28 bytes SR, 10 + CNAME of SDES, rounded up.
    if (writer.length() + 28 + 16 + stream.cname().length > RtcpOutput.MAX_PACKET_BYTES) {
      output.send();
      output.begin();
    }
    writer.senderReport(sender);
    writer.cname(sender.ssrc, stream.cname());
  }
}
