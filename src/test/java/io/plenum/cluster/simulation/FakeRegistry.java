package io.plenum.cluster.simulation;

import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.RowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The shared maps as a partition leaves them: every side has its own copy, and a merge keeps what it likes. Answers
 * come late, an operation may be lost although it was answered, and while the registry stalls nothing happens until it
 * no longer does.
 */
final class FakeRegistry {
  private final Timeline time;
  private final RandomGenerator random;
  private final Map<Integer, Map<RowKey, Row>> sides = new TreeMap<>();
  private long stalledUntilNs;
  private int lives;
  double lostUpdates;

  FakeRegistry(Timeline time, RandomGenerator random) {
    this.time = time;
    this.random = random;
    sides.put(0, new HashMap<>());
  }

  void stall(long durationNs) {
    stalledUntilNs = Math.max(stalledUntilNs, time.nowNs() + durationNs);
  }

  Map<RowKey, Row> rows(int side) {
    return sides.get(side);
  }

  /** The last node that held a copy is gone; what is still on its way to it is lost. */
  void forgetAll() {
    sides.values().forEach(Map::clear);
    lives++;
  }

  /** A new side starts as a copy of what it was cut from. */
  void split(int from, int to) {
    sides.put(to, new HashMap<>(sides.get(from)));
  }

  /** The other side's rows that are missing here may or may not be taken over, differing ones are decided by chance. */
  void merge(int from, int into, double keep) {
    Map<RowKey, Row> target = sides.get(into);
    sides.remove(from).forEach((key, row) -> {
      if (random.nextDouble() < (target.containsKey(key) ? 0.5 : keep)) {
        target.put(key, row);
      }
    });
  }

  /** @param side of the asking node at the time when the operation takes effect; null when that node is no more */
  void put(Row row, java.util.function.Supplier<Integer> side, Runnable done) {
    later(() -> {
      Map<RowKey, Row> rows = rowsOf(side);
      if (rows != null && random.nextDouble() >= lostUpdates) {
        rows.put(row.key(), row);
      }
    }, done);
  }

  void removeIfOwner(RowKey key, Owner owner, java.util.function.Supplier<Integer> side, Runnable done) {
    later(() -> {
      Map<RowKey, Row> rows = rowsOf(side);
      Row row = rows == null ? null : rows.get(key);
      if (row != null && row.owner().equals(owner) && random.nextDouble() >= lostUpdates) {
        rows.remove(key);
      }
    }, done);
  }

  void fetch(java.util.function.Predicate<Row> which, java.util.function.Supplier<Integer> side,
      Consumer<List<Row>> then) {
    List<Row> found = new ArrayList<>();
    later(() -> {
      Map<RowKey, Row> rows = rowsOf(side);
      Collection<Row> all = rows == null ? List.of() : rows.values();
      all.stream().filter(which).forEach(found::add);
    }, () -> then.accept(found));
  }

  private Map<RowKey, Row> rowsOf(java.util.function.Supplier<Integer> side) {
    Integer number = side.get();
    return number == null ? null : sides.get(number);
  }

  private void later(Runnable effect, Runnable answer) {
    long effectNs = time.nowNs() + random.nextLong(Timeline.MS, 8 * Timeline.MS);
    if (effectNs < stalledUntilNs) {
      effectNs = stalledUntilNs + random.nextLong(500 * Timeline.MS);
    }
    int life = lives;
    time.at(effectNs, () -> {
      if (life == lives) {
        effect.run();
      }
      time.after(random.nextLong(Timeline.MS, 5 * Timeline.MS), answer);
    });
  }
}
