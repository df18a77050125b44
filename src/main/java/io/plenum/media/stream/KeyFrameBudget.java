package io.plenum.media.stream;

import io.plenum.protocol.TokenBucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How often the streams of one simulcast producer may be asked for key frames together: all of them once and one more at
 * once, then one in {@link KeyFrameRequester#DEFAULT_MIN_INTERVAL_NS}, or a consumer that goes from layer to layer would get
 * the publisher to make them four times as often as one that stays. Of those who wait for it, whoever has waited longest is
 * next.
 */
public final class KeyFrameBudget {
  private final TokenBucket requests;
  /** In the order in which they came. */
  private final List<KeyFrameRequester> waiting;

  public KeyFrameBudget(int streams) {
    requests = new TokenBucket(streams + 1, Duration.ofNanos(KeyFrameRequester.DEFAULT_MIN_INTERVAL_NS));
    waiting = new ArrayList<>(streams);
  }

  /** True if {@code who} may ask now; otherwise it waits in line from now on. */
  boolean take(KeyFrameRequester who, long nowNs) {
    for (int place = 0; place < waiting.size() && waiting.get(place) != who; place++) {
      if (waiting.get(place).ownNextNs() <= nowNs) {
        await(who);
        return false;
      }
    }
    if (requests.take(1, nowNs)) {
      leave(who);
      return true;
    }
    await(who);
    return false;
  }

  private void await(KeyFrameRequester who) {
    if (!waiting.contains(who)) {
      waiting.add(who);
    }
  }

  /** Wants none any more. */
  void leave(KeyFrameRequester who) {
    waiting.remove(who);
  }

  /** When there is credit for the next. */
  long nextNs() {
    return requests.nextUnitNs();
  }
}
