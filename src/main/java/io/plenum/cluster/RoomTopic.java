package io.plenum.cluster;

import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.RoomChange;
import io.plenum.cluster.message.RoomMessage;
import java.util.List;

/**
 * What this node says on a room's topic: each change of its part at once, and digests, which say how far it is and repeat
 * the latest changes: often while something has changed lately or somebody is new, seldom when all is quiet, and a
 * few times after it has left.
 */
final class RoomTopic {
  private final RoomEnvironment environment;
  private final OwnRows own;
  private long digestNs = Long.MAX_VALUE;
  private long activeUntilNs = Long.MIN_VALUE;
  private boolean left;
  private int farewells;

  RoomTopic(RoomEnvironment environment, OwnRows own) {
    this.environment = environment;
    this.own = own;
  }

  /** We are in the room, perhaps again. */
  void onEntered() {
    left = false;
  }

  /** A change of ours, not told yet. */
  void tell(RoomChange change, long nowNs) {
    activeUntilNs = nowNs + ClusterTimings.REPEAT_CHANGES_NS;
    digestNs = Math.min(digestNs, nowNs + ClusterTimings.DIGEST_NS);
    publish(List.of(change));
  }

  /** The last change: from now on only that is repeated. */
  void onLeft(RoomChange change, long nowNs) {
    left = true;
    farewells = 0;
    publish(List.of(change));
    digestNs = nowNs + ClusterTimings.DIGEST_NS;
  }

  /** Somebody new, or new to us: it shall soon hear of us. */
  void soon(long nowNs) {
    digestNs = Math.min(digestNs, nowNs + ClusterTimings.REORDER_NS);
  }

  /** Members came or went: all shall soon hear of us, and for a while more often. */
  void onClusterChanged(long nowNs) {
    activeUntilNs = nowNs + 2 * ClusterTimings.REPEAT_CHANGES_NS;
    soon(nowNs);
  }

  /** Digests since we have left. */
  int farewells() {
    return farewells;
  }

  long nextDeadlineNs() {
    return digestNs;
  }

  void onTimeout(long nowNs) {
    if (nowNs < digestNs) {
      return;
    }
    publish(own.recent(nowNs));
    boolean active = nowNs < activeUntilNs || left;
    digestNs = nowNs + (active ? ClusterTimings.DIGEST_NS : ClusterTimings.IDLE_DIGEST_NS);
    if (left) {
      farewells++;
    }
  }

  private void publish(List<RoomChange> changes) {
    environment.bus().publish(
        new RoomMessage(Protocol.VERSION, environment.self(), environment.room(), own.generation(), changes));
  }
}
