package io.plenum.bench;

import java.util.Arrays;

/** How far one join had come when: nanoseconds since just before its WebSocket was asked for. */
final class JoinTimes {
  /** In the order in which a client takes them, but that {@link #OFFERED} may come before {@link #JOINED}. */
  enum Step {
    /** The WebSocket is open. */
    OPEN("open"),
    /** The server has said what its router can do. */
    CAPABILITIES("capabilities"),
    /** The receiving transport's addresses and passwords are here. */
    TRANSPORT("transport"),
    /** The first check was answered. */
    ICE("ice"),
    /** SRTP keys are here. */
    DTLS("dtls"),
    /** The join was answered. */
    JOINED("joined"),
    /** The first consumer was offered. */
    OFFERED("offered"),
    /** The first packet of that consumer was authenticated. */
    FIRST_PACKET("firstPacket");

    final String label;

    Step(String label) {
      this.label = label;
    }
  }

  private static final long NOT_YET = -1;

  private final long startNs;
  private final long[] elapsedNs = new long[Step.values().length];

  JoinTimes(long startNs) {
    this.startNs = startNs;
    Arrays.fill(elapsedNs, NOT_YET);
  }

  /** Only the first time counts. Steps are taken on several threads, each handing over to the next. */
  void reached(Step step, long nowNs) {
    if (elapsedNs[step.ordinal()] == NOT_YET) {
      elapsedNs[step.ordinal()] = nowNs - startNs;
    }
  }

  long elapsedNs(Step step) {
    if (elapsedNs[step.ordinal()] == NOT_YET) {
      throw new IllegalStateException("never came to " + step.label);
    }
    return elapsedNs[step.ordinal()];
  }
}
