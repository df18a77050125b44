package io.plenum.media.stream;

/**
 * Unwraps the 16-bit sequence numbers of one received SSRC and says which packets are new (RFC 3550 §A.1). The
 * unwrapped sequence only grows, also when the sender starts again elsewhere, so that it can be the key of a packet
 * for as long as the stream lives. No probation: what comes here has been authenticated by SRTP.
 */
public final class SequenceTracker {
  /** RFC 3550 §A.1: a larger step ahead is not loss but another sender, or nonsense. */
  public static final int MAX_DROPOUT = 3000;
  /** Packets that come later than this many others are not used (RFC 3550 §A.1 has 100; browsers burst far more). */
  public static final int MAX_MISORDER = 1500;
  /** Retransmissions may come later than packets that were merely reordered: as late as we still ask for them. */
  public static final int MAX_RECOVERY_AGE = NackGenerator.MAX_AGE;

  /** Packets behind the highest whose arrival is remembered; a power of two above {@link #MAX_RECOVERY_AGE}. */
  private static final int WINDOW = 16_384;
  /** The first packet gets cycle one, so that packets from before it are not negative. */
  private static final long FIRST_CYCLE = 1L << 16;

  private final SequenceBits seen = new SequenceBits(WINDOW);
  private boolean started;
  private long base;
  private long highest;
  private long sequence = -1;
  /** The number that would confirm a restart, or -1. */
  private int restartCandidate = -1;

  /** A packet came on the media SSRC. If it is accepted, {@link #sequence()} is its number. */
  public Acceptance onPacket(int sequenceNumber) {
    if (!started) {
      started = true;
      begin(FIRST_CYCLE + sequenceNumber);
      return Acceptance.ACCEPTED;
    }
    int ahead = sequenceNumber - (int) highest & 0xffff;
    if (ahead < MAX_DROPOUT) {
      restartCandidate = -1;
      return ahead == 0 ? Acceptance.DUPLICATE : advance(highest + ahead);
    }
    int behind = 0x10000 - ahead;
    if (behind <= MAX_MISORDER) {
      base = Math.min(base, highest - behind);
      return late(highest - behind);
    }
    if (sequenceNumber == restartCandidate) {
      begin((highest >> 16) + 1 << 16 | sequenceNumber);
      return Acceptance.RESTARTED;
    }
    restartCandidate = sequenceNumber + 1 & 0xffff;
    return behind < ahead ? Acceptance.TOO_OLD : Acceptance.INVALID;
  }

  /** A packet was restored from a retransmission. If it is accepted, {@link #sequence()} is its number. */
  public Acceptance onRecovered(int sequenceNumber) {
    if (!started) {
      return Acceptance.INVALID;
    }
    int ahead = (short) (sequenceNumber - (int) highest);
    if (ahead > 0) {
      return ahead < MAX_DROPOUT ? advance(highest + ahead) : Acceptance.INVALID;
    }
    return -ahead > MAX_RECOVERY_AGE ? Acceptance.TOO_OLD : late(highest + ahead);
  }

  /** The unwrapped sequence of the last accepted packet; -1 before the first. */
  public long sequence() {
    return sequence;
  }

  public boolean started() {
    return started;
  }

  public long highest() {
    return highest;
  }

  /** Packets that should have come since the first, or since the last restart. */
  public long expected() {
    return started ? highest - base + 1 : 0;
  }

  /** For a reception report: cycles above the 16 bits, counted from zero. */
  public long extendedHighestSequence() {
    return started ? highest - FIRST_CYCLE & 0xffff_ffffL : 0;
  }

  private void begin(long first) {
    seen.clear(first, first + WINDOW);
    base = first;
    highest = first;
    sequence = first;
    restartCandidate = -1;
    seen.set(first);
  }

  private Acceptance advance(long newest) {
    seen.clear(highest + 1, newest - 1);
    highest = newest;
    sequence = newest;
    seen.set(newest);
    return Acceptance.ACCEPTED;
  }

  private Acceptance late(long lateSequence) {
    if (seen.get(lateSequence)) {
      return Acceptance.DUPLICATE;
    }
    sequence = lateSequence;
    seen.set(lateSequence);
    return Acceptance.ACCEPTED;
  }
}
