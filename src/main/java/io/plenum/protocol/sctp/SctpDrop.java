package io.plenum.protocol.sctp;

import java.util.Locale;

/** Why something from the peer did nothing; counted as {@code sctp_dropped_total{reason="<label>"}}. */
public enum SctpDrop {
  /** Header, checksum or the length of a chunk: the whole packet is dropped. */
  MALFORMED_PACKET,
  /** A chunk that is not what its type demands: it and what follows in the packet. */
  MALFORMED_CHUNK,
  /** Not from or to our ports. */
  WRONG_PORT,
  /** The verification tag is not ours (RFC 9260 §8.5). */
  WRONG_TAG,
  /** There is no association that the packet could belong to (RFC 9260 §8.4). */
  OUT_OF_THE_BLUE,
  /**
   * More questions that need an answer of our own (INIT, COOKIE-ECHO, HEARTBEAT, out of the blue) than an honest peer
   * has.
   */
  TOO_MANY_ANSWERS,
  /** A cookie that we did not make. */
  FORGED_COOKIE,
  STALE_COOKIE,
  /** A chunk that says nothing in this state. */
  UNEXPECTED_CHUNK,
  UNKNOWN_CHUNK,
  /** A SACK for something never sent. */
  BOGUS_SACK,
  /** A gap block out of order, or beyond what was sent. */
  BOGUS_GAP_BLOCK,
  /** Data that came before. */
  DUPLICATE_TSN,
  /** Data too far ahead of what is missing. */
  TSN_OUT_OF_WINDOW,
  /** Data for which there is no room until what is missing has come. */
  RECEIVE_BUFFER_FULL,
  /** Data on a stream that was not agreed on. */
  INVALID_STREAM,
  /** DATA where I-DATA was agreed on, or the other way round, and the same with FORWARD-TSN. */
  WRONG_DATA_KIND;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name as it stands in a metric's {@code reason}. */
  public String label() {
    return label;
  }
}
