package io.plenum.media.stream;

import io.plenum.protocol.rtp.TimestampUnwrapper;
import io.plenum.protocol.rtp.codec.PayloadInfo;

/**
 * Forwards the spatial and temporal layers up to a target of one stream that carries them all (VP9, AV1). More spatial
 * layers begin at a key frame, for only there they need no earlier picture. Fewer begin at the next picture.
 *
 * <p>Not so in K-SVC, where layers are joined at key frames only: a picture behind the key frame needs nothing of the layers
 * below, which are left out as soon as the forwarded layer has been seen. From then on fewer layers take a key frame too,
 * also when the encoder gives the forwarded layer up: each key frame begins with the target, and becomes what it brings.
 */
public final class SvcSelector implements StreamSelector {
  private static final long NEVER = Long.MAX_VALUE;

  private final int spatialLayers;
  private final boolean keyFrameDependent;
  private final TimestampUnwrapper timestamps = new TimestampUnwrapper();
  private final SentSpatialLayers sent;
  private final TemporalFilter temporal = new TemporalFilter();
  private int target;
  private int current = -1;
  /** K-SVC: pictures from then on go out without the layers below {@link #current}. */
  private long leanFrom = NEVER;
  private long switchedAt;
  /** These two hold for pictures before {@link #switchedAt}, whose packets may still come. */
  private int former;
  private long formerLeanFrom;
  private long newest;
  private boolean hasDropped;
  private long droppedAt;

  /** @param keyFrameDependent the scalability mode ends in {@code _KEY}, and the receiver wants one spatial layer */
  public SvcSelector(int spatialLayers, boolean keyFrameDependent) {
    this.spatialLayers = spatialLayers;
    this.keyFrameDependent = keyFrameDependent;
    sent = new SentSpatialLayers(spatialLayers - 1);
    target = spatialLayers - 1;
  }

  @Override
  public Decision select(RoutedPacket packet, int streamIndex) {
    if (streamIndex != 0 || target < 0) {
      return Decision.IGNORE;
    }
    PayloadInfo payload = packet.payload;
    long time = timestamps.unwrap(packet.timestamp);
    boolean begins = current < 0;
    if (begins) {
      if (!SingleStreamSelector.startsKeyFrame(packet) || payload.spatialLayer != 0) {
        sent.onPacket(payload, packet.marker, time);
        return Decision.IGNORE;
      }
      current = target;
      leanFrom = NEVER;
      former = target;
      formerLeanFrom = NEVER;
      switchedAt = time;
      newest = time;
      hasDropped = false;
      temporal.restart();
    } else {
      follow(payload, time);
    }
    sent.onPacket(payload, packet.marker, time);
    boolean above = payload.spatialLayer > layerAt(time);
    boolean below = payload.spatialLayer < layerAt(time) && payload.interPicturePredicted
        && time >= (time >= switchedAt ? leanFrom : formerLeanFrom);
    if (above) {
      hasDropped = true;
      droppedAt = time;
    }
    if (above || below || !temporal.accept(packet)) {
      return Decision.DROP;
    }
    if (keyFrameDependent && leanFrom == NEVER && payload.spatialLayer == current && time >= switchedAt) {
      // Not within this picture: of a lower layer's frame the first packets may be out already.
      leanFrom = newest + 1;
    }
    return begins ? Decision.SWITCH : Decision.FORWARD;
  }

  /** The receiver takes the marker for the end of the picture: it must stand on the last packet that it gets. */
  @Override
  public boolean marker(RoutedPacket packet) {
    PayloadInfo payload = packet.payload;
    return packet.marker || payload.frameEnd && payload.spatialLayer == layerAt(timestamps.peek(packet.timestamp));
  }

  @Override
  public void setTarget(int spatialLayer, int temporalLayer) {
    target = Math.min(spatialLayer, spatialLayers - 1);
    if (target < 0) {
      target = -1;
      current = -1;
    }
    temporal.setTarget(temporalLayer);
  }

  @Override
  public void restart() {
    current = -1;
  }

  @Override
  public boolean needsKeyFrame(int streamIndex) {
    if (streamIndex != 0 || target < 0) {
      return false;
    }
    int reachable = Math.min(target, sent.highest());
    return current < 0 || reachable > current || reachable < current && leanFrom != NEVER;
  }

  @Override
  public int currentStream() {
    return current < 0 ? -1 : 0;
  }

  /** The highest that is forwarded and sent. */
  @Override
  public int currentSpatialLayer() {
    return Math.min(current, sent.highest());
  }

  @Override
  public int currentTemporalLayer() {
    return current < 0 ? -1 : temporal.current();
  }

  /** Goes towards the target if this packet allows it: pictures go out whole, so never within one. */
  private void follow(PayloadInfo payload, long time) {
    boolean newPicture = time > newest;
    if (newPicture) {
      newest = time;
    }
    if (time != newest) {
      return;
    }
    if (payload.keyFrame) {
      boolean mayFollow = target > current ? !(hasDropped && droppedAt == time) : newPicture;
      become(mayFollow ? target : current, time);
    } else if (newPicture && leanFrom == NEVER) {
      boolean gaveUp = keyFrameDependent && sent.hasPictureEnded() && sent.highestOfPicture() < current;
      become(Math.min(target, gaveUp ? sent.highestOfPicture() : current), time);
    }
  }

  private void become(int layer, long time) {
    if (layer != current || leanFrom != NEVER) {
      former = current;
      formerLeanFrom = leanFrom;
      current = layer;
      leanFrom = NEVER;
      switchedAt = time;
    }
  }

  private int layerAt(long time) {
    return time >= switchedAt ? current : former;
  }
}
