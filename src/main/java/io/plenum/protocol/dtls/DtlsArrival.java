package io.plenum.protocol.dtls;

/** Evidence in one datagram that the peer sends from where it came from. */
public enum DtlsArrival {
  /** Nothing of use: malformed, dropped, or not authentic. */
  NOTHING,
  /** A record that the handshake takes; anyone who can write the peer's address could have sent it. */
  HANDSHAKE,
  /** An authentic record, newer than those before it. */
  AUTHENTIC
}
