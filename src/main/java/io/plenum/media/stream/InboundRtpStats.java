package io.plenum.media.stream;

import java.util.Map;
import java.util.OptionalInt;

/**
 * One received stream as mediasoup's {@code inbound-rtp} has it; timestamp, kind, mimeType and rid are the producer's
 * to add. SSRCs are the 32 bits as an int.
 *
 * @param packetCount media packets that were accepted, also as retransmissions
 * @param byteCount of those packets, header and payload
 * @param bitrate in bit/s over the last second
 * @param bitrateByLayer key "spatial.temporal"
 * @param packetsLost on the way here, whether repaired or not
 * @param fractionLost 0…255, in the last report
 * @param jitter in units of the stream's clock
 * @param packetsDiscarded duplicates, too late, or not of this stream
 * @param packetsRetransmitted that came as retransmissions
 * @param packetsRepaired retransmissions that were of use
 * @param nackCount NACK messages sent
 * @param nackPacketCount packets asked for in them
 * @param score 0…10
 * @param roundTripTimeMs 0 as long as it is not known
 * @param rtxPacketsDiscarded retransmissions that were of no use
 */
public record InboundRtpStats(int ssrc, OptionalInt rtxSsrc, long packetCount, long byteCount, long bitrate,
    Map<String, Long> bitrateByLayer, long packetsLost, int fractionLost, long jitter, long packetsDiscarded,
    long packetsRetransmitted, long packetsRepaired, long nackCount, long nackPacketCount, long pliCount,
    long firCount, int score, double roundTripTimeMs, long rtxPacketsDiscarded) {}
