package io.plenum.server.room;

import io.plenum.media.PlenumException;
import io.plenum.server.config.PlenumConfig.Limits;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The {@link AnnouncementBudget}s of one room: of each peer id at its address, and of each address. They outlive connections, so
 * that connecting once more renews nothing; a budget that is full again is forgotten.
 */
final class AnnouncementBudgets {
  /** Of peers and addresses that are gone. Beyond that the oldest is forgotten. */
  static final int MAX_DEPARTED = 1_024;

  private final Limits limits;
  private final Map<Key, Held> present = new HashMap<>();
  private final Map<Key, Held> departed = new LinkedHashMap<>();

  /** @param peerId null for all peers of the address */
  private record Key(String peerId, Object address) {}

  private static final class Held {
    final AnnouncementBudget budget;
    int holders;

    Held(AnnouncementBudget budget) {
      this.budget = budget;
    }
  }

  AnnouncementBudgets(Limits limits) {
    this.limits = limits;
  }

  /** @param address null if the peer is not counted by its address */
  void enter(String peerId, Object address) {
    held(new Key(peerId, address)).holders++;
    if (address != null) {
      held(new Key(null, address)).holders++;
    }
  }

  private Held held(Key key) {
    Held back = departed.remove(key);
    if (back != null) {
      present.put(key, back);
    }
    return present.computeIfAbsent(key, made -> new Held(
        made.peerId == null ? AnnouncementBudget.ofAddress(limits) : AnnouncementBudget.of(limits)));
  }

  void leave(String peerId, Object address, long nowNs) {
    leave(new Key(peerId, address), nowNs);
    if (address != null) {
      leave(new Key(null, address), nowNs);
    }
  }

  private void leave(Key key, long nowNs) {
    Held held = present.get(key);
    if (--held.holders > 0) {
      return;
    }
    present.remove(key);
    departed.values().removeIf(gone -> gone.budget.full(nowNs));
    if (held.budget.full(nowNs)) {
      return;
    }
    departed.put(key, held);
    if (departed.size() > MAX_DEPARTED) {
      Iterator<Held> oldest = departed.values().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /**
   * A peer that has entered wants everybody to be told something.
   *
   * @throws PlenumException {@code too-many-requests}
   */
  void spend(String peerId, Object address, long nowNs) {
    Held held = present.get(new Key(peerId, address));
    if (held == null) {
      throw new PlenumException("wrong-state", "you have left the room");
    }
    // An address that is out of credit costs its peers what they tried.
    held.budget.spend(nowNs);
    if (address != null) {
      present.get(new Key(null, address)).budget.spend(nowNs);
    }
  }

  /** Budgets that are remembered. */
  int size() {
    return present.size() + departed.size();
  }
}
