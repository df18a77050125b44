package io.plenum.protocol.rtp.codec;

/**
 * What a payload descriptor, or the dependency descriptor beside it, says about one packet, as far as an SFU must know.
 * Mutable: a parser fills it, {@link #copyFrom} keeps it. What a codec does not have stays as {@link #clear} leaves it.
 */
public final class PayloadInfo {
  /** The packet begins or belongs to a picture that can be decoded without any earlier one, as far as it can tell. */
  public boolean keyFrame;
  /** First packet of a frame of its spatial layer. */
  public boolean frameStart;
  /** Last packet of a frame of its spatial layer. */
  public boolean frameEnd;
  public int spatialLayer;
  public int temporalLayer;
  /** The dependency descriptor would say the layers, but the structure that it refers to has not come; both are 0. */
  public boolean layersUnknown;
  /** A receiver of a lower temporal layer may begin to receive this one here (VP8 Y, VP9 U, dependency descriptor). */
  public boolean switchingUpPoint;
  /**
   * VP9's P, or as the dependency descriptor says: not set means that the packet's frame can be decoded from its
   * spatial layers of the same picture alone.
   */
  public boolean interPicturePredicted;
  /** 7 or 15 bits as {@link #pictureIdBits} says, or -1. */
  public int pictureId;
  public int pictureIdBits;
  /** From the beginning of the payload, or -1. */
  public int pictureIdOffset;
  /** 8 bits, or -1. */
  public int tl0PictureIndex;
  /** From the beginning of the payload, or -1. */
  public int tl0PictureIndexOffset;
  /** Pixels, of the packet's spatial layer, where the packet says it (a key frame's first one does), else 0. */
  public int width;
  public int height;
  /** Opus: the packet only says that there is still nothing to be heard. */
  public boolean dtx;

  public PayloadInfo() {
    clear();
  }

  public void clear() {
    keyFrame = false;
    frameStart = false;
    frameEnd = false;
    spatialLayer = 0;
    temporalLayer = 0;
    layersUnknown = false;
    switchingUpPoint = false;
    interPicturePredicted = false;
    pictureId = -1;
    pictureIdBits = 0;
    pictureIdOffset = -1;
    tl0PictureIndex = -1;
    tl0PictureIndexOffset = -1;
    width = 0;
    height = 0;
    dtx = false;
  }

  public void copyFrom(PayloadInfo other) {
    keyFrame = other.keyFrame;
    frameStart = other.frameStart;
    frameEnd = other.frameEnd;
    spatialLayer = other.spatialLayer;
    temporalLayer = other.temporalLayer;
    layersUnknown = other.layersUnknown;
    switchingUpPoint = other.switchingUpPoint;
    interPicturePredicted = other.interPicturePredicted;
    pictureId = other.pictureId;
    pictureIdBits = other.pictureIdBits;
    pictureIdOffset = other.pictureIdOffset;
    tl0PictureIndex = other.tl0PictureIndex;
    tl0PictureIndexOffset = other.tl0PictureIndexOffset;
    width = other.width;
    height = other.height;
    dtx = other.dtx;
  }
}
