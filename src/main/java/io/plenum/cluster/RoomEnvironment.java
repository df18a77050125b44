package io.plenum.cluster;

import io.plenum.cluster.message.Owner;

/**
 * What the parts of one room share on one node.
 *
 * @param self this life of this server
 * @param scores of our clients' producers
 * @param session number of this opening of a room on this node: greater each time a room is opened, whichever it is
 */
record RoomEnvironment(
    String room, Owner self, long session, Registry registry, Bus bus, Media media, RoomListener listener,
    OwnScores scores) {
  /** Generations of one session: four thousand million changes of one room on one node. */
  private static final int SESSION_SHIFT = 32;

  /** Above every generation of the sessions before. */
  static long firstGeneration(long session) {
    return session << SESSION_SHIFT;
  }
}
