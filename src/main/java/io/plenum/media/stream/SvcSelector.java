package io.plenum.media.stream;

import io.plenum.protocol.rtp.codec.PayloadInfo;

/**
 * Forwards the spatial and temporal layers up to a target of one stream that carries them all (VP9, AV1). More spatial
 * layers begin at a key frame, for only there they need no earlier picture. Fewer begin at the next picture; except in
 * K-SVC, where layers are joined at key frames only: there each other picture needs nothing of the layers below, which
 * are left out, and to go down also takes a key frame.
 */
public final class SvcSelector implements StreamSelector {
  private final int spatialLayers;
  private final boolean keyFrameDependent;
  private final TemporalFilter temporal = new TemporalFilter();
  private int target;
  private int current = -1;
  /** Holds for pictures before {@link #switchTimestamp}, whose packets may still come. */
  private int former;
  private int switchTimestamp;
  private int newestTimestamp;
  private boolean hasDropped;
  private int droppedTimestamp;

  /** @param keyFrameDependent the scalability mode ends in {@code _KEY} */
  public SvcSelector(int spatialLayers, boolean keyFrameDependent) {
    this.spatialLayers = spatialLayers;
    this.keyFrameDependent = keyFrameDependent;
    target = spatialLayers - 1;
  }

  @Override
  public Decision select(RoutedPacket packet, int streamIndex) {
    if (streamIndex != 0 || target < 0) {
      return Decision.IGNORE;
    }
    PayloadInfo payload = packet.payload;
    int timestamp = (int) packet.timestamp;
    boolean begins = current < 0;
    if (begins) {
      if (!SingleStreamSelector.startsKeyFrame(packet) || payload.spatialLayer != 0) {
        return Decision.IGNORE;
      }
      current = target;
      former = target;
      switchTimestamp = timestamp;
      newestTimestamp = timestamp;
      hasDropped = false;
      temporal.restart();
    } else {
      follow(payload, timestamp);
    }
    int layer = layerAt(timestamp);
    boolean unneeded = payload.spatialLayer > layer
        || keyFrameDependent && payload.interPicturePredicted && payload.spatialLayer < layer;
    if (unneeded) {
      if (payload.spatialLayer > layer) {
        hasDropped = true;
        droppedTimestamp = timestamp;
      }
      return Decision.DROP;
    }
    if (!temporal.accept(packet)) {
      return Decision.DROP;
    }
    return begins ? Decision.SWITCH : Decision.FORWARD;
  }

  /** The receiver takes the marker for the end of the picture: it must stand on the last packet that it gets. */
  @Override
  public boolean marker(RoutedPacket packet) {
    PayloadInfo payload = packet.payload;
    return packet.marker || payload.frameEnd && payload.spatialLayer == layerAt((int) packet.timestamp);
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
    return streamIndex == 0 && (target > current || keyFrameDependent && target != current);
  }

  @Override
  public int currentStream() {
    return current < 0 ? -1 : 0;
  }

  @Override
  public int currentSpatialLayer() {
    return current;
  }

  @Override
  public int currentTemporalLayer() {
    return current < 0 ? -1 : temporal.current();
  }

  /** Goes towards the target if this packet allows it: pictures go out whole, so never within one. */
  private void follow(PayloadInfo payload, int timestamp) {
    boolean newPicture = timestamp - newestTimestamp > 0;
    if (newPicture) {
      newestTimestamp = timestamp;
    }
    if (timestamp != newestTimestamp || target == current) {
      return;
    }
    boolean mayRise = payload.keyFrame && !(hasDropped && droppedTimestamp == timestamp);
    boolean mayFall = newPicture && (payload.keyFrame || !keyFrameDependent);
    if (target > current ? mayRise : mayFall) {
      former = current;
      current = target;
      switchTimestamp = timestamp;
    }
  }

  private int layerAt(int timestamp) {
    return timestamp - switchTimestamp >= 0 ? current : former;
  }
}
