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
 *
 * <p>Browsers answer a request for one stream with key frames of all, and ignore the next for any of them for a while: once one
 * has come, all keep {@link KeyFrameRequester#MIN_SPACING_NS}.
 */
public final class KeyFrameBudget {
  private final TokenBucket requests;
  /** In the order in which they came. */
  private final List<KeyFrameRequester> waiting;
  /** When the next request may follow the last one, once that is answered. */
  private long afterAnswerNs = Long.MIN_VALUE;
  /** The same from the answer on; before it, any time: all streams may be asked in one instant. */
  private long nextRequestNs = Long.MIN_VALUE;

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
    if (nowNs >= nextRequestNs && requests.take(1, nowNs)) {
      leave(who);
      nextRequestNs = Long.MIN_VALUE;
      afterAnswerNs = nowNs + KeyFrameRequester.MIN_SPACING_NS;
      return true;
    }
    await(who);
    return false;
  }

  /** A key frame of one of the streams came. */
  void onKeyFrame() {
    nextRequestNs = afterAnswerNs;
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
    return Math.max(requests.nextUnitNs(), nextRequestNs);
  }
}
