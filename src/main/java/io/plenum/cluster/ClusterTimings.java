package io.plenum.cluster;

/** How long things take between nodes, in nanoseconds, and why. */
public final class ClusterTimings {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;

  /** Rows and plans are compared this often, whatever happens (design §4 rule 2). */
  public static final long RECONCILE_NS = 10 * SECOND;
  /** A change is repeated in the digests of this time: five messages would have to be lost for one to need asking. */
  public static final long REPEAT_CHANGES_NS = 4 * SECOND;
  /** Digests follow each other this fast while something has changed lately … */
  public static final long DIGEST_NS = SECOND;
  /** … and this fast when nothing has: they only find what all the others failed to tell. */
  public static final long IDLE_DIGEST_NS = 5 * SECOND;
  /** Messages overtake each other by less than this: no need to ask for one that is missing only since then. */
  public static final long REORDER_NS = 200 * MS;
  /** Between two requests for the state of one owner. */
  public static final long STATE_RETRY_NS = 500 * MS;
  /**
   * A registry that has not answered by then counts as failed; Hazelcast's own stall in a partition is about as long.
   */
  public static final long REGISTRY_DEADLINE_NS = 5 * SECOND;
  /**
   * A room that opens waits so long for its first look at the registry, which takes a few milliseconds when all is well. When it
   * stalls, the other nodes tell the newcomer in this time: a digest and the question for their state take {@link #REORDER_NS}
   * each. No client shall wait longer to be let in.
   */
  public static final long FIRST_STATE_NS = 500 * MS;
  /** Pause after a registry operation that failed. */
  public static final long REGISTRY_RETRY_NS = SECOND;
  /** Between two sendings of a signal request whose answer has not come. */
  public static final long SIGNAL_RETRY_NS = 500 * MS;
  /** A request without an answer fails, and all who waited for it. */
  public static final long SIGNAL_DEADLINE_NS = 4 * SECOND;
  /** Creating, connecting and consuming on our own routers; more means that the loop is stuck. */
  public static final long MEDIA_DEADLINE_NS = 8 * SECOND;
  /** First pause after a failed set-up; doubled each time … */
  public static final long BACK_OFF_NS = 500 * MS;
  /** … up to this. */
  public static final long MAX_BACK_OFF_NS = 8 * SECOND;
  /** The whole of what is wanted over a pipe is said again this often. */
  public static final long WANT_NS = 2 * SECOND;
  /** Scores are told at most this often: they change with every report of a bad path. */
  public static final long SCORES_NS = 500 * MS;
  /** Media keeps crossing this long after the last consumer has gone: it often comes back. */
  public static final long LINGER_NS = 5 * SECOND;
  /** Fewer layers are asked for only when this long nobody wanted the higher ones. */
  public static final long LAYERS_DOWN_NS = 2 * SECOND;
  /** A pipe with nothing on it is kept this long. */
  public static final long PIPE_LINGER_NS = 5 * SECOND;
  /** Our own pings between nodes. */
  public static final long PING_NS = SECOND;
  /** No sign of life for this long: suspected. */
  public static final long SILENCE_NS = 2_500 * MS;
  /** If our own timer comes this late, it was us who were away. */
  public static final long OWN_PAUSE_NS = 1_500 * MS;
  /**
   * Rows of ours that should not be there (an operation that was given up took effect late) are looked for this often.
   */
  public static final long SWEEP_NS = 30 * SECOND;

  /** While a later life of our serverId is a member, we look this often whether it has taken over. */
  public static final long LATER_LIFE_NS = SECOND;

  private ClusterTimings() {}

  /** The pause after so many failures in a row. */
  static long backOffNs(int failures) {
    return Math.min(MAX_BACK_OFF_NS, BACK_OFF_NS << Math.min(failures - 1, 10));
  }
}
