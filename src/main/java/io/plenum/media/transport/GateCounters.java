package io.plenum.media.transport;

import io.plenum.media.Dump;

/** Datagrams that a transport's first gates dropped. */
final class GateCounters {
  private long malformedStun;
  private long unverifiedTuple;
  private long unknownKind;
  private long tooEarly;
  private long unexpectedData;

  void onMalformedStun() {
    malformedStun++;
  }

  /** Not STUN, and from an address that has not passed an ICE check. */
  void onUnverifiedTuple() {
    unverifiedTuple++;
  }

  void onUnknownKind() {
    unknownKind++;
  }

  /** SRTP before there are keys. */
  void onTooEarly() {
    tooEarly++;
  }

  void onUnexpectedData() {
    unexpectedData++;
  }

  void dump(Dump out) {
    out.value("malformedStun", malformedStun)
        .value("unverifiedTuple", unverifiedTuple)
        .value("unknownKind", unknownKind)
        .value("tooEarly", tooEarly)
        .value("unexpectedData", unexpectedData);
  }
}
