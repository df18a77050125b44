package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Malformed;

/** Reads one codec's payload descriptor. One object per stream, because some descriptors refer to earlier packets. */
public interface PayloadParser {
  /**
   * Clears and fills {@code info}. Returns why the payload is malformed, or null. A packet without payload only probes
   * the bandwidth: it is not malformed, and leaves {@code info} cleared.
   */
  Malformed parse(RtpPacket packet, PayloadInfo info);
}
