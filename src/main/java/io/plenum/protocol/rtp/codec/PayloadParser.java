package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Malformed;

/** Reads one codec's payload descriptor. One object per stream, because some descriptors refer to earlier packets. */
public interface PayloadParser {
  /** Clears and fills {@code info}. Returns why the payload is malformed, or null. */
  Malformed parse(RtpPacket packet, PayloadInfo info);
}
