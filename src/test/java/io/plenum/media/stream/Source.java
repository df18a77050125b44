package io.plenum.media.stream;

import io.plenum.protocol.rtp.RtpPacket;

/** A producer stream for tests: routes packets into its history as the router does. */
final class Source {
  final PacketHistory history = new PacketHistory(2500, 2_000_000_000L, HistoryBudget.unlimited());
  final SenderClock clock;
  final SendSource source;

  Source(int clockRate) {
    clock = new SenderClock(clockRate);
    source = new SendSource(history, clock);
  }

  RoutedPacket route(long sequence, long timestamp, boolean marker, long nowNs, int... payload) {
    byte[] bytes = RtpBytes.packet(1, (int) sequence & 0xffff, timestamp, marker, payload);
    return route(RtpBytes.view(bytes), sequence, nowNs);
  }

  RoutedPacket route(RtpPacket packet, long sequence, long nowNs) {
    int length = packet.length() - packet.paddingLength();
    RoutedPacket routed = history.claim(sequence, length, nowNs);
    System.arraycopy(packet.bytes(), packet.offset(), routed.bytes, 0, length);
    routed.bytes[0] &= ~0x20;
    routed.length = length;
    routed.payloadOffset = packet.headerLength();
    routed.midOffset = -1;
    routed.absSendTimeOffset = -1;
    routed.transportCcOffset = -1;
    routed.absCaptureTimeOffset = -1;
    routed.timestamp = packet.timestamp();
    routed.marker = packet.marker();
    routed.ssrc = packet.ssrc();
    routed.payload.clear();
    return routed;
  }
}
