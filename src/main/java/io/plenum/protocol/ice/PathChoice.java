package io.plenum.protocol.ice;

/**
 * The choice of the tuple that packets are sent to: media goes where the peer's authentic packets come from.
 *
 * <ul>
 *   <li>The tuple that brought the newest authentic packet (SRTP, SRTCP, DTLS data) is selected. Before there are keys, the
 *       one that brought the last handshake record is: a client begins DTLS on a pair that it knows to work both ways.
 *   <li>Nominations choose at once where nothing has come yet: before DTLS, and after an ICE restart. Some clients
 *       nominate every pair that they check (Firefox), also those on which none of our answers arrives.
 *   <li>Against a tuple that is proven, a nomination has to wait until that one has been silent for {@link #SILENCE_NS}:
 *       the client has moved and has nothing to say. A packet that comes on the proven tuple later than those that were
 *       on their way ({@link #IN_FLIGHT_NS}) says that it has not moved, and ends the wait.
 * </ul>
 */
final class PathChoice {
  /**
   * Twice the interval of a video receiver's reports. Only who sends no media, receives no picture and moves to another
   * network has nothing authentic to say for so long (reports on sound alone come each 2.5 to 7.5 s).
   */
  static final long SILENCE_NS = 2_000_000_000L;
  /** The difference between the delays of two paths of one client, generously. */
  static final long IN_FLIGHT_NS = 500_000_000L;

  /** Evidence that the selected tuple is in use, weakest first. */
  enum Proof { NONE, HANDSHAKE, AUTHENTIC }

  private TransportTuple selected;
  private Proof proof = Proof.NONE;
  private long provenNs;
  /** Nominated while another was proven, or null. */
  private TransportTuple waiting;
  private long waitingSinceNs;

  /** Null: nowhere. */
  TransportTuple selected() {
    return selected;
  }

  Proof proof() {
    return proof;
  }

  /** Tells whether the selected tuple has brought something lately. */
  boolean isProven(long nowNs) {
    return proof != Proof.NONE && nowNs - provenNs < SILENCE_NS;
  }

  /** A valid check came from that tuple: better than nothing. */
  void onChecked(TransportTuple tuple) {
    if (selected == null) {
      select(tuple, Proof.NONE);
    }
  }

  void onNominated(TransportTuple tuple, long nowNs) {
    if (tuple == selected) {
      waiting = null;
    } else if (!isProven(nowNs)) {
      select(tuple, Proof.NONE);
    } else if (tuple != waiting) {
      waiting = tuple;
      waitingSinceNs = nowNs;
    }
  }

  /** The client repeats a check on that tuple, so our answer has not reached it there. */
  void onRepeated(TransportTuple tuple) {
    if (tuple == waiting) {
      waiting = null;
    }
  }

  /** A packet came from that tuple that proves so much, and is newer than what came before. */
  void onProof(TransportTuple tuple, Proof shown, long nowNs) {
    if (shown.compareTo(proof) < 0) {
      return;
    }
    if (tuple != selected) {
      select(tuple, shown);
    }
    proof = shown;
    provenNs = nowNs;
    if (waiting != null && nowNs - waitingSinceNs >= IN_FLIGHT_NS) {
      waiting = null;
    }
  }

  /** The client has begun ICE again: its nominations count at once until something authentic comes. */
  void onRestart() {
    proof = Proof.NONE;
    waiting = null;
  }

  /** The same addresses, another connection. */
  void onReplaced(TransportTuple old, TransportTuple young) {
    if (old == selected) {
      select(young, Proof.NONE);
    }
    if (old == waiting) {
      waiting = young;
    }
  }

  /** @param freshest of those that are left, or null */
  void onRemoved(TransportTuple tuple, TransportTuple freshest) {
    if (tuple == waiting) {
      waiting = null;
    }
    if (tuple == selected) {
      select(waiting == null ? freshest : waiting, Proof.NONE);
    }
  }

  void onTimeout(long nowNs) {
    if (waiting != null && nowNs - (provenNs + SILENCE_NS) >= 0) {
      select(waiting, Proof.NONE);
    }
  }

  /** When {@link #onTimeout} has something to do, Long.MAX_VALUE if never. */
  long nextDeadlineNs() {
    return waiting == null ? Long.MAX_VALUE : provenNs + SILENCE_NS;
  }

  private void select(TransportTuple tuple, Proof shown) {
    selected = tuple;
    proof = shown;
    waiting = null;
  }
}
