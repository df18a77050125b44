package io.plenum.media.stream;

import java.util.OptionalInt;

/**
 * One outgoing stream as mediasoup's {@code outbound-rtp} has it; timestamp, kind and mimeType are the consumer's to
 * add. SSRCs are the 32 bits as an int.
 *
 * @param packetCount first transmissions
 * @param byteCount of those packets, header and payload
 * @param bitrate in bit/s over the last second
 * @param packetsLost as the receiver reports it
 * @param fractionLost 0…255, in its last report
 * @param packetsDiscarded not forwarded although the stream was: layers the receiver does not want, too late, padding
 * @param packetsRetransmitted sent again, as often as they were
 * @param packetsRepaired packets sent again at least once
 * @param nackCount NACK messages received
 * @param nackPacketCount packets asked for in them
 * @param nackPacketsRefused of those not sent again: unknown, too old, too soon or over the budget
 * @param score 0…10
 * @param roundTripTimeMs 0 as long as it is not known
 */
public record OutboundRtpStats(int ssrc, OptionalInt rtxSsrc, long packetCount, long byteCount, long bitrate,
    long packetsLost, int fractionLost, long jitter, long packetsDiscarded, long packetsRetransmitted,
    long packetsRepaired, long nackCount, long nackPacketCount, long nackPacketsRefused, long pliCount, long firCount,
    int score, double roundTripTimeMs) {}
