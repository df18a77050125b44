package io.plenum.cluster;

import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.SignalMessage.GetRoomState;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks owners for their whole state: those who have said more than is known here, and those who have not been heard
 * for so long that they may have left without our hearing it.
 */
final class CatchUp {
  /** Three idle digests lost in a row. */
  private static final long UNHEARD_NS = 3 * ClusterTimings.IDLE_DIGEST_NS + ClusterTimings.DIGEST_NS;

  private static final class Asking {
    long heardNs;
    /** {@code Long.MAX_VALUE} while nothing is missing. */
    long askNs = Long.MAX_VALUE;
  }

  private final RoomEnvironment environment;
  private final RoomView view;
  private final Map<String, Asking> byServerId = new HashMap<>();

  CatchUp(RoomEnvironment environment, RoomView view) {
    this.environment = environment;
    this.view = view;
  }

  void onHeard(String serverId, long nowNs) {
    byServerId.computeIfAbsent(serverId, id -> new Asking()).heardNs = nowNs;
  }

  /** After anything that may have changed the view. */
  void look(long nowNs) {
    for (RemoteOwner owner : view.owners()) {
      Asking asking = byServerId.computeIfAbsent(owner.owner().serverId(), id -> {
        Asking fresh = new Asking();
        fresh.heardNs = nowNs;
        return fresh;
      });
      if (!view.isUp(owner.owner()) || !owner.behind()) {
        asking.askNs = Long.MAX_VALUE;
      } else if (asking.askNs == Long.MAX_VALUE) {
        asking.askNs = nowNs + (owner.lost() ? 0 : ClusterTimings.REORDER_NS);
      }
    }
  }

  private long dueNs(RemoteOwner owner) {
    Asking asking = byServerId.get(owner.owner().serverId());
    if (asking == null || !view.isUp(owner.owner())) {
      return Long.MAX_VALUE;
    }
    return owner.present() ? Math.min(asking.askNs, asking.heardNs + UNHEARD_NS) : asking.askNs;
  }

  long nextDeadlineNs() {
    long next = Long.MAX_VALUE;
    for (RemoteOwner owner : view.owners()) {
      next = Math.min(next, dueNs(owner));
    }
    return next;
  }

  void onTimeout(long nowNs) {
    for (RemoteOwner owner : view.owners()) {
      if (dueNs(owner) <= nowNs) {
        Asking asking = byServerId.get(owner.owner().serverId());
        asking.askNs = owner.behind() ? nowNs + ClusterTimings.STATE_RETRY_NS : Long.MAX_VALUE;
        asking.heardNs = Math.max(asking.heardNs, nowNs + ClusterTimings.STATE_RETRY_NS - UNHEARD_NS);
        environment.bus().send(owner.owner().serverId(),
            new GetRoomState(Protocol.VERSION, environment.self(), environment.room()));
      }
    }
  }
}
