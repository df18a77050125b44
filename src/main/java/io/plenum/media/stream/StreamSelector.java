package io.plenum.media.stream;

/** Decides which packets of which source stream become one outgoing stream. One object per {@link SendStream}. */
public interface StreamSelector {
  /** What becomes of a packet. */
  enum Decision {
    FORWARD,
    /** Forward, and it is the first after a beginning or after a change of the source stream. */
    SWITCH,
    /** It belongs to the stream that is forwarded, but the receiver does not want its layer: close the gap. */
    DROP,
    /** It belongs to another stream, or to a time when nothing is forwarded. */
    IGNORE
  }

  /** Not called for packets without a payload. */
  Decision select(RoutedPacket packet, int streamIndex);

  /**
   * The same of a packet from before the last {@link Decision#SWITCH}, of the stream that was left then: true if it
   * belongs to the layers that were forwarded.
   */
  default boolean selectFormer(RoutedPacket packet) {
    return false;
  }

  /** The marker bit of a packet that was just selected. */
  default boolean marker(RoutedPacket packet) {
    return packet.marker;
  }

  /** The highest layers the receiver shall get; spatial -1 for nothing. Reached when the streams allow. */
  void setTarget(int spatialLayer, int temporalLayer);

  /** Begins anew, with a key frame where there are such: the receiver was paused. */
  void restart();

  /** True if that source stream must send a key frame before the target can be reached. */
  boolean needsKeyFrame(int streamIndex);

  /** The source stream that is forwarded, -1 for none. */
  int currentStream();

  /** -1 for none. */
  int currentSpatialLayer();

  /** -1 for none. */
  int currentTemporalLayer();
}
