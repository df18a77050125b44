package io.plenum.media.stream;

import io.plenum.protocol.rtp.TimestampUnwrapper;
import io.plenum.protocol.rtp.codec.PayloadInfo;

/**
 * Lets temporal layers through up to a target. Down at once, from the next picture on, for nothing that stays depends
 * on what goes; up one layer at a time, at a picture that needs none of those left out, or all at once at a key frame.
 *
 * <p>Pictures are told apart by their timestamps, because packets overtake each other: a picture goes out whole or not
 * at all.
 */
final class TemporalFilter {
  private final TimestampUnwrapper timestamps = new TimestampUnwrapper();
  private int target = Integer.MAX_VALUE;
  private int current;
  /** Holds for pictures before {@link #switchedAt}, whose packets may still come. */
  private int former;
  private long switchedAt;
  private boolean begun;
  private long newest;
  private boolean hasDropped;
  private long droppedAt;
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
    timestamps.reset();
    hasDropped = false;
    highestSeen = 0;
  }

  boolean accept(RoutedPacket packet) {
    PayloadInfo payload = packet.payload;
    long time = timestamps.unwrap(packet.timestamp);
    if (!begun) {
      begun = true;
      newest = time;
      current = target;
      former = target;
      switchedAt = time;
    } else if (time > newest) {
      newest = time;
      if (target < current) {
        become(target, time);
      }
    }
    if (time == newest && current < target && !(hasDropped && droppedAt == time)) {
      if (payload.keyFrame) {
        become(target, time);
      } else if (payload.temporalLayer == current + 1 && payload.switchingUpPoint && payload.frameStart) {
        become(payload.temporalLayer, time);
      }
    }
    if (payload.temporalLayer > (time >= switchedAt ? current : former)) {
      hasDropped = true;
      droppedAt = time;
      return false;
    }
    highestSeen = Math.max(highestSeen, payload.temporalLayer);
    return true;
  }

  private void become(int layer, long time) {
    former = current;
    current = layer;
    switchedAt = time;
  }
}
