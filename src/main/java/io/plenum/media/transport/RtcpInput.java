package io.plenum.media.transport;

import io.plenum.media.router.Consumer;
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
    Consumer consumer = session.consumer(block.ssrc);
    if (consumer != null) {
      consumer.onReportBlock(block, nowNs);
    }
  }

  @Override
  public void onNackBegin(int senderSsrc, int mediaSsrc, int itemCount) {
    Consumer consumer = session.consumer(mediaSsrc);
    if (consumer != null) {
      consumer.onNackBegin();
    }
  }

  @Override
  public void onNack(int senderSsrc, int mediaSsrc, int pid, int blp) {
    Consumer consumer = session.consumer(mediaSsrc);
    if (consumer != null) {
      consumer.onNack(pid, blp, nowNs);
    }
  }

  @Override
  public void onPli(int senderSsrc, int mediaSsrc) {
    Consumer consumer = session.consumer(mediaSsrc);
    if (consumer != null) {
      consumer.onKeyFrameRequest(true, nowNs);
    }
  }

  @Override
  public void onFir(int senderSsrc, int mediaSsrc, int commandSequenceNumber) {
    Consumer consumer = session.consumer(mediaSsrc);
    if (consumer != null) {
      consumer.onKeyFrameRequest(false, nowNs);
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
