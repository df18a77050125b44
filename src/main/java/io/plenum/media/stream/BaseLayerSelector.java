package io.plenum.media.stream;

/**
 * Leaves all but the lowest spatial layer of each stream out of what another selector forwards: of AV1, whose upper spatial
 * layers an endpoint can decode only with the dependency descriptor beside them, which it does not get from us.
 */
public final class BaseLayerSelector implements StreamSelector {
  private final StreamSelector selector;
  private boolean hasUpperLayers;

  /** @param hasUpperLayers as announced; streams that have them unannounced show it with their first packets */
  public BaseLayerSelector(StreamSelector selector, boolean hasUpperLayers) {
    this.selector = selector;
    this.hasUpperLayers = hasUpperLayers;
  }

  @Override
  public Decision select(RoutedPacket packet, int streamIndex) {
    if (packet.payload.spatialLayer > 0) {
      hasUpperLayers = true;
      return streamIndex == selector.currentStream() ? Decision.DROP : Decision.IGNORE;
    }
    return selector.select(packet, streamIndex);
  }

  /** The picture ends with its lowest layer. Streams without others may have several frames in a picture. */
  @Override
  public boolean marker(RoutedPacket packet) {
    return hasUpperLayers && packet.payload.frameEnd || selector.marker(packet);
  }

  @Override
  public void setTarget(int spatialLayer, int temporalLayer) {
    selector.setTarget(spatialLayer, temporalLayer);
  }

  @Override
  public void restart() {
    selector.restart();
  }

  @Override
  public boolean needsKeyFrame(int streamIndex) {
    return selector.needsKeyFrame(streamIndex);
  }

  @Override
  public int currentStream() {
    return selector.currentStream();
  }

  @Override
  public int currentSpatialLayer() {
    return selector.currentSpatialLayer();
  }

  @Override
  public int currentTemporalLayer() {
    return selector.currentTemporalLayer();
  }
}
