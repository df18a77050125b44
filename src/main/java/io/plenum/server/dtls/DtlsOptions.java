package io.plenum.server.dtls;

import io.plenum.protocol.srtp.SrtpProfile;
import java.util.List;

/**
 * The timings and limits of DTLS on a node.
 *
 * @param handshakeTimeoutMillis how long one handshake may take, waiting for a thread included
 * @param resendMillis how long we wait for the peer before we repeat a flight; doubles each time
 * @param maxHandshakes handshakes that run at once
 * @param maxWaitingHandshakes handshakes that may wait for their turn; more fail at once
 * @param stalledMillis while others wait: how long a handshake may run without a record from its peer
 * @param slowMillis while others wait: how long a handshake may run at all
 * @param profiles the SRTP profiles we take, the most wanted first
 */
public record DtlsOptions(int handshakeTimeoutMillis, int resendMillis, int maxHandshakes, int maxWaitingHandshakes,
    int stalledMillis, int slowMillis, List<SrtpProfile> profiles) {
  /** A peer that has answered ICE but cannot finish in this time will not finish. */
  private static final int HANDSHAKE_TIMEOUT_MILLIS = 30_000;

  /** RFC 6347 §4.2.4.1 says 1 s, for networks nobody knows; ours just answered ICE. Media waits for this. */
  private static final int RESEND_MILLIS = 200;

  /** A handshake holds up to 300 KB and, on JDK 17, a thread; it mostly waits for two round trips. */
  private static final int MAX_HANDSHAKES = 256;

  /** At 1 ms of work each this is about a second of joins. */
  private static final int MAX_WAITING_HANDSHAKES = 1024;

  /** Our flight has gone out four times by then, at 0, 200, 600 and 1,400 ms; an honest peer has mostly answered the first. */
  private static final int STALLED_MILLIS = 2_000;

  /** Four times that. A handshake takes two round trips; a peer that has not managed in this time may try again. */
  private static final int SLOW_MILLIS = 8_000;

  public DtlsOptions {
    if (handshakeTimeoutMillis < 1 || resendMillis < 1 || maxHandshakes < 1 || maxWaitingHandshakes < 1
        || stalledMillis < 1 || slowMillis < 1) {
      throw new IllegalArgumentException("timings and limits must be positive");
    }
    if (profiles.isEmpty()) {
      throw new IllegalArgumentException("at least one SRTP profile is needed");
    }
    profiles = List.copyOf(profiles);
  }

  public static DtlsOptions defaults() {
    return new DtlsOptions(HANDSHAKE_TIMEOUT_MILLIS, RESEND_MILLIS, MAX_HANDSHAKES, MAX_WAITING_HANDSHAKES,
        STALLED_MILLIS, SLOW_MILLIS, List.of(SrtpProfile.values()));
  }

  public DtlsOptions withProfiles(List<SrtpProfile> profiles) {
    return new DtlsOptions(handshakeTimeoutMillis, resendMillis, maxHandshakes, maxWaitingHandshakes,
        stalledMillis, slowMillis, profiles);
  }

  public DtlsOptions withTimings(int handshakeTimeoutMillis, int resendMillis) {
    return new DtlsOptions(handshakeTimeoutMillis, resendMillis, maxHandshakes, maxWaitingHandshakes,
        stalledMillis, slowMillis, profiles);
  }

  public DtlsOptions withHandshakes(int maxHandshakes, int maxWaitingHandshakes) {
    return new DtlsOptions(handshakeTimeoutMillis, resendMillis, maxHandshakes, maxWaitingHandshakes,
        stalledMillis, slowMillis, profiles);
  }

  public DtlsOptions withPatience(int stalledMillis, int slowMillis) {
    return new DtlsOptions(handshakeTimeoutMillis, resendMillis, maxHandshakes, maxWaitingHandshakes,
        stalledMillis, slowMillis, profiles);
  }
}
