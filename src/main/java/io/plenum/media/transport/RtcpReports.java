package io.plenum.media.transport;

import io.plenum.media.router.OutgoingStream;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerStream;
import io.plenum.media.stream.ReferenceTimeAnswer;
import io.plenum.media.stream.RoundTrips;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.SsrcTable;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.random.RandomGenerator;

/**
 * The regular reports of a session (RFC 3550 §6): an RR about each stream that we receive, an SR with its CNAME for each
 * that we send, in as few packets as they fit. With the RRs goes our clock (RFC 3611 §4.4), whose answer is the only way
 * to learn the round trip to a peer that sends and receives nothing; with the SRs the answer to the peer's.
 */
final class RtcpReports {
  /** As mediasoup: every second, stretched at random by up to a half so that peers do not report in step. */
  static final long MIN_INTERVAL_NS = 1_000_000_000L;
  /** An SR without blocks, and the SDES around a CNAME with its padding (RFC 3550 §6.4.1, §6.5). */
  private static final int SENDER_REPORT_BYTES = 28 + 16;

  private final RtcpOutput output;
  private final RandomGenerator random;
  /** The loop's, for the one report in hand. */
  private final byte[] bytes;
  private final RtcpWriter writer = new RtcpWriter();
  private final ReportBlock block = new ReportBlock();
  private final SenderInfo sender = new SenderInfo();
  private final byte[] ownCname;
  private final RoundTrips roundTrips = new RoundTrips();
  private final ReferenceTimeAnswer referenceTime = new ReferenceTimeAnswer();
  private boolean referenceTimeDue;
  private long nextReportNs = Long.MAX_VALUE;

  RtcpReports(RtcpOutput output, byte[] bytes, RandomGenerator random, String ownCname) {
    this.output = output;
    this.bytes = bytes;
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

  /** The peer has said what its clock shows. */
  void onReceiverReferenceTime(int senderSsrc, long ntpTime, long nowNs) {
    referenceTime.onReceiverReferenceTime(senderSsrc, ntpTime, nowNs);
  }

  /** There and back in nanoseconds, or -1 if the DLRR entry answers nothing of ours. */
  long rttNs(int ssrc, long lastReceiverReport, long delaySinceLastReceiverReport, long nowNs) {
    return ssrc == output.senderSsrc()
        ? roundTrips.rttNs(lastReceiverReport, delaySinceLastReceiverReport, nowNs) : -1;
  }

  /** @param ntpTime what our own wall clock shows */
  void onTimeout(Collection<Producer> producers, SsrcTable<OutgoingStream> streams, long ntpTime, long nowNs) {
    nextReportNs = nowNs + MIN_INTERVAL_NS + (long) (random.nextDouble() * MIN_INTERVAL_NS / 2);
    sendReceiverReports(producers, ntpTime, nowNs);
    sendSenderReports(streams, nowNs);
  }

  private void sendReceiverReports(Collection<Producer> producers, long ntpTime, long nowNs) {
    begin();
    referenceTimeDue = true;
    for (Producer producer : producers) {
      for (ProducerStream stream : producer.streams()) {
        if (stream.hasReceived()) {
          stream.fillReportBlock(block, nowNs);
          add(block, ntpTime, nowNs);
        }
      }
    }
    finishReceiverReport(ntpTime, nowNs);
  }

  private void add(ReportBlock next, long ntpTime, long nowNs) {
    if (writer.length() > 0 && writer.reportBlock(next)) {
      return;
    }
    finishReceiverReport(ntpTime, nowNs);
    writer.receiverReport(output.senderSsrc());
    writer.reportBlock(next);
  }

  private void finishReceiverReport(long ntpTime, long nowNs) {
    if (writer.length() > 0) {
      writer.cname(output.senderSsrc(), ownCname);
      if (referenceTimeDue) {
        referenceTimeDue = false;
        writer.extendedReport(output.senderSsrc());
        writer.receiverReferenceTime(ntpTime);
        roundTrips.onReportSent(ntpTime, nowNs);
      }
      send();
    }
  }

  private void sendSenderReports(SsrcTable<OutgoingStream> streams, long nowNs) {
    begin();
    streams.forEach(stream -> writeSenderReport(stream, nowNs));
    if (writer.length() > 0) {
      referenceTime.write(writer, output.senderSsrc(), nowNs);
      send();
    }
  }

  private void writeSenderReport(OutgoingStream stream, long nowNs) {
    if (!stream.fillSenderInfo(sender, nowNs)) {
      return;
    }
    int needed = SENDER_REPORT_BYTES + stream.cname().length + ReferenceTimeAnswer.BYTES;
    if (writer.length() + needed > RtcpOutput.MAX_PACKET_BYTES) {
      send();
    }
    writer.senderReport(sender);
    writer.cname(sender.ssrc, stream.cname());
  }

  private void begin() {
    writer.begin(bytes, 0, RtcpOutput.MAX_PACKET_BYTES);
  }

  private void send() {
    output.sendCopy(bytes, 0, writer.length());
    begin();
  }
}
