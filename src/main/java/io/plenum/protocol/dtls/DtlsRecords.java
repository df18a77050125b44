package io.plenum.protocol.dtls;

import io.plenum.protocol.wire.Malformed;

/**
 * A look at the records of one datagram (RFC 6347 §4.1) that decides, from headers alone, what is worth handing to the
 * DTLS library. It stands before the library because the library is generous: it spins for most of a millisecond on
 * garbage, lets an unauthenticated handshake header reserve 16 MiB per message, and gives up the whole association when
 * a record is shorter than its cipher's nonce and tag.
 *
 * <p>Reusable and without allocation: {@link #wrap} a datagram, then {@link #next()} until false. Records before a
 * malformed one are good; {@link #malformed()} then says why the rest is not.
 */
public final class DtlsRecords {
  public static final int CHANGE_CIPHER_SPEC = 20;
  public static final int ALERT = 21;
  public static final int HANDSHAKE = 22;
  public static final int APPLICATION_DATA = 23;

  public static final int HEADER_BYTES = 13;

  /** RFC 5246 §6.2.3: what encryption may add to the 2^14 bytes of plaintext. */
  public static final int MAX_FRAGMENT_BYTES = (1 << 14) + 2048;

  /** A flight is at most six records; more in one datagram is an attack on the loop that walks them. */
  public static final int MAX_RECORDS_PER_DATAGRAM = 32;

  /**
   * The longest handshake message we let a peer announce: the library reserves this much, for up to 16 messages, before
   * anything is authenticated. A post-quantum ClientHello has 1.5 KB, an RSA-4096 certificate 1.3 KB.
   */
  public static final int MAX_HANDSHAKE_MESSAGE_BYTES = 8192;

  private static final int DTLS_1_0 = 0xfeff;
  private static final int DTLS_1_2 = 0xfefd;
  private static final int HANDSHAKE_HEADER_BYTES = 12;
  private static final int CLIENT_HELLO = 1;
  private static final int FATAL = 2;
  private static final int NO_MESSAGE = -1;

  private byte[] bytes;
  private int end;
  private int nextOffset;
  private int count;
  private int recordOffset;
  private int fragmentLength;
  private int messageOffset;
  private Malformed malformed;

  /** Starts at a datagram, which must stay as it is until the last {@link #next()}. */
  public void wrap(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.end = offset + length;
    this.nextOffset = offset;
    this.count = 0;
    this.malformed = length == 0 ? Malformed.TOO_SHORT : null;
  }

  /** Moves to the next well-formed record; false at the end of the datagram or at the first malformed record. */
  public boolean next() {
    if (malformed != null || nextOffset == end) {
      return false;
    }
    malformed = check(nextOffset);
    if (malformed != null) {
      return false;
    }
    count++;
    recordOffset = nextOffset;
    messageOffset = NO_MESSAGE;
    fragmentLength = uint16(recordOffset + 11);
    nextOffset = recordOffset + HEADER_BYTES + fragmentLength;
    return true;
  }

  private Malformed check(int offset) {
    int remaining = end - offset;
    if (remaining < HEADER_BYTES) {
      return Malformed.TOO_SHORT;
    }
    int version = uint16(offset + 1);
    // A first ClientHello says 1.0 in its record header even if it wants 1.2 (RFC 6347 §4.2.1).
    if (version != DTLS_1_2 && version != DTLS_1_0) {
      return Malformed.WRONG_VERSION;
    }
    int length = uint16(offset + 11);
    if (length > MAX_FRAGMENT_BYTES) {
      return Malformed.TOO_LONG;
    }
    if (length > remaining - HEADER_BYTES) {
      return Malformed.WRONG_LENGTH;
    }
    return count == MAX_RECORDS_PER_DATAGRAM ? Malformed.TOO_MANY : null;
  }

  /** Why {@link #next()} ended before the datagram did, or {@code null}. */
  public Malformed malformed() {
    return malformed;
  }

  public int contentType() {
    return bytes[recordOffset] & 0xff;
  }

  public int epoch() {
    return uint16(recordOffset + 3);
  }

  /** 48 bits; unique within an epoch. */
  public long sequenceNumber() {
    return (long) uint16(recordOffset + 5) << 32 | (long) uint16(recordOffset + 7) << 16 | uint16(recordOffset + 9);
  }

  /** Where the record's header begins in the wrapped array. */
  public int recordOffset() {
    return recordOffset;
  }

  /** Header and fragment. */
  public int recordLength() {
    return HEADER_BYTES + fragmentLength;
  }

  public int fragmentLength() {
    return fragmentLength;
  }

  /** Whether this record carries (a fragment of) a ClientHello in the clear. */
  public boolean isClientHello() {
    return contentType() == HANDSHAKE && epoch() == 0 && fragmentLength >= HANDSHAKE_HEADER_BYTES
        && bytes[recordOffset + HEADER_BYTES] == CLIENT_HELLO;
  }

  /**
   * Moves to the next (fragment of a) handshake message in this record, which {@link #handshakeDrop()} must have found
   * good and in the clear; false when there is none.
   */
  boolean nextMessage() {
    int offset = messageOffset == NO_MESSAGE ? recordOffset + HEADER_BYTES
        : messageOffset + HANDSHAKE_HEADER_BYTES + partLength();
    if (offset + HANDSHAKE_HEADER_BYTES > recordOffset + recordLength()) {
      return false;
    }
    messageOffset = offset;
    return true;
  }

  int messageType() {
    return bytes[messageOffset] & 0xff;
  }

  /** Of the whole message, of which this may be a part. */
  int messageLength() {
    return uint24(messageOffset + 1);
  }

  /** Its number among the sender's messages. */
  int messageSequence() {
    return uint16(messageOffset + 4);
  }

  /** Offset of this part's bytes in the wrapped array. */
  int partBytesOffset() {
    return messageOffset + HANDSHAKE_HEADER_BYTES;
  }

  /** Where in the message this part belongs. */
  int partOffset() {
    return uint24(messageOffset + 6);
  }

  int partLength() {
    return uint24(messageOffset + 9);
  }

  /** While the handshake runs: why this record is not worth a look, or {@code null} if it is. */
  public DtlsDrop handshakeDrop() {
    int epoch = epoch();
    if (epoch > 1) {
      return DtlsDrop.WRONG_EPOCH;
    }
    boolean inTheClear = epoch == 0;
    switch (contentType()) {
      case CHANGE_CIPHER_SPEC:
        return inTheClear && fragmentLength == 1 ? null : DtlsDrop.WRONG_HANDSHAKE_MESSAGE;
      case ALERT:
        // A peer that refuses our certificate can only say so in the clear. Close_notify and warnings need no answer.
        return !inTheClear || isFatalAlert() ? null : DtlsDrop.UNAUTHENTICATED_ALERT;
      case HANDSHAKE:
        return inTheClear ? handshakeMessagesDrop() : null;
      case APPLICATION_DATA:
        return inTheClear ? DtlsDrop.UNAUTHENTICATED_DATA : null;
      default:
        return DtlsDrop.UNKNOWN_CONTENT_TYPE;
    }
  }

  /**
   * Once connected: why this record is not worth a look, or {@code null} if it is. Handshake records still are, for the
   * caller to bound: they may be the peer's last flight again, because ours was lost (RFC 6347 §4.2.4).
   *
   * @param cipherOverheadBytes what the negotiated cipher adds to each plaintext
   */
  public DtlsDrop connectedDrop(int cipherOverheadBytes) {
    int epoch = epoch();
    if (epoch > 1) {
      return DtlsDrop.WRONG_EPOCH;
    }
    if (isClientHello()) {
      return DtlsDrop.HANDSHAKE_IS_OVER;
    }
    if (uint16(recordOffset + 1) != DTLS_1_2) {
      return DtlsDrop.WRONG_VERSION;
    }
    int contentType = contentType();
    if (epoch == 0) {
      switch (contentType) {
        case ALERT:
          return DtlsDrop.UNAUTHENTICATED_ALERT;
        case APPLICATION_DATA:
          return DtlsDrop.UNAUTHENTICATED_DATA;
        case HANDSHAKE:
          return handshakeMessagesDrop();
        case CHANGE_CIPHER_SPEC:
          return DtlsDrop.HANDSHAKE_IS_OVER;
        default:
          return DtlsDrop.UNKNOWN_CONTENT_TYPE;
      }
    }
    if (contentType == CHANGE_CIPHER_SPEC) {
      return DtlsDrop.HANDSHAKE_IS_OVER;
    }
    if (contentType < CHANGE_CIPHER_SPEC || contentType > APPLICATION_DATA) {
      return DtlsDrop.UNKNOWN_CONTENT_TYPE;
    }
    return fragmentLength < cipherOverheadBytes ? DtlsDrop.TOO_SHORT_FOR_CIPHER : null;
  }

  private boolean isFatalAlert() {
    return fragmentLength == 2 && bytes[recordOffset + HEADER_BYTES] == FATAL;
  }

  /** RFC 6347 §4.2.2: one or more messages, each with its whole length, and the place of this fragment in it. */
  private DtlsDrop handshakeMessagesDrop() {
    int offset = recordOffset + HEADER_BYTES;
    int remaining = fragmentLength;
    if (remaining == 0) {
      return DtlsDrop.WRONG_HANDSHAKE_MESSAGE;
    }
    while (remaining > 0) {
      if (remaining < HANDSHAKE_HEADER_BYTES) {
        return DtlsDrop.WRONG_HANDSHAKE_MESSAGE;
      }
      int length = uint24(offset + 1);
      int partOffset = uint24(offset + 6);
      int partLength = uint24(offset + 9);
      if (length > MAX_HANDSHAKE_MESSAGE_BYTES) {
        return DtlsDrop.HANDSHAKE_MESSAGE_TOO_LONG;
      }
      if (partOffset + partLength > length || partLength > remaining - HANDSHAKE_HEADER_BYTES) {
        return DtlsDrop.WRONG_HANDSHAKE_MESSAGE;
      }
      offset += HANDSHAKE_HEADER_BYTES + partLength;
      remaining -= HANDSHAKE_HEADER_BYTES + partLength;
    }
    return null;
  }

  private int uint16(int offset) {
    return (bytes[offset] & 0xff) << 8 | bytes[offset + 1] & 0xff;
  }

  private int uint24(int offset) {
    return (bytes[offset] & 0xff) << 16 | uint16(offset + 1);
  }
}
