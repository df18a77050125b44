package io.plenum.media.router;

import io.plenum.media.stream.InboundRtpStats;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes stream statistics with mediasoup's field names. */
final class RtpStats {
  private RtpStats() {}

  static Map<String, Object> inbound(Producer producer, ProducerStream stream, long nowNs, long unixMs) {
    InboundRtpStats s = stream.stats(nowNs);
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("type", "inbound-rtp");
    stats.put("timestamp", unixMs);
    stats.put("ssrc", Integer.toUnsignedLong(s.ssrc()));
    if (s.rtxSsrc().isPresent()) {
      stats.put("rtxSsrc", Integer.toUnsignedLong(s.rtxSsrc().getAsInt()));
    }
    if (stream.plan().rid() != null) {
      stats.put("rid", stream.plan().rid());
    }
    stats.put("kind", producer.kind());
    stats.put("mimeType", producer.rtpParameters().mediaCodec().mimeType());
    stats.put("packetCount", s.packetCount());
    stats.put("byteCount", s.byteCount());
    stats.put("bitrate", s.bitrate());
    stats.put("bitrateByLayer", s.bitrateByLayer());
    stats.put("packetsLost", s.packetsLost());
    stats.put("fractionLost", s.fractionLost());
    stats.put("jitter", s.jitter());
    stats.put("packetsDiscarded", s.packetsDiscarded());
    stats.put("packetsRetransmitted", s.packetsRetransmitted());
    stats.put("packetsRepaired", s.packetsRepaired());
    stats.put("nackCount", s.nackCount());
    stats.put("nackPacketCount", s.nackPacketCount());
    stats.put("pliCount", s.pliCount());
    stats.put("firCount", s.firCount());
    stats.put("score", s.score());
    stats.put("roundTripTime", s.roundTripTimeMs());
    stats.put("rtxPacketsDiscarded", s.rtxPacketsDiscarded());
    return stats;
  }
}
