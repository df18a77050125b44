package io.plenum.cluster;

import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.RoomChange;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What this node knows of one other server's part of a room.
 *
 * <p>The owner numbers its changes. Up to {@link #floor} all are known; above it single ones may be ({@link #ahead}),
 * because messages overtake each other. So a change that comes twice or late is recognised by its number alone, and
 * what is closed stays closed: a removal below the floor needs no memory, one above it is kept as an entry without a
 * row until the floor has passed it.
 */
final class RemoteOwner {
  /** Changes known above the floor; beyond that only asking for the whole state helps. */
  static final int MAX_AHEAD = 256;

  /** Null row: removed. */
  private record Entry(long generation, Row row) {}

  private final Owner owner;
  private final Map<RowKey, Entry> entries = new HashMap<>();
  private final TreeSet<Long> ahead = new TreeSet<>();
  private long floor;
  private long head;
  private boolean lost;
  private boolean present;
  private boolean changed;

  RemoteOwner(Owner owner) {
    this.owner = owner;
  }

  Owner owner() {
    return owner;
  }

  long floor() {
    return floor;
  }

  /** Whether the owner has said more than is known here. */
  boolean behind() {
    return lost || head > floor;
  }

  /** Whether all that was known has been dropped. */
  boolean lost() {
    return lost;
  }

  /** Whether it is in the room, as far as is known. */
  boolean present() {
    return present;
  }

  /** All rows that are not removed. */
  void forEachRow(Consumer<Row> visitor) {
    for (Entry entry : entries.values()) {
      if (entry.row != null) {
        visitor.accept(entry.row);
      }
    }
  }

  Row row(RowKey key) {
    Entry entry = entries.get(key);
    return entry == null ? null : entry.row;
  }

  /** Whether rows have changed since the last time this was asked. */
  boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  /** The owner has come this far. */
  void onGeneration(long generation) {
    head = Math.max(head, generation);
  }

  /** @return the notification in it, if this is the first time it is heard; null otherwise */
  Notification onChange(RoomChange change) {
    long generation = change.generation();
    head = Math.max(head, generation);
    if (lost || generation <= floor || ahead.contains(generation) || ahead.size() >= MAX_AHEAD) {
      return null;
    }
    if (change.event() == RoomEvent.ROOM_ENTER || change.event() == RoomEvent.ROOM_LEAVE) {
      raiseFloor(generation);
      entries.values().removeIf(entry -> entry.generation < generation);
      present = change.event() == RoomEvent.ROOM_ENTER || !ahead.isEmpty();
      changed = true;
    } else {
      ahead.add(generation);
      present = true;
      if (change.row() != null && change.event() != null) {
        set(generation, change.row().key(), change.event().removes() ? null : change.row());
      }
    }
    settle();
    return change.event() == RoomEvent.NOTIFICATION ? change.notification() : null;
  }

  /** A row that the registry has: it may be old, and that others are missing there means nothing. */
  void onRow(Row row) {
    if (lost || row.generation() <= floor) {
      return;
    }
    head = Math.max(head, row.generation());
    present = true;
    set(row.generation(), row.key(), row);
  }

  /** All that the owner has at that generation, or, if it is not present, that it has nothing. */
  void onState(long generation, boolean nowPresent, List<Row> rows) {
    if (generation < floor || (generation == floor && !lost)) {
      return;
    }
    changed = true;
    entries.values().removeIf(entry -> entry.generation <= generation);
    for (Row row : rows) {
      set(row.generation(), row.key(), row);
    }
    if (ahead.isEmpty() || ahead.last() <= generation) {
      present = nowPresent;
    }
    lost = false;
    head = Math.max(head, generation);
    raiseFloor(generation);
    settle();
  }

  /** The server is gone; if this life of it comes back, its whole state is needed. */
  void onDown() {
    changed = true;
    entries.clear();
    ahead.clear();
    floor = Math.max(floor, head);
    lost = true;
    present = false;
  }

  private void set(long generation, RowKey key, Row row) {
    Entry known = entries.get(key);
    if (known == null || known.generation < generation) {
      entries.put(key, new Entry(generation, row));
      changed = true;
    }
  }

  private void raiseFloor(long generation) {
    floor = Math.max(floor, generation);
    ahead.headSet(floor, true).clear();
  }

  private void settle() {
    while (!ahead.isEmpty() && ahead.first() == floor + 1) {
      floor = ahead.pollFirst();
    }
    entries.values().removeIf(entry -> entry.row == null && entry.generation <= floor);
  }

  /** For tests of the limit. */
  Collection<?> remembered() {
    return entries.values();
  }
}
