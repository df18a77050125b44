package io.plenum.media.transport;

import java.util.function.IntPredicate;

/**
 * SCTP stream ids for data consumers, in turn. An id whose streams have been reset is free here before the far end has
 * done with it: Firefox refuses one until the page has seen its channel close, and it says so only to the page. An id is
 * therefore given again as late as possible.
 */
final class StreamIdRotation {
  /** Ids that are used in turn. Firefox opens its association with 256 streams and has to ask for more. */
  static final int ROTATION_IDS = 256;

  private int next;

  /**
   * The next free id.
   *
   * @param streams ids that exist, from 0
   * @return -1 if all are taken
   */
  int take(IntPredicate isTaken, int streams) {
    int rotation = Math.min(ROTATION_IDS, streams);
    for (int tried = 0; tried < rotation; tried++) {
      int id = (next + tried) % rotation;
      if (!isTaken.test(id)) {
        next = id + 1;
        return id;
      }
    }
    for (int id = rotation; id < streams; id++) {
      if (!isTaken.test(id)) {
        return id;
      }
    }
    return -1;
  }
}
