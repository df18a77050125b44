package io.plenum.media.stream;

/** Forwards the one stream there is, from a key frame on if it is video. */
public final class SingleStreamSelector implements StreamSelector {
  /** An Opus frame of at most so many bytes says only that there is silence (RFC 6716 §3.1, §2.1.9). */
  static final int MAX_DTX_BYTES = 2;

  private final boolean beginsWithKeyFrame;
  private final boolean ignoreDtx;
  private final TemporalFilter temporal = new TemporalFilter();
  private boolean wanted = true;
  private boolean forwarding;

  private SingleStreamSelector(boolean beginsWithKeyFrame, boolean ignoreDtx) {
    this.beginsWithKeyFrame = beginsWithKeyFrame;
    this.ignoreDtx = ignoreDtx;
  }

  public static SingleStreamSelector video() {
    return new SingleStreamSelector(true, false);
  }

  /** @param ignoreDtx leave out Opus frames that only say silence */
  public static SingleStreamSelector audio(boolean ignoreDtx) {
    return new SingleStreamSelector(false, ignoreDtx);
  }

  @Override
  public Decision select(RoutedPacket packet, int streamIndex) {
    if (streamIndex != 0 || !wanted) {
      return Decision.IGNORE;
    }
    boolean begins = !forwarding;
    if (begins && beginsWithKeyFrame && !startsKeyFrame(packet)) {
      return Decision.IGNORE;
    }
    forwarding = true;
    if (begins) {
      temporal.restart();
    }
    if (!temporal.accept(packet) || ignoreDtx && packet.payloadLength() <= MAX_DTX_BYTES) {
      // Nothing went out yet, so there is no gap to close.
      forwarding = !begins;
      return begins ? Decision.IGNORE : Decision.DROP;
    }
    return begins ? Decision.SWITCH : Decision.FORWARD;
  }

  @Override
  public void setTarget(int spatialLayer, int temporalLayer) {
    wanted = spatialLayer >= 0;
    forwarding &= wanted;
    temporal.setTarget(temporalLayer);
  }

  @Override
  public void restart() {
    forwarding = false;
  }

  @Override
  public boolean needsKeyFrame(int streamIndex) {
    return streamIndex == 0 && wanted && beginsWithKeyFrame && !forwarding;
  }

  @Override
  public int currentStream() {
    return forwarding ? 0 : -1;
  }

  @Override
  public int currentSpatialLayer() {
    return currentStream();
  }

  @Override
  public int currentTemporalLayer() {
    return forwarding ? temporal.current() : -1;
  }

  /** The first packet of a key frame: where a decoder that knows nothing can begin. */
  static boolean startsKeyFrame(RoutedPacket packet) {
    return packet.payload.keyFrame && packet.payload.frameStart;
  }
}
