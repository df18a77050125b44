package io.plenum.protocol.stun;

import io.plenum.protocol.wire.Bytes;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Writes one STUN message after the other into its own buffer: {@link #begin}, attributes in the order of the calls,
 * {@link #finish}. Or, in one call, the answers of a server. The bytes are good until the next {@code begin}.
 */
public final class StunWriter {
  /** Enough for each answer that this class makes in one call. */
  public static final int ANSWER_CAPACITY_BYTES = 256;

  private final byte[] bytes;
  private final CRC32 crc = new CRC32();
  private int length;

  /** @param capacityBytes the longest message it will have to hold; a longer one is the caller's mistake and throws */
  public StunWriter(int capacityBytes) {
    bytes = new byte[capacityBytes];
  }

  /** Where the message begins at 0. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  /**
   * The answer to a Binding request (RFC 8489 §7.3.1): XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY, FINGERPRINT. 64 bytes
   * for IPv4, 76 for IPv6.
   *
   * @return its length
   */
  public int writeBindingSuccess(StunMessage request, InetSocketAddress mapped, StunIntegrity integrity) {
    begin(StunMessage.BINDING_SUCCESS, request.bytes(), request.transactionIdOffset());
    putXorMappedAddress(mapped);
    return finish(integrity);
  }

  /**
   * An error answer to a Binding request, with UNKNOWN-ATTRIBUTES if it is a 420.
   *
   * @param integrity null if the request was not authenticated: such an answer is not signed (RFC 8489 §9.1.3)
   * @return its length
   */
  public int writeBindingError(StunMessage request, StunError error, StunIntegrity integrity) {
    begin(StunMessage.BINDING_ERROR, request.bytes(), request.transactionIdOffset());
    putErrorCode(error);
    if (error == StunError.UNKNOWN_ATTRIBUTE) {
      putUnknownAttributes(request);
    }
    return finish(integrity);
  }

  /** Begins a message; the transaction id is copied. */
  public void begin(int type, byte[] transactionId, int transactionIdOffset) {
    Bytes.put16(bytes, 0, type);
    Bytes.put32(bytes, 4, StunMessage.MAGIC_COOKIE);
    System.arraycopy(transactionId, transactionIdOffset, bytes, 8, StunMessage.TRANSACTION_ID_BYTES);
    length = StunMessage.HEADER_BYTES;
  }

  public void putUsername(byte[] username) {
    int value = putHeader(StunMessage.USERNAME, username.length);
    System.arraycopy(username, 0, bytes, value, username.length);
  }

  /** @param priority of the peer-reflexive candidate, unsigned 32 bit */
  public void putPriority(long priority) {
    Bytes.put32(bytes, putHeader(StunMessage.PRIORITY, 4), (int) priority);
  }

  public void putUseCandidate() {
    putHeader(StunMessage.USE_CANDIDATE, 0);
  }

  public void putIceControlling(long tieBreaker) {
    Bytes.put64(bytes, putHeader(StunMessage.ICE_CONTROLLING, 8), tieBreaker);
  }

  public void putIceControlled(long tieBreaker) {
    Bytes.put64(bytes, putHeader(StunMessage.ICE_CONTROLLED, 8), tieBreaker);
  }

  /** @param nomination unsigned 32 bit; each choice of a pair has a higher one */
  public void putNomination(long nomination) {
    Bytes.put32(bytes, putHeader(StunMessage.NOMINATION, 4), (int) nomination);
  }

  public void putXorMappedAddress(InetSocketAddress mapped) {
    byte[] address = mapped.getAddress().getAddress();
    int value = putHeader(StunMessage.XOR_MAPPED_ADDRESS, 4 + address.length);
    bytes[value] = 0;
    bytes[value + 1] = (byte) (address.length == 4 ? StunMessage.FAMILY_IPV4 : StunMessage.FAMILY_IPV6);
    Bytes.put16(bytes, value + 2, mapped.getPort() ^ StunMessage.MAGIC_COOKIE >>> 16);
    for (int i = 0; i < address.length; i++) {
      bytes[value + 4 + i] = (byte) (address[i] ^ bytes[4 + i]);
    }
  }

  public void putErrorCode(StunError error) {
    byte[] reason = error.reason().getBytes(StandardCharsets.US_ASCII);
    int value = putHeader(StunMessage.ERROR_CODE, 4 + reason.length);
    Bytes.put16(bytes, value, 0);
    bytes[value + 2] = (byte) (error.code() / 100);
    bytes[value + 3] = (byte) (error.code() % 100);
    System.arraycopy(reason, 0, bytes, value + 4, reason.length);
  }

  /** The types that the request should have made us know. */
  public void putUnknownAttributes(StunMessage request) {
    int count = request.unknownAttributeCount();
    int value = putHeader(StunMessage.UNKNOWN_ATTRIBUTES, 2 * count);
    for (int i = 0; i < count; i++) {
      Bytes.put16(bytes, value + 2 * i, request.unknownAttribute(i));
    }
  }

  /** An attribute that this class has no name for. */
  public void putAttribute(int type, byte[] value) {
    System.arraycopy(value, 0, bytes, putHeader(type, value.length), value.length);
  }

  /**
   * Ends the message with MESSAGE-INTEGRITY and FINGERPRINT.
   *
   * @param integrity null: no MESSAGE-INTEGRITY
   * @return the length of the message
   */
  public int finish(StunIntegrity integrity) {
    if (integrity != null) {
      putIntegrity(integrity);
    }
    return finishWithFingerprint();
  }

  /** Where the integrity has to stand, for messages that go on after it. */
  public void putIntegrity(StunIntegrity integrity) {
    int value = putHeader(StunMessage.MESSAGE_INTEGRITY, StunIntegrity.BYTES);
    integrity.write(bytes, 0, value - StunMessage.ATTRIBUTE_HEADER_BYTES);
  }

  /** Ends the message as it is, without FINGERPRINT. */
  public int finishBare() {
    Bytes.put16(bytes, 2, length - StunMessage.HEADER_BYTES);
    return length;
  }

  private int finishWithFingerprint() {
    int value = putHeader(StunMessage.FINGERPRINT, 4);
    // RFC 8489 §14.7: the CRC sees the final length.
    finishBare();
    crc.reset();
    crc.update(bytes, 0, value - StunMessage.ATTRIBUTE_HEADER_BYTES);
    Bytes.put32(bytes, value, (int) crc.getValue() ^ StunMessage.FINGERPRINT_XOR);
    return length;
  }

  /** Makes room for an attribute with its padding, which is cleared. Returns where the value goes. */
  private int putHeader(int type, int valueLength) {
    int value = length + StunMessage.ATTRIBUTE_HEADER_BYTES;
    Bytes.put16(bytes, length, type);
    Bytes.put16(bytes, length + 2, valueLength);
    length = value + (valueLength + 3 & ~3);
    for (int i = value + valueLength; i < length; i++) {
      bytes[i] = 0;
    }
    return value;
  }
}
