package io.plenum.cluster.message;

import java.util.Map;

/**
 * A client that has joined.
 *
 * @param term one more than that of the row which the room had for this peerId when it joined here: a client that comes
 *     back through another node beats its former self, whenever the two nodes learn of each other
 * @param device as the client described it
 */
public record PeerRow(
    Owner owner, long generation, String room, String peerId, long term, String displayName, Map<String, Object> device)
    implements Row {
  @Override
  public RowKey key() {
    return new RowKey(RowKey.Table.PEERS, room, peerId + "@" + owner.serverId());
  }

  /** Which of two rows of one peerId is the client's present one: all nodes decide alike. */
  public boolean beats(PeerRow other) {
    if (other == null) {
      return true;
    }
    return term != other.term ? term > other.term : owner.serverId().compareTo(other.owner.serverId()) > 0;
  }
}
