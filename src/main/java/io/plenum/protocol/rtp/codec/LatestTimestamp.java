package io.plenum.protocol.rtp.codec;

/** Tells the first packet of a frame where the payload does not: it is the first one with a newer timestamp. */
final class LatestTimestamp {
  private boolean any;
  private int latest;

  /**
   * True if this timestamp is newer than all before.
   *
   * @param anew the stream begins anew here, so that the timestamp counts from now on even if it went back
   */
  boolean advance(long timestamp, boolean anew) {
    boolean newer = !any || (int) timestamp - latest > 0;
    if (newer || anew) {
      any = true;
      latest = (int) timestamp;
    }
    return newer;
  }
}
