package io.plenum.cluster.message;

/**
 * The highest layers somebody wants; {@link #NONE} when no packet shall flow. Audio and data want {@code (0, 0)}.
 */
public record Layers(int spatial, int temporal) {
  /** Present, but paused. */
  public static final Layers NONE = new Layers(-1, -1);

  /** Data has no layers: all of it. */
  public static final Layers DATA = new Layers(0, 0);

  public boolean flow() {
    return spatial >= 0;
  }

  public Layers max(Layers other) {
    if (covers(other)) {
      return this;
    }
    return other.covers(this) ? other
        : new Layers(Math.max(spatial, other.spatial), Math.max(temporal, other.temporal));
  }

  /** Whether who gets these has all that the other asks for. */
  public boolean covers(Layers other) {
    return spatial >= other.spatial && temporal >= other.temporal;
  }
}
