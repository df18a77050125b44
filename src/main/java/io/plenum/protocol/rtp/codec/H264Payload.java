package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * H.264 in single NAL units, STAP-A and FU-A (RFC 6184 §5.6, §5.7.1, §5.8). H.264 has no mark for the first packet of a
 * frame: it is the one with a new timestamp that can be one. If the stream brings its parameter sets along, a key frame
 * begins with them and not with the IDR slice behind, which is of no use to a receiver that missed them.
 */
public final class H264Payload implements PayloadParser {
  private static final int NAL_IDR = 5;
  private static final int NAL_SPS = 7;
  private static final int NAL_STAP_A = 24;
  private static final int NAL_FU_A = 28;

  private boolean parameterSetsInBand;
  private final LatestTimestamp latest = new LatestTimestamp();

  @Override
  public Malformed parse(RtpPacket packet, PayloadInfo info) {
    info.clear();
    if (packet.payloadLength() == 0) {
      return null;
    }
    byte[] bytes = packet.bytes();
    int start = packet.payloadOffset();
    int end = start + packet.payloadLength();
    int type = bytes[start] & 0x1f;
    boolean sps = false;
    boolean idr = false;
    boolean continued = false;
    if (type == NAL_STAP_A) {
      int position = start + 1;
      while (position < end) {
        if (position + 2 > end) {
          return Malformed.WRONG_LENGTH;
        }
        int length = Bytes.u16(bytes, position);
        position += 2;
        if (length == 0 || length > end - position) {
          return Malformed.WRONG_LENGTH;
        }
        int inner = bytes[position] & 0x1f;
        sps |= inner == NAL_SPS;
        idr |= inner == NAL_IDR;
        position += length;
      }
      if (position == start + 1) {
        return Malformed.TOO_SHORT;
      }
    } else if (type == NAL_FU_A) {
      if (start + 2 > end) {
        return Malformed.TOO_SHORT;
      }
      int header = bytes[start + 1];
      continued = (header & 0x80) == 0;
      sps = (header & 0x1f) == NAL_SPS;
      idr = (header & 0x1f) == NAL_IDR;
    } else {
      sps = type == NAL_SPS;
      idr = type == NAL_IDR;
    }
    parameterSetsInBand |= sps;
    info.keyFrame = sps || idr;
    info.frameEnd = packet.marker();
    boolean newTimestamp = latest.advance(packet.timestamp(), sps);
    info.frameStart = !continued && (sps || newTimestamp && !(idr && parameterSetsInBand));
    return null;
  }
}
