package io.plenum.media.stream;

/**
 * Forwards one of several simulcast streams, each of which is a spatial layer, and of it the temporal layers up to a
 * target. Changes at a key frame of the wanted stream and forwards the former one until then; from then on what still
 * comes of the former one is left alone.
 */
public final class SimulcastSelector implements StreamSelector {
  private final int streamCount;
  private TemporalFilter temporal = new TemporalFilter();
  /** Of the stream that was left last. */
  private TemporalFilter former = new TemporalFilter();
  private int target;
  private int current = -1;

  /** The target is the highest stream until {@link #setTarget} says otherwise. */
  public SimulcastSelector(int streamCount) {
    this.streamCount = streamCount;
    target = streamCount - 1;
  }

  @Override
  public Decision select(RoutedPacket packet, int streamIndex) {
    if (streamIndex == current) {
      return temporal.accept(packet) ? Decision.FORWARD : Decision.DROP;
    }
    if (streamIndex != target || !SingleStreamSelector.startsKeyFrame(packet)) {
      return Decision.IGNORE;
    }
    current = streamIndex;
    TemporalFilter left = temporal;
    temporal = former;
    former = left;
    temporal.setTarget(left.target());
    temporal.restart();
    return temporal.accept(packet) ? Decision.SWITCH : Decision.IGNORE;
  }

  @Override
  public boolean selectFormer(RoutedPacket packet) {
    return former.accept(packet);
  }

  /** The stream is reached at its next key frame; -1 stops at once. */
  @Override
  public void setTarget(int spatialLayer, int temporalLayer) {
    target = Math.min(spatialLayer, streamCount - 1);
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
    return streamIndex == target && current != target;
  }

  @Override
  public int currentStream() {
    return current;
  }

  @Override
  public int currentSpatialLayer() {
    return current;
  }

  @Override
  public int currentTemporalLayer() {
    return current < 0 ? -1 : temporal.current();
  }
}
