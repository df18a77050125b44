package io.plenum.media.parameters;

/**
 * A refusal to a user of the API: what was signalled cannot be used. The message is a sentence for the person who wrote the
 * client; it names the field and the rule, and quotes nothing that has not been checked before.
 *
 * <p>It has no stack trace: the client, not our code, is where to look, and a hostile client decides how often it is made.
 */
public final class IllegalParameters extends RuntimeException {
  /** A client's {@code rtpParameters} break a rule. */
  public static final String INVALID_RTP_PARAMETERS = "invalid-rtp-parameters";
  /** A client's {@code rtpCapabilities}, or a media codec of the configuration, break a rule. */
  public static final String INVALID_RTP_CAPABILITIES = "invalid-rtp-capabilities";
  /** A client's {@code dtlsParameters} break a rule. */
  public static final String INVALID_DTLS_PARAMETERS = "invalid-dtls-parameters";
  /** {@code sctpCapabilities}, {@code sctpParameters} or {@code sctpStreamParameters} break a rule. */
  public static final String INVALID_SCTP_PARAMETERS = "invalid-sctp-parameters";
  /** The kind is neither audio nor video. */
  public static final String INVALID_KIND = "invalid-kind";
  /** The parameters are well formed but name a codec that the router does not have. */
  public static final String UNSUPPORTED_CODEC = "unsupported-codec";
  /** The consumer's capabilities have no codec of the producer. */
  public static final String CANNOT_CONSUME = "cannot-consume";
  /** The router was asked for more codecs than there are dynamic payload types, or for one payload type twice. */
  public static final String NO_PAYLOAD_TYPE = "no-payload-type";

  private final String code;

  public IllegalParameters(String code, String sentence) {
    super(sentence, null, false, false);
    this.code = code;
  }

  /** Stable, for machines: one of the constants of this class. */
  public String code() {
    return code;
  }
}
