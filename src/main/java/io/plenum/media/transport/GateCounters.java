package io.plenum.media.transport;

import io.plenum.media.Dump;

/** Datagrams that a transport's first gates dropped, by reason. */
final class GateCounters {
  private final long[] drops = new long[GateDrop.values().length];

  void count(GateDrop reason) {
    drops[reason.ordinal()]++;
  }

  long drops(GateDrop reason) {
    return drops[reason.ordinal()];
  }

  void dump(Dump out) {
    for (GateDrop reason : GateDrop.values()) {
      if (drops(reason) > 0) {
        out.value(reason.label(), drops(reason));
      }
    }
  }
}
