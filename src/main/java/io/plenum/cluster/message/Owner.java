package io.plenum.cluster.message;

import java.util.Objects;

/**
 * One life of one server: what a row belongs to and a message comes from.
 *
 * @param serverId the same after every restart
 * @param incarnation greater at every start of the same serverId
 */
public record Owner(String serverId, long incarnation) {
  public Owner {
    Objects.requireNonNull(serverId, "serverId");
  }

  /** Whether the other is a later life of the same server. */
  public boolean supersededBy(Owner other) {
    return serverId.equals(other.serverId) && incarnation < other.incarnation;
  }

  @Override
  public String toString() {
    return serverId + "#" + incarnation;
  }
}
