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

/**
 * Leads what a peer's RTCP says to the stream or consumer it is about. What is about nobody of ours is ignored, and so is the
 * rest of a datagram that asks for more work than the peer may cause ({@link MediaPolicer#RTCP_WORK_PER_SECOND}).
 */
final class RtcpInput implements RtcpHandler {
  /** What a report block, a REMB or a wish for a key frame costs, in look-ups of a packet. */
  private static final int SMALL_WORK = 8;
  /** A round trip is told to each of a peer's streams. */
  private static final int ROUND_TRIP_WORK = 32;

  private final RtpSession session;
  private final MediaPolicer policer;
  private long nowNs;
  private boolean exhausted;

  RtcpInput(RtpSession session, MediaPolicer policer) {
    this.session = session;
    this.policer = policer;
  }

  /** A datagram has come; false if it is not to be read. */
  boolean begin(long nowNs) {
    this.nowNs = nowNs;
    exhausted = false;
    return policer.admitsRtcp(nowNs);
  }

  private boolean admits(int lookUps) {
    if (!exhausted && !policer.admitsRtcpWork(lookUps, nowNs)) {
      exhausted = true;
      session.counters().count(RtpDrop.RTCP_WORK_OVER_RATE);
    }
    return !exhausted;
  }

  @Override
  public void onSenderReport(SenderInfo info) {
    RtpListener.Route route = session.listener().known(info.ssrc);
    if (route != null && !route.rtx && admits(SMALL_WORK)) {
      route.stream.onSenderReport(info, nowNs);
    }
  }

  @Override
  public void onReportBlock(int senderSsrc, ReportBlock block) {
    OutgoingStream stream = session.outgoing(block.ssrc);
    if (stream != null && admits(SMALL_WORK)) {
      if (stream.kind() == MediaKind.VIDEO) {
        session.downlink().onVideoReportBlock(block);
      }
      stream.onReportBlock(block, nowNs);
    }
  }

  @Override
  public void onReceiverReferenceTime(int senderSsrc, long ntpTime) {
    if (admits(1)) {
      session.reports().onReceiverReferenceTime(senderSsrc, ntpTime, nowNs);
    }
  }

  @Override
  public void onDlrr(int senderSsrc, int ssrc, long lastReceiverReport, long delaySinceLastReceiverReport) {
    long rttNs = session.reports().rttNs(ssrc, lastReceiverReport, delaySinceLastReceiverReport, nowNs);
    if (rttNs < 0 || !admits(ROUND_TRIP_WORK)) {
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
    if (stream != null && admits(1)) {
      stream.onNackBegin();
    }
  }

  @Override
  public void onNack(int senderSsrc, int mediaSsrc, int pid, int blp) {
    OutgoingStream stream = session.outgoing(mediaSsrc);
    if (stream != null && admits(1 + Integer.bitCount(blp))) {
      stream.onNack(pid, blp, nowNs);
    }
  }

  @Override
  public void onPli(int senderSsrc, int mediaSsrc) {
    OutgoingStream stream = session.outgoing(mediaSsrc);
    if (stream != null && admits(SMALL_WORK)) {
      stream.onKeyFrameRequest(true, nowNs);
    }
  }

  @Override
  public void onFir(int senderSsrc, int mediaSsrc, int commandSequenceNumber) {
    OutgoingStream stream = session.outgoing(mediaSsrc);
    if (stream != null && admits(SMALL_WORK)) {
      stream.onKeyFrameRequest(false, nowNs);
    }
  }

  @Override
  public void onRemb(Remb remb) {
    if (admits(SMALL_WORK)) {
      session.downlink().onRemb(remb, nowNs);
    }
  }

  @Override
  public void onTransportFeedback(TransportFeedback feedback) {
    if (admits(feedback.statusCount())) {
      session.downlink().onTransportFeedback(feedback, nowNs);
    }
  }
}
