package io.plenum.protocol.srtp;

import java.util.Locale;

/**
 * Why a packet was not protected or unprotected. {@link SrtpSender} and {@link SrtpReceiver} return a length, or the
 * negative {@link #code()} of one of these; {@link #of} turns it back. Counted as
 * {@code srtp_dropped_total{reason="<label>"}}.
 */
public enum SrtpDrop {
  /** Shorter than header, tag and, for SRTCP, index. */
  TOO_SHORT,
  /** The plain packet does not fit into the room the caller has for it. */
  TOO_LONG,
  /** Wrong version, or a CSRC list or header extension that runs over the end. */
  MALFORMED,
  /** The tag is wrong: forged, damaged, or protected with other keys. */
  AUTHENTICATION_FAILED,
  /** This index has been accepted before. */
  REPLAYED,
  /** Older than the window reaches, so nobody can tell whether it has been here before. */
  TOO_OLD,
  /** An unknown SSRC, and as many as we keep are known already. */
  TOO_MANY_SSRCS,
  /** Many forged packets came lately, and this looks like one more: see {@link ForgeryGuard}. */
  SUSPECT,
  /** SRTCP whose E bit is off; we never agree to that. */
  NOT_ENCRYPTED,
  /** The keys have protected as much as they may: 2^48 RTP or 2^31 RTCP packets of one SSRC (RFC 3711 §9.2). */
  KEYS_EXHAUSTED;

  private static final SrtpDrop[] VALUES = values();

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }

  /** What is returned in place of a length: always negative. */
  public int code() {
    return -1 - ordinal();
  }

  /** The reason behind a result, or null if the result is a length. */
  public static SrtpDrop of(int result) {
    return result >= 0 ? null : VALUES[-1 - result];
  }
}
