package io.plenum.media.stream;

import io.plenum.protocol.rtp.codec.PayloadInfo;

/**
 * Highest spatial layer that one stream sends now. An encoder that is short of bitrate or time gives its upper layers up
 * without a word: the only sign is a picture that ends below them, by the marker bit of its last packet (RFC 9628 §4.1).
 */
final class SentSpatialLayers {
  /**
   * Pictures in a row that must end below a layer before it counts as given up, where encoders have been seen to leave
   * it out of single pictures: each of these cost a key frame that was not needed.
   */
  static final int MAX_PATIENCE_PICTURES = 4;

  private int highest;
  private int patience = 1;
  private int shortPictures;
  private int highestOfShortPictures;
  private long picture = Long.MIN_VALUE;
  private int highestOfPicture;
  private boolean ended;

  /** @param highest layer that is expected before the first packet */
  SentSpatialLayers(int highest) {
    this.highest = highest;
  }

  /** @param time of the packet's picture, unwrapped; an older picture than the newest tells nothing any more */
  void onPacket(PayloadInfo payload, boolean marker, long time) {
    if (time < picture) {
      return;
    }
    if (time > picture) {
      picture = time;
      highestOfPicture = payload.spatialLayer;
      ended = false;
    }
    highestOfPicture = Math.max(highestOfPicture, payload.spatialLayer);
    ended |= marker;
    if (payload.spatialLayer > highest && payload.interPicturePredicted) {
      // It goes on where it was: it had not been given up.
      patience = Math.min(MAX_PATIENCE_PICTURES, 2 * patience);
    }
    if (payload.spatialLayer >= highest) {
      highest = payload.spatialLayer;
      shortPictures = 0;
    } else if (marker) {
      highestOfShortPictures = shortPictures == 0 ? highestOfPicture : Math.max(highestOfShortPictures, highestOfPicture);
      if (++shortPictures >= patience) {
        highest = highestOfShortPictures;
        shortPictures = 0;
      }
    }
  }

  int highest() {
    return highest;
  }

  /** Highest layer of the newest picture so far. */
  int highestOfPicture() {
    return highestOfPicture;
  }

  /** The newest picture's last packet has come. */
  boolean hasPictureEnded() {
    return ended;
  }
}
