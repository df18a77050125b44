package io.plenum.cluster.message;

import java.util.Map;

/**
 * A client that has joined.
 *
 * @param term one more than that of the row which the room had for this peerId when it joined here: a client that comes
 *     back through another node beats its former self, whenever the two nodes learn of each other
 * @param device as the client described it
 * @param moving it has been told to go to another node: until it leaves here, what it sends here counts beside what it
 *     sends there already
 */
public record PeerRow(
    Owner owner, long generation, String room, String peerId, long term, String displayName, Map<String, Object> device,
    boolean moving)
    implements Row {
  /** The same peer by another name. */
  public PeerRow renamed(long newGeneration, String newDisplayName) {
    return new PeerRow(owner, newGeneration, room, peerId, term, newDisplayName, device, moving);
  }

  /** The same peer, from now on on its way to another node. */
  public PeerRow onItsWay(long newGeneration) {
    return new PeerRow(owner, newGeneration, room, peerId, term, displayName, device, true);
  }

  @Override
  public RowKey key() {
    return key(room, peerId, owner);
  }

  /** Of the row that this server has for the peer, if it has one. */
  public static RowKey key(String room, String peerId, Owner owner) {
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
