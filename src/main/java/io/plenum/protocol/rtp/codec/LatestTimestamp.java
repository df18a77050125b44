package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.TimestampUnwrapper;

/** Tells the first packet of a frame where the payload does not: it is the first one with a newer timestamp. */
final class LatestTimestamp {
  private final TimestampUnwrapper timestamps = new TimestampUnwrapper();

  /**
   * True if this timestamp is newer than all before.
   *
   * @param anew the stream begins anew here, so that the timestamp counts from now on even if it went back
   */
  boolean advance(long timestamp, boolean anew) {
    boolean newer = timestamps.peek(timestamp) > timestamps.highest();
    if (anew && !newer) {
      timestamps.reset();
    }
    timestamps.unwrap(timestamp);
    return newer;
  }
}
