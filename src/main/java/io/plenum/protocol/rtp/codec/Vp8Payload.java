package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * VP8's payload descriptor (RFC 7741 §4.2) and the beginning of its payload header (§4.3). Only the first packet of a
 * frame says whether it is a key frame.
 */
public final class Vp8Payload implements PayloadParser {
  /** RFC 6386 §9.1: frame tag of 3 bytes, start code of 3, width and height of 2 each. */
  private static final int KEY_FRAME_HEADER_BYTES = 10;

  private static final int START_CODE = 0x9d012a;

  @Override
  public Malformed parse(RtpPacket packet, PayloadInfo info) {
    info.clear();
    if (packet.payloadLength() == 0) {
      return null;
    }
    byte[] bytes = packet.bytes();
    int start = packet.payloadOffset();
    int end = start + packet.payloadLength();
    int first = bytes[start];
    int position = start + 1;
    if ((first & 0x80) != 0) {
      if (position >= end) {
        return Malformed.TOO_SHORT;
      }
      int extensions = bytes[position++];
      if ((extensions & 0x80) != 0) {
        if (position >= end) {
          return Malformed.TOO_SHORT;
        }
        info.pictureIdOffset = position - start;
        if ((bytes[position] & 0x80) == 0) {
          info.pictureIdBits = 7;
          info.pictureId = bytes[position++];
        } else {
          if (position + 2 > end) {
            return Malformed.TOO_SHORT;
          }
          info.pictureIdBits = 15;
          info.pictureId = Bytes.u16(bytes, position) & 0x7fff;
          position += 2;
        }
      }
      if ((extensions & 0x40) != 0) {
        if (position >= end) {
          return Malformed.TOO_SHORT;
        }
        info.tl0PictureIndexOffset = position - start;
        info.tl0PictureIndex = bytes[position++] & 0xff;
      }
      if ((extensions & 0x30) != 0) {
        if (position >= end) {
          return Malformed.TOO_SHORT;
        }
        // The byte is there for T or K; TID and Y count only with T.
        if ((extensions & 0x20) != 0) {
          info.temporalLayer = bytes[position] >> 6 & 0x03;
          info.switchingUpPoint = (bytes[position] & 0x20) != 0;
        }
        position++;
      }
    }
    if (position >= end) {
      return Malformed.TOO_SHORT;
    }
    // S, and partition 0: the first packet of the frame.
    info.frameStart = (first & 0x10) != 0 && (first & 0x07) == 0;
    info.frameEnd = packet.marker();
    if (info.frameStart && (bytes[position] & 0x01) == 0) {
      info.keyFrame = true;
      readSize(bytes, position, end, info);
    }
    return null;
  }

  /** End-to-end encryption may leave the frame tag readable and hide the rest: then there is no size, and no harm. */
  private static void readSize(byte[] bytes, int position, int end, PayloadInfo info) {
    if (position + KEY_FRAME_HEADER_BYTES <= end && Bytes.u24(bytes, position + 3) == START_CODE) {
      // Little-endian, 14 bits each below 2 bits of scale.
      info.width = (bytes[position + 7] & 0x3f) << 8 | bytes[position + 6] & 0xff;
      info.height = (bytes[position + 9] & 0x3f) << 8 | bytes[position + 8] & 0xff;
    }
  }
}
