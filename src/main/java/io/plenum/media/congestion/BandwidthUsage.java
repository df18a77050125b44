package io.plenum.media.congestion;

/** What the delay says of the path (draft-ietf-rmcat-gcc-02 §5.4). */
enum BandwidthUsage {
  /** The queue is steady. */
  NORMAL,
  /** The queue grows: more is sent than the path carries. */
  OVERUSING,
  /** The queue empties. */
  UNDERUSING
}
