package io.plenum.protocol.sctp;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fragments by number, joined into runs without a hole; a run from a first to a last fragment is a message. A fragment
 * costs a look into a tree however many there are, so nobody makes us search by sending pieces that never end.
 */
final class FragmentRuns {
  /** Neighbours. Never reaches over a fragment that begins or ends a message. */
  static final class Run {
    /** Most messages have few fragments. */
    private static final int INITIAL_CAPACITY = 2;

    private final ArrayDeque<Fragment> fragments = new ArrayDeque<>(INITIAL_CAPACITY);
    private long first;
    private long last;
    private int payloadBytes;
    private int cost;

    boolean isWhole() {
      return fragments.getFirst().begin() && fragments.getLast().end();
    }

    int payloadBytes() {
      return payloadBytes;
    }

    int cost() {
      return cost;
    }

    private void append(Fragment fragment) {
      fragments.addLast(fragment);
      count(fragment);
    }

    private void prepend(Fragment fragment) {
      fragments.addFirst(fragment);
      count(fragment);
    }

    private void count(Fragment fragment) {
      payloadBytes += fragment.payload().length;
      cost += fragment.cost();
    }

    SctpMessage join(int streamId) {
      byte[] payload = new byte[payloadBytes];
      int at = 0;
      for (Fragment fragment : fragments) {
        System.arraycopy(fragment.payload(), 0, payload, at, fragment.payload().length);
        at += fragment.payload().length;
      }
      return new SctpMessage(streamId, fragments.getFirst().payloadProtocolId(), payload);
    }
  }

  private final TreeMap<Long, Run> runs = new TreeMap<>();

  /**
   * Puts a fragment in its place.
   *
   * @return the run it is in now, which stays here until {@link #remove}; null if that number is taken
   */
  Run add(long number, Fragment fragment) {
    Map.Entry<Long, Run> floor = runs.floorEntry(number);
    Run before = floor == null ? null : floor.getValue();
    if (before != null && before.last >= number) {
      return null;
    }
    Run run = append(before, number, fragment);
    Run after = fragment.end() ? null : runs.get(number + 1);
    return after == null || after.fragments.getFirst().begin() ? run : merge(run, after);
  }

  private Run append(Run before, long number, Fragment fragment) {
    if (before != null && before.last == number - 1 && !fragment.begin() && !before.fragments.getLast().end()) {
      before.append(fragment);
      before.last = number;
      return before;
    }
    Run run = new Run();
    run.append(fragment);
    run.first = number;
    run.last = number;
    runs.put(number, run);
    return run;
  }

  /** The shorter goes into the longer, so that no order of arrival moves a fragment often. */
  private Run merge(Run run, Run after) {
    runs.remove(after.first);
    if (run.fragments.size() >= after.fragments.size()) {
      after.fragments.forEach(run::append);
      run.last = after.last;
      return run;
    }
    for (Iterator<Fragment> i = run.fragments.descendingIterator(); i.hasNext(); ) {
      after.prepend(i.next());
    }
    after.first = run.first;
    runs.put(after.first, after);
    return after;
  }

  void remove(Run run) {
    runs.remove(run.first);
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** Drops all runs that begin at or before the number; returns what they had cost. */
  int removeUpTo(long number) {
    int cost = 0;
    while (!runs.isEmpty() && runs.firstKey() <= number) {
      cost += runs.pollFirstEntry().getValue().cost;
    }
    return cost;
  }

  /** What all of them cost. */
  int cost() {
    int cost = 0;
    for (Run run : runs.values()) {
      cost += run.cost;
    }
    return cost;
  }
}
