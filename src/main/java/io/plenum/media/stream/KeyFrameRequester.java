package io.plenum.media.stream;

import io.plenum.protocol.TokenBucket;
import java.time.Duration;

/**
 * Asks the sender of one SSRC for a key frame, and again if none comes, but not more often than it can bear: two requests may
 * follow each other soon, so that who joins right behind another need not wait long; then one in each interval. However many
 * want one, they share the request.
 */
public final class KeyFrameRequester {
  public interface Sink {
    void requestKeyFrame(int ssrc);
  }

  private enum State {
    /** Nobody waits. */
    IDLE,
    /** Somebody wants one, but there have been too many requests lately. */
    DELAYED,
    /** Asked; the key frame has not come. */
    PENDING
  }

  /** An encoder answers within a few hundred milliseconds; after this the request, or the answer, was lost. */
  public static final long RETRY_INTERVAL_NS = 1_000_000_000;
  /** Key frames are large: a consumer that complains all the time must not get more than two a second for all. */
  public static final long DEFAULT_MIN_INTERVAL_NS = 500_000_000;
  /**
   * Between two requests that follow each other soon. libwebrtc, and with it every browser, ignores a request within 300 ms of
   * the one before, and who sent it would wait for {@link #RETRY_INTERVAL_NS}; the rest is for requests that the network brings
   * closer together.
   */
  public static final long MIN_SPACING_NS = 350_000_000;
  /** How many may follow each other soon. */
  private static final int BURST = 2;

  private final int ssrc;
  private final Sink sink;
  /** Null if there is no limit. */
  private final TokenBucket requests;
  /** Null if there is none. */
  private final KeyFrameBudget budget;
  private State state = State.IDLE;
  private boolean retryWanted;
  private boolean asked;
  private long lastRequestNs;

  public KeyFrameRequester(int ssrc, long minIntervalNs, Sink sink) {
    this(ssrc, minIntervalNs, null, sink);
  }

  /**
   * @param minIntervalNs in which one more request may be made, {@link #MIN_SPACING_NS} or more; 0 for no limit
   * @param budget shared with others, or null
   */
  KeyFrameRequester(int ssrc, long minIntervalNs, KeyFrameBudget budget, Sink sink) {
    this.ssrc = ssrc;
    this.requests = minIntervalNs == 0 ? null : new TokenBucket(BURST, Duration.ofNanos(minIntervalNs));
    this.budget = budget;
    this.sink = sink;
  }

  public void onKeyFrameWanted(long nowNs) {
    if (state == State.PENDING) {
      retryWanted = true;
    } else {
      requestIfAllowed(nowNs, true);
    }
  }

  /** A key frame came, asked for or not: whoever waited has it. */
  public void onKeyFrame() {
    if (budget != null) {
      budget.onKeyFrame();
      if (state == State.DELAYED) {
        budget.leave(this);
      }
    }
    state = State.IDLE;
  }

  public void onTimeout(long nowNs) {
    if (nowNs < nextDeadlineNs()) {
      return;
    }
    if (state == State.DELAYED) {
      requestIfAllowed(nowNs, retryWanted);
    } else if (retryWanted) {
      // Once by ourselves; a third time only if somebody still wants it.
      requestIfAllowed(nowNs, false);
    } else {
      state = State.IDLE;
    }
  }

  public long nextDeadlineNs() {
    return switch (state) {
      case IDLE -> Long.MAX_VALUE;
      case DELAYED -> budget == null ? ownNextNs() : Math.max(ownNextNs(), budget.nextNs());
      case PENDING -> lastRequestNs + RETRY_INTERVAL_NS;
    };
  }

  /** When it may ask again as far as it is concerned; any time if that lies in the past. */
  long ownNextNs() {
    if (requests == null || !asked) {
      return Long.MIN_VALUE;
    }
    return Math.max(requests.nextUnitNs(), lastRequestNs + MIN_SPACING_NS);
  }

  private void requestIfAllowed(long nowNs, boolean retry) {
    retryWanted = retry;
    if (nowNs < ownNextNs() || budget != null && !budget.take(this, nowNs)) {
      state = State.DELAYED;
      return;
    }
    state = State.PENDING;
    asked = true;
    lastRequestNs = nowNs;
    if (requests != null) {
      requests.take(1, nowNs);
    }
    sink.requestKeyFrame(ssrc);
  }
}
