package io.plenum.cluster;

import io.plenum.cluster.message.Notification;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.RoomChange;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/** This node's part of a room: the only truth about it. Every change gets the next generation. */
final class OwnRows {
  /** Changes that a digest repeats; a burst of more is told by state. */
  static final int MAX_REPEATED = 64;

  private record Told(RoomChange change, long untilNs) {}

  private final Owner owner;
  private final Map<RowKey, Row> rows = new LinkedHashMap<>();
  private final ArrayDeque<Told> recent = new ArrayDeque<>();
  private long generation;

  /** @param firstGeneration above all that this node used for the room before */
  OwnRows(Owner owner, long firstGeneration) {
    this.owner = owner;
    this.generation = firstGeneration;
  }

  Owner owner() {
    return owner;
  }

  long generation() {
    return generation;
  }

  Collection<Row> all() {
    return rows.values();
  }

  Row get(RowKey key) {
    return rows.get(key);
  }

  List<Row> snapshot() {
    return List.copyOf(rows.values());
  }

  /** @param row makes the row for the generation that it gets */
  RoomChange put(RoomEvent event, LongFunction<? extends Row> row, long nowNs) {
    Row made = row.apply(generation + 1);
    rows.put(made.key(), made);
    return told(event, made, null, nowNs);
  }

  /** Null if there is no such row. */
  RoomChange remove(RoomEvent event, RowKey key, long nowNs) {
    Row removed = rows.remove(key);
    return removed == null ? null : told(event, removed, null, nowNs);
  }

  RoomChange notify(Notification notification, long nowNs) {
    return told(RoomEvent.NOTIFICATION, null, notification, nowNs);
  }

  RoomChange leave(long nowNs) {
    rows.clear();
    recent.clear();
    return told(RoomEvent.ROOM_LEAVE, null, null, nowNs);
  }

  /** What a digest repeats. */
  List<RoomChange> recent(long nowNs) {
    while (!recent.isEmpty() && recent.peekFirst().untilNs <= nowNs) {
      recent.pollFirst();
    }
    List<RoomChange> changes = new ArrayList<>(recent.size());
    recent.forEach(told -> changes.add(told.change));
    return changes;
  }

  private RoomChange told(RoomEvent event, Row row, Notification notification, long nowNs) {
    generation++;
    RoomChange change = new RoomChange(event, generation, row, notification);
    if (recent.size() >= MAX_REPEATED) {
      recent.pollFirst();
    }
    recent.addLast(new Told(change, nowNs + ClusterTimings.REPEAT_CHANGES_NS));
    return change;
  }
}
