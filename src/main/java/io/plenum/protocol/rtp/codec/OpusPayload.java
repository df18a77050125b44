package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Malformed;

/** Opus (RFC 7587): each packet is a frame. Has no key frames. */
public final class OpusPayload implements PayloadParser {
  /** In discontinuous transmission a packet is a TOC byte, or that and a frame count (RFC 6716 §3.1). */
  static final int MAX_DTX_BYTES = 2;

  @Override
  public Malformed parse(RtpPacket packet, PayloadInfo info) {
    info.clear();
    int length = packet.payloadLength();
    info.frameStart = length > 0;
    info.frameEnd = length > 0;
    info.dtx = length > 0 && length <= MAX_DTX_BYTES;
    return null;
  }
}
