package io.plenum.server.web;

import io.plenum.server.ops.Metrics;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What the web layer counts. From any thread: a frame can be dropped on the loop of whoever sends it. */
final class SignalingCounters {
  /** Why a connection was refused before it was one. */
  enum Refused { ORIGIN, HOST, BAD_REQUEST, TOO_MANY, TOO_MANY_OF_ADDRESS }

  /** Why a frame, or what might have become one, was thrown away; mostly the connection goes with it. */
  enum Dropped { TOO_LARGE, MALFORMED, BINARY, SLOW_READER, NODE_FULL, NO_HELLO, SILENT, UNFINISHED }

  final LongAdder connections = new LongAdder();
  final LongAdder framesIn = new LongAdder();
  final LongAdder framesOut = new LongAdder();
  final LongAdder throttled = new LongAdder();
  final LongAdder requestsCut = new LongAdder();
  private final Map<Refused, LongAdder> refused = new EnumMap<>(Refused.class);
  private final Map<Dropped, LongAdder> dropped = new EnumMap<>(Dropped.class);

  SignalingCounters() {
    for (Refused reason : Refused.values()) {
      refused.put(reason, new LongAdder());
    }
    for (Dropped reason : Dropped.values()) {
      dropped.put(reason, new LongAdder());
    }
  }

  void refused(Refused reason) {
    refused.get(reason).increment();
  }

  void dropped(Dropped reason) {
    dropped.get(reason).increment();
  }

  long count(Refused reason) {
    return refused.get(reason).sum();
  }

  long count(Dropped reason) {
    return dropped.get(reason).sum();
  }

  void show(Metrics metrics) {
    metrics.counter("signaling_connections", "signalling connections opened", connections::sum);
    metrics.counter("signaling_frames", "signalling frames received", framesIn::sum);
    metrics.counter("signaling_frames_sent", "signalling frames sent", framesOut::sum);
    metrics.counter("signaling_throttled", "times that a client was made to wait", throttled::sum);
    metrics.counter("http_requests_cut", "HTTP connections cut for being slow or too many", requestsCut::sum);
    refused.forEach((reason, count) ->
        metrics.counter("signaling_refused", name(reason), "connections refused", count::sum));
    dropped.forEach((reason, count) ->
        metrics.counter("signaling_dropped", name(reason), "signalling input or output thrown away", count::sum));
  }

  private static String name(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
