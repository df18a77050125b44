package io.plenum.server.dtls;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which of the handshakes that run end so that those that wait get their turn. Whoever passes ICE can begin a handshake and
 * fall silent; while there are slots for everybody it may stay until its time is over, but not at the expense of others.
 *
 * <p>A handshake is due when it has waited for its peer for some time, or when it has been running for a longer time whatever
 * comes, because a record now and then is cheap to send. Those that are due the longest go first, one for each that waits.
 * Whose they are is not asked: a lecture hall that joins at once comes from one address, and does not stand still.
 *
 * <p>Without state, threads and clock of its own; {@link DtlsHandshakes} asks it.
 */
final class StalledHandshakes {
  /** A handshake that has a slot. Its figures are written by other threads and may be a moment old. */
  interface Running {
    /** When its turn came. */
    long sinceNs();

    /** Since when it waits for its peer; {@code nowNs} if it is us who are busy with what has come. */
    long silentSinceNs(long nowNs);

    /** It has been asked to {@link #end} and has not left its slot yet. */
    boolean isEnding();

    void end(String reason);
  }

  /** A handshake and when it is due, as both were when we looked. */
  private record Due(Running handshake, long dueNs) {}

  private static final long MS = 1_000_000L;

  private final long silenceNs;
  private final long mostNs;

  /**
   * @param silenceNs how long nothing may come for a handshake
   * @param mostNs how long it may run
   */
  StalledHandshakes(long silenceNs, long mostNs) {
    this.silenceNs = silenceNs;
    this.mostNs = mostNs;
  }

  /**
   * Ends as many as are due, and wanted.
   *
   * @param waiting handshakes that wait for a slot
   * @return when to ask again, Long.MAX_VALUE if nobody waits
   */
  long makeRoom(Collection<? extends Running> running, int waiting, long nowNs) {
    if (waiting == 0) {
      return Long.MAX_VALUE;
    }
    int wanted = waiting;
    long againNs = nowNs + silenceNs;
    List<Due> due = new ArrayList<>();
    for (Running handshake : running) {
      long dueNs = dueNs(handshake, nowNs);
      if (handshake.isEnding()) {
        wanted--;
      } else if (dueNs - nowNs <= 0) {
        due.add(new Due(handshake, dueNs));
      } else if (dueNs - againNs < 0) {
        againNs = dueNs;
      }
    }
    due.sort(Comparator.comparingLong(each -> each.dueNs - nowNs));
    for (int i = 0; i < Math.min(wanted, due.size()); i++) {
      end(due.get(i).handshake, nowNs);
    }
    return againNs;
  }

  private void end(Running handshake, long nowNs) {
    long silentMillis = (nowNs - handshake.silentSinceNs(nowNs)) / MS;
    long runningMillis = (nowNs - handshake.sinceNs()) / MS;
    handshake.end("handshake was not done after " + runningMillis + " ms, of which the peer was silent for the last "
        + silentMillis + ", while others waited for their turn");
  }

  private long dueNs(Running handshake, long nowNs) {
    long silentTooLongNs = handshake.silentSinceNs(nowNs) + silenceNs;
    long tooLongNs = handshake.sinceNs() + mostNs;
    return silentTooLongNs - tooLongNs < 0 ? silentTooLongNs : tooLongNs;
  }
}
