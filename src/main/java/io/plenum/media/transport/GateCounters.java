package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.router.DropTotals;
import io.plenum.protocol.ice.IceDrop;
import io.plenum.protocol.srtp.SrtpDrop;

/** Datagrams that a transport's first gates dropped, by reason. */
final class GateCounters {
  private final long[] drops = new long[GateDrop.values().length];
  private final long[] totals;
  private final long[] srtpTotals;
  private final long[] iceTotals;

  GateCounters(DropTotals loop) {
    this.totals = loop.of(GateDrop.class);
    this.srtpTotals = loop.of(SrtpDrop.class);
    this.iceTotals = loop.of(IceDrop.class);
  }

  void count(GateDrop reason) {
    drops[reason.ordinal()]++;
    totals[reason.ordinal()]++;
  }

  /** SRTP's own word for what it refused; the transport's share is counted there. */
  void countSrtp(int refusal) {
    srtpTotals[SrtpDrop.of(refusal).ordinal()]++;
  }

  /** ICE counts its own as well. */
  void countIce(IceDrop reason) {
    iceTotals[reason.ordinal()]++;
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
