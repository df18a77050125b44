package io.plenum.protocol.sctp;

/** A deadline for something that is tried again, each time after twice the wait, a limited number of times (T1, T2). */
final class RetryTimer {
  private final int maxRetries;
  private long deadlineNs = Long.MAX_VALUE;
  private long waitNs;
  private int retries;

  RetryTimer(int maxRetries) {
    this.maxRetries = maxRetries;
  }

  /** From the beginning. */
  void start(long nowNs) {
    waitNs = SctpTimings.CONTROL_RETRY_NS;
    retries = 0;
    deadlineNs = nowNs + waitNs;
  }

  void stop() {
    deadlineNs = Long.MAX_VALUE;
  }

  boolean isRunning() {
    return deadlineNs != Long.MAX_VALUE;
  }

  boolean isExpired(long nowNs) {
    return deadlineNs <= nowNs;
  }

  /** Goes on waiting for the next try; false, and stopped, if that would be one too many. */
  boolean retry(long nowNs) {
    if (retries == maxRetries) {
      stop();
      return false;
    }
    retries++;
    waitNs = Math.min(2 * waitNs, SctpTimings.CONTROL_RETRY_MAX_NS);
    deadlineNs = nowNs + waitNs;
    return true;
  }

  long deadlineNs() {
    return deadlineNs;
  }
}
