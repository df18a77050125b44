package io.plenum.media.stream;

/**
 * Asks the sender of one SSRC for a key frame, and again if none comes, but never more often than it can bear. However
 * many want one, they share the request.
 */
public final class KeyFrameRequester {
  public interface Sink {
    void requestKeyFrame(int ssrc);
  }

  private enum State {
    /** Nobody waits. */
    IDLE,
    /** Somebody wants one, but the last request is too fresh. */
    DELAYED,
    /** Asked; the key frame has not come. */
    PENDING
  }

  /** An encoder answers within a few hundred milliseconds; after this the request, or the answer, was lost. */
  public static final long RETRY_INTERVAL_NS = 1_000_000_000;
  /** Key frames are large: a consumer that complains all the time must not get more than two a second for all. */
  public static final long DEFAULT_MIN_INTERVAL_NS = 500_000_000;

  private final int ssrc;
  private final long minIntervalNs;
  private final Sink sink;
  private State state = State.IDLE;
  private boolean retryWanted;
  private boolean asked;
  private long lastRequestNs;

  /** @param minIntervalNs between two requests, 0 for none; at most {@link #RETRY_INTERVAL_NS} delays no retry */
  public KeyFrameRequester(int ssrc, long minIntervalNs, Sink sink) {
    this.ssrc = ssrc;
    this.minIntervalNs = minIntervalNs;
    this.sink = sink;
  }

  public void onKeyFrameWanted(long nowNs) {
    if (state == State.PENDING) {
      retryWanted = true;
    } else if (asked && nowNs - lastRequestNs < minIntervalNs) {
      state = State.DELAYED;
    } else {
      request(nowNs, true);
    }
  }

  /** A key frame came, asked for or not: whoever waited has it. */
  public void onKeyFrame() {
    state = State.IDLE;
  }

  public void onTimeout(long nowNs) {
    if (nowNs < nextDeadlineNs()) {
      return;
    }
    if (state == State.DELAYED) {
      request(nowNs, true);
    } else if (retryWanted) {
      // Once by ourselves; a third time only if somebody still wants it.
      request(nowNs, false);
    } else {
      state = State.IDLE;
    }
  }

  public long nextDeadlineNs() {
    return switch (state) {
      case IDLE -> Long.MAX_VALUE;
      case DELAYED -> lastRequestNs + minIntervalNs;
      case PENDING -> lastRequestNs + Math.max(RETRY_INTERVAL_NS, minIntervalNs);
    };
  }

  private void request(long nowNs, boolean retry) {
    state = State.PENDING;
    retryWanted = retry;
    asked = true;
    lastRequestNs = nowNs;
    sink.requestKeyFrame(ssrc);
  }
}
