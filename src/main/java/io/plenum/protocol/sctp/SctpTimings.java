package io.plenum.protocol.sctp;

/**
 * SCTP's times and counts (RFC 9260 §16), as WebRTC's stacks set them: its paths are short and their loss is noticed by
 * ICE, so they try again sooner than the RFC's telephone exchanges did, and give up sooner.
 */
final class SctpTimings {
  private static final long MS_NS = 1_000_000L;

  /** RTO before the first round trip; the RFC's second is for paths that nobody has used before, ours carried DTLS. */
  static final long RTO_INITIAL_NS = 500 * MS_NS;
  /**
   * What an RTO is above the round trip at least, however even the round trips are: the delay of an acknowledgement and a tenth
   * for timers. Less would take a delayed SACK for a loss. RFC 9260's least RTO, a second, is as much longer than our paths.
   */
  static final long RTO_MARGIN_NS = 220 * MS_NS;
  /** RFC 9260 §16. */
  static final long RTO_MAX_NS = 60_000 * MS_NS;
  /** RFC 9260 §6.2: within 200 ms. */
  static final long DELAYED_SACK_NS = 200 * MS_NS;
  /** RFC 9260 §16. */
  static final long HEARTBEAT_INTERVAL_NS = 30_000 * MS_NS;
  /** First wait for the answer to INIT, COOKIE ECHO, SHUTDOWN. */
  static final long CONTROL_RETRY_NS = 1_000 * MS_NS;
  /** The longest wait for one of these: who waits for a data channel waits for a person. */
  static final long CONTROL_RETRY_MAX_NS = 3_000 * MS_NS;
  /** RFC 9260 §16: Max.Init.Retransmits. */
  static final int MAX_INIT_RETRANSMISSIONS = 8;
  /** RFC 9260 §16: Association.Max.Retrans. */
  static final int MAX_RETRANSMISSIONS = 10;
  /** RFC 9260 §16: Valid.Cookie.Life. */
  static final long COOKIE_LIFETIME_NS = 60_000 * MS_NS;

  private SctpTimings() {}
}
