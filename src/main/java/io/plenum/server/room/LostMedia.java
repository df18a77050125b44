package io.plenum.server.room;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives a client whose transport carries nothing any more its time to do something about it; then it is lost. One that is told and
 * does nothing would sit in the room without sound and picture, in everybody's list, for as long as its signalling lives.
 *
 * <p>ICE may come back by itself, or by a restart. DTLS does not: the time is for the client to read what it was told, and for the
 * others to be told once and not twice if it comes back at once. Time as everywhere: {@code nowNs}.
 */
final class LostMedia {
  /** After consent has run out (30 s, RFC 7675), so that others see a silent peer go within 35 s. */
  static final long GRACE_NS = 4_000_000_000L;

  /** Why it is lost; the code and the sentence are what the client is told. */
  enum Cause {
    ICE_DISCONNECTED("media-lost", "your media has not reached us for a while"),
    DTLS_FAILED("dtls-failed", "a transport of yours could not be secured");

    private final String code;
    private final String sentence;

    Cause(String code, String sentence) {
      this.code = code;
      this.sentence = sentence;
    }

    String code() {
      return code;
    }

    String sentence() {
      return sentence;
    }
  }

  /** Told once for a transport; does not call back. */
  interface Sink {
    void onLostForGood(String transportId, Cause cause);
  }

  private record Loss(Cause cause, long dueNs) {}

  private final Sink sink;
  private final Map<String, Loss> losses = new LinkedHashMap<>();

  LostMedia(Sink sink) {
    this.sink = sink;
  }

  void onIceDisconnected(String transportId, long nowNs) {
    losses.putIfAbsent(transportId, new Loss(Cause.ICE_DISCONNECTED, nowNs + GRACE_NS));
  }

  /** A check has come: what ICE had lost is back. */
  void onIceUsable(String transportId) {
    Loss loss = losses.get(transportId);
    if (loss != null && loss.cause == Cause.ICE_DISCONNECTED) {
      losses.remove(transportId);
    }
  }

  void onDtlsFailed(String transportId, long nowNs) {
    losses.put(transportId, new Loss(Cause.DTLS_FAILED, nowNs + GRACE_NS));
  }

  /** Early or late calls do no harm. */
  void onTimeout(long nowNs) {
    for (Map.Entry<String, Loss> entry : List.copyOf(losses.entrySet())) {
      if (entry.getValue().dueNs <= nowNs) {
        losses.remove(entry.getKey());
        sink.onLostForGood(entry.getKey(), entry.getValue().cause);
      }
    }
  }

  /** When {@link #onTimeout} has something to do next, Long.MAX_VALUE if never. */
  long nextDeadlineNs() {
    return losses.values().stream().mapToLong(Loss::dueNs).min().orElse(Long.MAX_VALUE);
  }
}
