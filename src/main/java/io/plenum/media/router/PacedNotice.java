package io.plenum.media.router;

/**
 * Tells the room of something that can change with every packet of a hostile peer: the first change at once, what changes
 * within the second after that once more when it is over, with the value of then. On the router's loop.
 */
final class PacedNotice {
  static final long INTERVAL_NS = 1_000_000_000L;

  private final Router router;
  private final Transport transport;
  private final Runnable tell;
  /** Null until something had to wait: of most it never does. */
  private DeadlineQueue.Wake wake;
  private boolean told;
  private long toldNs;
  private boolean due;
  private boolean cancelled;

  /**
   * @param transport whose fault it is when telling fails
   * @param tell enqueues, and does not call back
   */
  PacedNotice(Router router, Transport transport, Runnable tell) {
    this.router = router;
    this.transport = transport;
    this.tell = tell;
  }

  void onChange(long nowNs) {
    if (cancelled || due) {
      return;
    }
    if (!told || nowNs - toldNs >= INTERVAL_NS) {
      tell(nowNs);
      return;
    }
    due = true;
    if (wake == null) {
      wake = router.environment().deadlines().add(this::onTimeout);
    }
    wake.by(toldNs + INTERVAL_NS);
  }

  /** What has not been told is not told any more. */
  void cancel() {
    cancelled = true;
    if (wake != null) {
      wake.cancel();
    }
  }

  private void tell(long nowNs) {
    told = true;
    toldNs = nowNs;
    due = false;
    tell.run();
  }

  private long onTimeout(long nowNs) {
    try {
      if (due && nowNs - toldNs >= INTERVAL_NS) {
        tell(nowNs);
      }
    } catch (RuntimeException fault) {
      router.onFault(transport, fault, nowNs);
    }
    return due ? toldNs + INTERVAL_NS : Long.MAX_VALUE;
  }
}
