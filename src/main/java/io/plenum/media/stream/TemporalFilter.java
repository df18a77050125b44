package io.plenum.media.stream;

import io.plenum.protocol.rtp.codec.PayloadInfo;

/**
 * Lets temporal layers through up to a target. Down at once, from the next picture on, for nothing that stays depends
 * on what goes; up one layer at a time, at a picture that needs none of those left out, or all at once at a key frame.
 *
 * <p>Pictures are told apart by their timestamps, because packets overtake each other: a picture goes out whole or not
 * at all.
 */
final class TemporalFilter {
  private int target = Integer.MAX_VALUE;
  private int current;
  /** Holds for pictures before {@link #switchTimestamp}, whose packets may still come. */
  private int former;
  private int switchTimestamp;
  private boolean begun;
  private int newestTimestamp;
  private boolean hasDropped;
  private int droppedTimestamp;
  private int highestSeen;

  /** From the next picture on; takes effect as the stream allows. */
  void setTarget(int temporalLayer) {
    target = Math.max(0, temporalLayer);
  }

  int target() {
    return target;
  }

  /** The highest layer that is let through and was seen. */
  int current() {
    return Math.min(current, highestSeen);
  }

  /** The next packet begins a key frame: everything up to the target can be decoded from there. */
  void restart() {
    begun = false;
    hasDropped = false;
    highestSeen = 0;
  }

  boolean accept(RoutedPacket packet) {
    PayloadInfo payload = packet.payload;
    int timestamp = (int) packet.timestamp;
    if (!begun) {
      begun = true;
      newestTimestamp = timestamp;
      current = target;
      former = target;
      switchTimestamp = timestamp;
    } else if (timestamp - newestTimestamp > 0) {
      newestTimestamp = timestamp;
      if (target < current) {
        become(target, timestamp);
      }
    }
    if (timestamp == newestTimestamp && current < target && !(hasDropped && droppedTimestamp == timestamp)) {
      if (payload.keyFrame) {
        become(target, timestamp);
      } else if (payload.temporalLayer == current + 1 && payload.switchingUpPoint && payload.frameStart) {
        become(payload.temporalLayer, timestamp);
      }
    }
    if (payload.temporalLayer > (timestamp - switchTimestamp >= 0 ? current : former)) {
      hasDropped = true;
      droppedTimestamp = timestamp;
      return false;
    }
    highestSeen = Math.max(highestSeen, payload.temporalLayer);
    return true;
  }

  private void become(int layer, int timestamp) {
    former = current;
    current = layer;
    switchTimestamp = timestamp;
  }
}
