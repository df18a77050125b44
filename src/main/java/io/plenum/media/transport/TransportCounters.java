package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.router.DropTotals;
import io.plenum.media.stream.TrafficCounter;
import java.util.Map;

/**
 * What one transport has received and sent: datagrams at its outer gate, RTP and RTX behind SRTP, and what of that was
 * dropped. Plain numbers of the router's loop; read now and then by metrics.
 */
public final class TransportCounters {
  private final long[] drops = new long[RtpDrop.values().length];
  private final TrafficCounter received = new TrafficCounter();
  private final TrafficCounter sent = new TrafficCounter();
  private final TrafficCounter rtpReceived = new TrafficCounter();
  private final TrafficCounter rtpSent = new TrafficCounter();
  private final TrafficCounter rtxReceived = new TrafficCounter();
  private final TrafficCounter rtxSent = new TrafficCounter();
  private final long[] totals;
  private long rtcpPacketsReceived;
  private long rtcpBytesReceived;
  private long rtcpMalformed;
  private final TrafficCounter probationSent = new TrafficCounter();

  TransportCounters(DropTotals loop) {
    this.totals = loop.of(RtpDrop.class);
  }

  void count(RtpDrop reason) {
    drops[reason.ordinal()]++;
    totals[reason.ordinal()]++;
  }

  /** A datagram, whatever is in it. */
  void onDatagramReceived(int bytes, long nowNs) {
    received.add(bytes, nowNs);
  }

  /** A datagram, whatever is in it. */
  void onDatagramSent(int bytes, long nowNs) {
    sent.add(bytes, nowNs);
  }

  /** RTP that parses, RTX too, without the SRTP tag. */
  void onRtpReceived(int bytes, long nowNs) {
    rtpReceived.add(bytes, nowNs);
  }

  /** What of {@link #onRtpReceived} was RTX. */
  void onRtxReceived(int bytes, long nowNs) {
    rtxReceived.add(bytes, nowNs);
  }

  void onRtcpReceived(int bytes) {
    rtcpPacketsReceived++;
    rtcpBytesReceived += bytes;
  }

  void onRtcpMalformed() {
    rtcpMalformed++;
  }

  /** RTP without the SRTP tag. */
  void onRtpSent(int bytes, boolean rtx, long nowNs) {
    rtpSent.add(bytes, nowNs);
    if (rtx) {
      rtxSent.add(bytes, nowNs);
    }
  }

  void onProbationSent(int bytes, long nowNs) {
    probationSent.add(bytes, nowNs);
  }

  public long probationPacketsSent() {
    return probationSent.packets();
  }

  public long probationBytesSent() {
    return probationSent.bytes();
  }

  public long drops(RtpDrop reason) {
    return drops[reason.ordinal()];
  }

  public long datagramsReceived() {
    return received.packets();
  }

  /** RTX too. */
  public long rtpPacketsReceived() {
    return rtpReceived.packets();
  }

  public long rtcpPacketsReceived() {
    return rtcpPacketsReceived;
  }

  /** RTX too. */
  public long rtpPacketsSent() {
    return rtpSent.packets();
  }

  public long rtxPacketsSent() {
    return rtxSent.packets();
  }

  /** mediasoup's names. There, rtp does not count rtx. */
  void addStats(Map<String, Object> stats, long nowNs) {
    stats.put("bytesReceived", received.bytes());
    stats.put("recvBitrate", received.bitsPerSecond(nowNs));
    stats.put("bytesSent", sent.bytes());
    stats.put("sendBitrate", sent.bitsPerSecond(nowNs));
    stats.put("rtpBytesReceived", rtpReceived.bytes() - rtxReceived.bytes());
    stats.put("rtpRecvBitrate", rtpReceived.bitsPerSecond(nowNs) - rtxReceived.bitsPerSecond(nowNs));
    stats.put("rtpBytesSent", rtpSent.bytes() - rtxSent.bytes());
    stats.put("rtpSendBitrate", rtpSent.bitsPerSecond(nowNs) - rtxSent.bitsPerSecond(nowNs));
    stats.put("rtxBytesReceived", rtxReceived.bytes());
    stats.put("rtxRecvBitrate", rtxReceived.bitsPerSecond(nowNs));
    stats.put("rtxBytesSent", rtxSent.bytes());
    stats.put("rtxSendBitrate", rtxSent.bitsPerSecond(nowNs));
    stats.put("probationBytesSent", probationSent.bytes());
    stats.put("probationSendBitrate", probationSent.bitsPerSecond(nowNs));
  }

  void dump(Dump out) {
    out.value("datagramsReceived", received.packets())
        .value("datagramsSent", sent.packets())
        .value("probationPacketsSent", probationSent.packets())
        .value("rtpPacketsReceived", rtpReceived.packets())
        .value("rtpPacketsSent", rtpSent.packets())
        .value("rtxPacketsReceived", rtxReceived.packets())
        .value("rtxPacketsSent", rtxSent.packets())
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
