package io.plenum.cluster.message;

/**
 * One entry of the shared maps. Only its owner writes it; others remove it by comparing the owner, after that owner has
 * been declared dead.
 */
public sealed interface Row permits ServerRow, RoomRow, RouterRow, PeerRow, ProducerRow {
  Owner owner();

  /** Greater with every change that its owner makes to it; one counter serves all rows that one owner has in a room. */
  long generation();

  RowKey key();
}
