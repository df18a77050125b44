package io.plenum.server.dtls;

import io.plenum.protocol.dtls.DtlsDrop;
import io.plenum.protocol.wire.Malformed;
import java.util.concurrent.atomic.LongAdder;

/** What happened to DTLS on this node since it started. Written by every loop, read by {@code /metrics}. */
public final class DtlsCounters {
  private final LongAdder[] drops = adders(DtlsDrop.values().length);
  private final LongAdder[] malformed = adders(Malformed.values().length);
  private final LongAdder started = new LongAdder();
  private final LongAdder connected = new LongAdder();
  private final LongAdder[] failed = adders(DtlsFailure.values().length);

  void onDrop(DtlsDrop reason) {
    drops[reason.ordinal()].increment();
  }

  void onMalformed(Malformed reason) {
    malformed[reason.ordinal()].increment();
  }

  void onStarted() {
    started.increment();
  }

  void onConnected() {
    connected.increment();
  }

  void onFailed(DtlsFailure reason) {
    failed[reason.ordinal()].increment();
  }

  /** Records that were well-formed but not worth handing to the library: {@code dtls_dropped_total{reason}}. */
  public long dropped(DtlsDrop reason) {
    return drops[reason.ordinal()].sum();
  }

  /** Datagrams that were not (only) DTLS records: {@code dtls_malformed_total{reason}}. */
  public long malformed(Malformed reason) {
    return malformed[reason.ordinal()].sum();
  }

  /** Handshakes begun. */
  public long started() {
    return started.sum();
  }

  /** Handshakes that ended with SRTP keys. */
  public long connected() {
    return connected.sum();
  }

  /** Sessions that ended with an error, before or after the handshake. */
  public long failed() {
    long sum = 0;
    for (LongAdder reason : failed) {
      sum += reason.sum();
    }
    return sum;
  }

  /** Those of them that ended for this reason: {@code dtls_failed_total{reason}}. */
  public long failed(DtlsFailure reason) {
    return failed[reason.ordinal()].sum();
  }

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }
}
