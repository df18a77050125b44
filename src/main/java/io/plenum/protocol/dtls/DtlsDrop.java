package io.plenum.protocol.dtls;

import java.util.Locale;

/** Why a record, well-formed as it may be, was not worth handing to the DTLS library. */
public enum DtlsDrop {
  /** Not change_cipher_spec, alert, handshake or application_data. */
  UNKNOWN_CONTENT_TYPE,
  /** An epoch that this association never reaches: we do not renegotiate. */
  WRONG_EPOCH,
  /** Well-formed, but not the version that the handshake has settled. */
  WRONG_VERSION,
  /** An alert that anyone could have written: RFC 6347 §4.1.2.7 lets us ignore it. */
  UNAUTHENTICATED_ALERT,
  /** Application data that anyone could have written. */
  UNAUTHENTICATED_DATA,
  /** Shorter than the cipher's nonce and tag. */
  TOO_SHORT_FOR_CIPHER,
  /** A handshake message whose parts contradict each other. */
  WRONG_HANDSHAKE_MESSAGE,
  /** A handshake message longer than {@link DtlsRecords#MAX_HANDSHAKE_MESSAGE_BYTES}. */
  HANDSHAKE_MESSAGE_TOO_LONG,
  /** A record longer than the handshake takes. */
  HANDSHAKE_RECORD_TOO_LONG,
  /** Change_cipher_spec or a new handshake when one is already done. */
  HANDSHAKE_IS_OVER,
  /** More handshake records than an honest peer needs. */
  TOO_MANY_HANDSHAKE_RECORDS,
  /** Change_cipher_spec before the whole CertificateVerify; see {@link CertificateVerifyGate}. */
  CHANGE_CIPHER_SPEC_TOO_EARLY,
  /** We are the server and this does not begin a handshake. */
  NO_CLIENT_HELLO,
  /** A ClientHello that does not parse, or with which no call could be made; see {@link ClientHelloAssembler}. */
  UNUSABLE_CLIENT_HELLO,
  /** Came before the peer's fingerprint was known, and there is no more room to keep it. */
  TOO_EARLY,
  /** The handshake does not read as fast as this peer sends. */
  QUEUE_FULL,
  /** The tag does not match, or the record came twice; what follows in its datagram is not read either. */
  NOT_AUTHENTIC,
  /** The peer is over its rate of records: this one, and what follows in its datagram. */
  OVER_RATE,
  /** More alerts than an honest peer sends. */
  TOO_MANY_ALERTS,
  /** The session has failed or is closed. */
  SESSION_IS_OVER;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }
}
