package io.plenum.media.stream;

import io.plenum.protocol.rtp.codec.PayloadInfo;
import io.plenum.protocol.wire.Bytes;

/**
 * Keeps VP8's picture id and TL0PICIDX (RFC 7741 §4.2) counting on towards one receiver: across pictures of temporal
 * layers that we leave out, and across changes of the source stream. Lost pictures stay gaps.
 */
public final class Vp8Rewriter {
  /** Pictures whose id is remembered for packets that come late: four seconds. */
  private static final int WINDOW = 128;

  private final SequenceRewriter pictures;
  private boolean synced;
  /** The source's picture id without wrapping. */
  private long highestSourcePicture;
  private boolean hasTl0;
  private int highestTl0;
  private boolean tl0Synced;
  private int tl0Offset;

  private int pictureId;
  private int tl0PictureIndex;

  public Vp8Rewriter() {
    this(new SequenceRewriter(0, WINDOW));
  }

  private Vp8Rewriter(SequenceRewriter pictures) {
    this.pictures = pictures;
  }

  /** Another one that goes on from the same state. */
  Vp8Rewriter copy() {
    Vp8Rewriter copy = new Vp8Rewriter(pictures.copy());
    copy.synced = synced;
    copy.highestSourcePicture = highestSourcePicture;
    copy.hasTl0 = hasTl0;
    copy.highestTl0 = highestTl0;
    copy.tl0Synced = tl0Synced;
    copy.tl0Offset = tl0Offset;
    return copy;
  }

  /** The next packet to be forwarded begins a key frame of another source, or of the same after a pause. */
  public void onSwitch() {
    synced = false;
    tl0Synced = false;
  }

  /** A packet goes out: {@link #pictureId} and {@link #tl0PictureIndex} are its new ones. */
  public void forward(PayloadInfo payload) {
    if (payload.pictureIdOffset >= 0) {
      long picture = unwrap(payload);
      int number = pictures.numberOf(picture);
      if (number == SequenceRewriter.NONE) {
        number = pictures.forward(picture);
      }
      // NONE once more: a picture from before we began, of which a decoder makes nothing anyway.
      pictureId = (number == SequenceRewriter.NONE ? (int) pictures.highest() : number) & 0x7fff;
    }
    if (payload.tl0PictureIndexOffset >= 0) {
      if (!tl0Synced) {
        tl0Synced = true;
        tl0Offset = hasTl0 ? highestTl0 + 1 - payload.tl0PictureIndex : 0;
      }
      tl0PictureIndex = payload.tl0PictureIndex + tl0Offset & 0xff;
      if (!hasTl0 || (byte) (tl0PictureIndex - highestTl0) > 0) {
        hasTl0 = true;
        highestTl0 = tl0PictureIndex;
      }
    }
  }

  /** A packet is left out on purpose, and with it its picture. */
  public void drop(PayloadInfo payload) {
    if (synced && payload.pictureIdOffset >= 0) {
      long picture = unwrap(payload);
      if (pictures.numberOf(picture) == SequenceRewriter.NONE) {
        pictures.drop(picture);
      }
    }
  }

  /** 15 bits; whatever if the packet has none. */
  public int pictureId() {
    return pictureId;
  }

  /** 8 bits; whatever if the packet has none. */
  public int tl0PictureIndex() {
    return tl0PictureIndex;
  }

  /** Writes both where they stand in a copy of the packet whose payload begins at {@code payloadOffset}. */
  public static void patch(byte[] bytes, int payloadOffset, PayloadInfo payload, int pictureId, int tl0PictureIndex) {
    if (payload.pictureIdOffset >= 0) {
      int position = payloadOffset + payload.pictureIdOffset;
      if (payload.pictureIdBits > 7) {
        Bytes.put16(bytes, position, 0x8000 | pictureId & 0x7fff);
      } else {
        Bytes.put8(bytes, position, pictureId & 0x7f);
      }
    }
    if (payload.tl0PictureIndexOffset >= 0) {
      Bytes.put8(bytes, payloadOffset + payload.tl0PictureIndexOffset, tl0PictureIndex);
    }
  }

  private long unwrap(PayloadInfo payload) {
    int bits = payload.pictureIdBits > 7 ? 15 : 7;
    if (!synced) {
      synced = true;
      // High enough that pictures from before do not become negative.
      highestSourcePicture = (1L << 20) + payload.pictureId;
      pictures.sync(highestSourcePicture, 0);
      return highestSourcePicture;
    }
    int shift = Integer.SIZE - bits;
    long picture = highestSourcePicture + (payload.pictureId - (int) highestSourcePicture << shift >> shift);
    highestSourcePicture = Math.max(highestSourcePicture, picture);
    return picture;
  }
}
