package io.plenum.media.parameters;

import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;

/** Draws SSRCs that are free. */
public final class SsrcSource {
  /** Nine digits, as mediasoup draws them: never the probator's 1234, positive as an int, and easy to read in a log. */
  private static final long MIN_SSRC = 100_000_000;
  private static final long MAX_SSRC = 999_999_999;
  /** With a thousand taken of 900 million, a second try is already rare: more means the predicate is wrong. */
  private static final int MAX_TRIES = 1_000;

  private final RandomGenerator random;
  private final LongPredicate taken;

  /** @param taken whether an SSRC is in use where these will be; asked before each is given out */
  public SsrcSource(RandomGenerator random, LongPredicate taken) {
    this.random = random;
    this.taken = taken;
  }

  public SsrcSource(RandomGenerator random) {
    this(random, ssrc -> false);
  }

  /** The first of {@code count} consecutive SSRCs, all of them free now. Nothing is reserved by asking. */
  public long next(int count) {
    for (int i = 0; i < MAX_TRIES; i++) {
      long first = random.nextLong(MIN_SSRC, MAX_SSRC - count + 2);
      if (allFree(first, count)) {
        return first;
      }
    }
    throw new IllegalStateException("no free run of " + count + " SSRCs");
  }

  private boolean allFree(long first, int count) {
    for (long ssrc = first; ssrc < first + count; ssrc++) {
      if (taken.test(ssrc)) {
        return false;
      }
    }
    return true;
  }
}
