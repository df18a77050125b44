package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * VP9's payload descriptor (RFC 9628 §4.2), flexible and non-flexible mode. A key frame is what the router can switch
 * to: the first packet of spatial layer 0 of a picture that refers to no earlier one.
 */
public final class Vp9Payload implements PayloadParser {
  private static final int I_PICTURE_ID = 0x80;
  private static final int P_INTER_PICTURE = 0x40;
  private static final int L_LAYERS = 0x20;
  private static final int F_FLEXIBLE = 0x10;
  private static final int B_FRAME_START = 0x08;
  private static final int E_FRAME_END = 0x04;
  private static final int V_SCALABILITY_STRUCTURE = 0x02;

  /** RFC 9628 §4.2: up to three reference indices. */
  private static final int MAX_REFERENCES = 3;

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
    if ((first & I_PICTURE_ID) != 0) {
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
    boolean flexible = (first & F_FLEXIBLE) != 0;
    if ((first & L_LAYERS) != 0) {
      if (position + (flexible ? 1 : 2) > end) {
        return Malformed.TOO_SHORT;
      }
      int layers = bytes[position++];
      info.temporalLayer = layers >> 5 & 0x07;
      info.switchingUpPoint = (layers & 0x10) != 0;
      info.spatialLayer = layers >> 1 & 0x07;
      if (!flexible) {
        info.tl0PictureIndexOffset = position - start;
        info.tl0PictureIndex = bytes[position++] & 0xff;
      }
    }
    info.interPicturePredicted = (first & P_INTER_PICTURE) != 0;
    if (flexible && info.interPicturePredicted) {
      int references = 0;
      boolean another = true;
      while (another) {
        if (references++ == MAX_REFERENCES) {
          return Malformed.TOO_MANY;
        }
        if (position >= end) {
          return Malformed.TOO_SHORT;
        }
        another = (bytes[position++] & 0x01) != 0;
      }
    }
    info.frameStart = (first & B_FRAME_START) != 0;
    info.frameEnd = (first & E_FRAME_END) != 0;
    info.keyFrame = !info.interPicturePredicted && info.frameStart && info.spatialLayer == 0;
    if ((first & V_SCALABILITY_STRUCTURE) != 0) {
      position = afterScalabilityStructure(bytes, position, end, info);
      if (position < 0) {
        return Malformed.TOO_SHORT;
      }
    }
    return position >= end ? Malformed.TOO_SHORT : null;
  }

  /** RFC 9628 §4.2.1. Returns where it ends, or -1 if it does not end before {@code end}. */
  private static int afterScalabilityStructure(byte[] bytes, int from, int end, PayloadInfo info) {
    if (from >= end) {
      return -1;
    }
    int position = from;
    int structure = bytes[position++];
    int spatialLayers = (structure >> 5 & 0x07) + 1;
    if ((structure & 0x10) != 0) {
      if (position + 4 * spatialLayers > end) {
        return -1;
      }
      if (info.spatialLayer < spatialLayers) {
        info.width = Bytes.u16(bytes, position + 4 * info.spatialLayer);
        info.height = Bytes.u16(bytes, position + 4 * info.spatialLayer + 2);
      }
      position += 4 * spatialLayers;
    }
    if ((structure & 0x08) != 0) {
      if (position >= end) {
        return -1;
      }
      int pictures = bytes[position++] & 0xff;
      for (int i = 0; i < pictures; i++) {
        if (position >= end) {
          return -1;
        }
        int references = bytes[position] >> 2 & 0x03;
        position += 1 + references;
      }
    }
    return position;
  }
}
