package io.plenum.media.transport;

import io.plenum.media.parameters.MediaKind;
import io.plenum.media.router.OutgoingStream;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerStream;
import io.plenum.protocol.rtcp.Remb;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtcp.TransportFeedback;

/** Leads what a peer's RTCP says to the stream or consumer it is about. What is about nobody of ours is ignored. */
final class RtcpInput implements RtcpHandler {
  private final RtpSession session;
  private long nowNs;

  RtcpInput(RtpSession session) {
    this.session = session;
  }

  /** The time of the packet in hand. */
  void now(long nowNs) {
    this.nowNs = nowNs;
  }

  @Override
  public void onSenderReport(SenderInfo info) {
    RtpListener.Route route = session.listener().known(info.ssrc);
    if (route != null && !route.rtx) {
      route.stream.onSenderReport(info, nowNs);
    }
  }

  @Override
  public void onReportBlock(int senderSsrc, ReportBlock block) {
    OutgoingStream stream = session.outgoing(block.ssrc);
    if (stream != null) {
      if (stream.kind() == MediaKind.VIDEO) {
        session.downlink().onVideoReportBlock(block);
      }
      stream.onReportBlock(block, nowNs);
    }
  }

  @Override
  public void onReceiverReferenceTime(int senderSsrc, long ntpTime) {
    session.reports().onReceiverReferenceTime(senderSsrc, ntpTime, nowNs);
  }

  @Override
  public void onDlrr(int senderSsrc, int ssrc, long lastReceiverReport, long delaySinceLastReceiverReport) {
    long rttNs = session.reports().rttNs(ssrc, lastReceiverReport, delaySinceLastReceiverReport, nowNs);
    if (rttNs < 0) {
      return;
    }
    for (Producer producer : session.producers()) {
      for (ProducerStream stream : producer.streams()) {
        stream.onRtt(rttNs);
      }
    }
  }

  @Override
  public void onNackBegin(int senderSsrc, int mediaSsrc, int itemCount) {
    OutgoingStream stream = session.outgoing(mediaSsrc);
    if (stream != null) {
      stream.onNackBegin();
    }
  }

  @Override
  public void onNack(int senderSsrc, int mediaSsrc, int pid, int blp) {
    OutgoingStream stream = session.outgoing(mediaSsrc);
    if (stream != null) {
      stream.onNack(pid, blp, nowNs);
    }
  }

  @Override
  public void onPli(int senderSsrc, int mediaSsrc) {
    OutgoingStream stream = session.outgoing(mediaSsrc);
    if (stream != null) {
      stream.onKeyFrameRequest(true, nowNs);
    }
  }

  @Override
  public void onFir(int senderSsrc, int mediaSsrc, int commandSequenceNumber) {
    OutgoingStream stream = session.outgoing(mediaSsrc);
    if (stream != null) {
      stream.onKeyFrameRequest(false, nowNs);
    }
  }

  @Override
  public void onRemb(Remb remb) {
    session.downlink().onRemb(remb, nowNs);
  }

  @Override
  public void onTransportFeedback(TransportFeedback feedback) {
    session.downlink().onTransportFeedback(feedback, nowNs);
  }
}
