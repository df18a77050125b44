package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Malformed;

/** Codecs whose payload says nothing that a router needs (PCMU, PCMA, G722, …): each packet stands for itself. */
public final class PlainPayload implements PayloadParser {
  @Override
  public Malformed parse(RtpPacket packet, PayloadInfo info) {
    info.clear();
    info.frameStart = packet.payloadLength() > 0;
    info.frameEnd = info.frameStart;
    return null;
  }
}
