package io.plenum.media.router;

import io.plenum.media.parameters.MediaKind;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;

/** One media SSRC that a transport sends, as the RTCP about it sees it. */
public interface OutgoingStream {
  int ssrc();

  MediaKind kind();

  /** UTF-8. */
  byte[] cname();

  /** A NACK message begins; its items follow as {@link #onNack}. */
  void onNackBegin();

  /** The receiver misses {@code pid} and what {@code blp} names (RFC 4585 §6.2.1). */
  void onNack(int pid, int blp, long nowNs);

  /** PLI or FIR from the receiver. */
  void onKeyFrameRequest(boolean pli, long nowNs);

  void onReportBlock(ReportBlock block, long nowNs);

  /** The sender's part of a report that goes out now; false if there is nothing to report. */
  boolean fillSenderInfo(SenderInfo info, long nowNs);
}
