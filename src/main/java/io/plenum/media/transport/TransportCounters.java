package io.plenum.media.transport;

import io.plenum.media.Dump;
import java.util.Map;

/** What one transport's RTP session has seen. Plain numbers of the router's loop; read now and then by metrics. */
public final class TransportCounters {
  private final long[] drops = new long[RtpDrop.values().length];
  private long rtpPacketsReceived;
  private long rtpBytesReceived;
  private long rtcpPacketsReceived;
  private long rtcpBytesReceived;
  private long rtcpMalformed;
  private long rtpPacketsSent;
  private long rtpBytesSent;
  private long probationPacketsSent;
  private long probationBytesSent;

  void count(RtpDrop reason) {
    drops[reason.ordinal()]++;
  }

  void onRtpReceived(int bytes) {
    rtpPacketsReceived++;
    rtpBytesReceived += bytes;
  }

  void onRtcpReceived(int bytes) {
    rtcpPacketsReceived++;
    rtcpBytesReceived += bytes;
  }

  void onRtcpMalformed() {
    rtcpMalformed++;
  }

  void onRtpSent(int bytes) {
    rtpPacketsSent++;
    rtpBytesSent += bytes;
  }

  void onProbationSent(int bytes) {
    probationPacketsSent++;
    probationBytesSent += bytes;
  }

  public long probationPacketsSent() {
    return probationPacketsSent;
  }

  public long probationBytesSent() {
    return probationBytesSent;
  }

  public long drops(RtpDrop reason) {
    return drops[reason.ordinal()];
  }

  public long rtpPacketsReceived() {
    return rtpPacketsReceived;
  }

  public long rtpPacketsSent() {
    return rtpPacketsSent;
  }

  void addStats(Map<String, Object> stats) {
    stats.put("rtpPacketsReceived", rtpPacketsReceived);
    stats.put("rtpBytesReceived", rtpBytesReceived);
    stats.put("rtpPacketsSent", rtpPacketsSent);
    stats.put("rtpBytesSent", rtpBytesSent);
    stats.put("probationPacketsSent", probationPacketsSent);
    stats.put("probationBytesSent", probationBytesSent);
  }

  void dump(Dump out) {
    out.value("rtpPacketsReceived", rtpPacketsReceived)
        .value("rtpPacketsSent", rtpPacketsSent)
        .value("probationPacketsSent", probationPacketsSent)
        .value("rtcpPacketsReceived", rtcpPacketsReceived)
        .value("rtcpBytesReceived", rtcpBytesReceived)
        .value("rtcpMalformed", rtcpMalformed);
    for (RtpDrop reason : RtpDrop.values()) {
      if (drops(reason) > 0) {
        out.value("dropped_" + reason.label(), drops(reason));
      }
    }
  }
}
