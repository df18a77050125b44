package io.plenum.media.congestion;

/**
 * Puts packets that were sent together into one group and gives the distances between groups, at the sender and here
 * (draft-ietf-rmcat-gcc-02 §5.2, §5.3): a burst must not look like a queue.
 */
final class PacketGroups {
  /** §5.2: packets sent within so long are one group. */
  static final long GROUP_NS = 5_000_000L;
  /** A burst that a queue let go at once is no longer than this. */
  private static final long MAX_BURST_NS = 100_000_000L;
  /** A longer silence, or a step of a clock, says nothing about a queue. */
  private static final long MAX_DELTA_NS = 3_000_000_000L;

  private static final class Group {
    private boolean present;
    private long firstSendNs;
    private long lastSendNs;
    private long firstArrivalNs;
    private long lastArrivalNs;

    private void begin(long sendNs, long arrivalNs) {
      present = true;
      firstSendNs = sendNs;
      lastSendNs = sendNs;
      firstArrivalNs = arrivalNs;
      lastArrivalNs = arrivalNs;
    }
  }

  private Group previous = new Group();
  private Group current = new Group();
  private long sendDeltaNs;
  private long arrivalDeltaNs;

  /** True if this packet begins a new group, so that the two groups before it can be compared. */
  boolean add(long sendNs, long arrivalNs) {
    if (!current.present) {
      current.begin(sendNs, arrivalNs);
      return false;
    }
    if (Math.abs(sendNs - current.lastSendNs) > MAX_DELTA_NS
        || Math.abs(arrivalNs - current.lastArrivalNs) > MAX_DELTA_NS) {
      previous.present = false;
      current.begin(sendNs, arrivalNs);
      return false;
    }
    if (sendNs < current.firstSendNs) {
      // Overtaken on the way: its own group is compared already.
      return false;
    }
    if (sendNs - current.firstSendNs <= GROUP_NS || isBurst(sendNs, arrivalNs)) {
      current.lastSendNs = Math.max(current.lastSendNs, sendNs);
      current.lastArrivalNs = Math.max(current.lastArrivalNs, arrivalNs);
      return false;
    }
    boolean comparable = previous.present;
    if (comparable) {
      sendDeltaNs = current.lastSendNs - previous.lastSendNs;
      arrivalDeltaNs = current.lastArrivalNs - previous.lastArrivalNs;
    }
    Group next = previous;
    previous = current;
    current = next;
    current.begin(sendNs, arrivalNs);
    return comparable;
  }

  /** Sent later than the group but come right behind it: a queue on the way has let them go together. */
  private boolean isBurst(long sendNs, long arrivalNs) {
    long sinceLastArrivalNs = arrivalNs - current.lastArrivalNs;
    long sinceLastSendNs = sendNs - current.lastSendNs;
    return sinceLastArrivalNs < sinceLastSendNs && sinceLastArrivalNs <= GROUP_NS
        && arrivalNs - current.firstArrivalNs < MAX_BURST_NS;
  }

  long sendDeltaNs() {
    return sendDeltaNs;
  }

  long arrivalDeltaNs() {
    return arrivalDeltaNs;
  }

  /** When the older of what was compared last had all come. */
  long arrivalNs() {
    return previous.lastArrivalNs;
  }
}
