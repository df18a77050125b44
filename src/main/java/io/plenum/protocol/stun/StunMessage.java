package io.plenum.protocol.stun;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.zip.CRC32;

/**
 * A view of one STUN message (RFC 8489 §5) with the attributes that ICE knows (RFC 8445 §16.1), over somebody's bytes.
 * One object is used again and again: {@link #parse} points it at new bytes, allocates nothing, and checks the
 * FINGERPRINT if there is one. The integrity is for whoever knows the password: {@link #hasValidIntegrity}.
 *
 * <p>Of an attribute that comes twice the first counts (RFC 8489 §14); what follows MESSAGE-INTEGRITY is not protected
 * by it and therefore not seen, except FINGERPRINT (§14.5).
 */
public final class StunMessage {
  public static final int HEADER_BYTES = 20;
  public static final int TRANSACTION_ID_BYTES = 12;
  public static final int MAGIC_COOKIE = 0x2112a442;

  /** Message types: method Binding with each of the four classes. */
  public static final int BINDING_REQUEST = 0x0001;
  public static final int BINDING_INDICATION = 0x0011;
  public static final int BINDING_SUCCESS = 0x0101;
  public static final int BINDING_ERROR = 0x0111;

  /** ICE's are far shorter, and RFC 8489 §6.1 wants messages below the path's MTU; more is not worth an HMAC. */
  public static final int MAX_MESSAGE_BYTES = 1500;

  /** As many unknown attributes as we name in a 420; a peer that sends more learns of the rest the next time. */
  public static final int MAX_UNKNOWN_ATTRIBUTES = 8;

  static final int ATTRIBUTE_HEADER_BYTES = 4;

  static final int MAPPED_ADDRESS = 0x0001;
  static final int USERNAME = 0x0006;
  static final int MESSAGE_INTEGRITY = 0x0008;
  static final int ERROR_CODE = 0x0009;
  static final int UNKNOWN_ATTRIBUTES = 0x000a;
  static final int REALM = 0x0014;
  static final int NONCE = 0x0015;
  static final int MESSAGE_INTEGRITY_SHA256 = 0x001c;
  static final int XOR_MAPPED_ADDRESS = 0x0020;
  static final int PRIORITY = 0x0024;
  static final int USE_CANDIDATE = 0x0025;
  /** As registered for renomination; Chromium began with {@link #GOOG_NOMINATION}. */
  static final int NOMINATION = 0x0030;
  static final int FINGERPRINT = 0x8028;
  static final int ICE_CONTROLLED = 0x8029;
  static final int ICE_CONTROLLING = 0x802a;
  static final int GOOG_NOMINATION = 0xc001;

  /** RFC 8489 §14: types below are comprehension-required. */
  static final int FIRST_OPTIONAL_ATTRIBUTE = 0x8000;
  /** RFC 8489 §14.7: "STUN" in ASCII, so that the CRC differs from another protocol's. */
  static final int FINGERPRINT_XOR = 0x5354554e;
  static final int FAMILY_IPV4 = 1;
  static final int FAMILY_IPV6 = 2;

  private static final int ABSENT = -1;

  private final CRC32 crc = new CRC32();
  private final int[] unknownAttributes = new int[MAX_UNKNOWN_ATTRIBUTES];

  private byte[] bytes;
  private int offset;
  private int length;
  /** Offsets of values; of MESSAGE-INTEGRITY the attribute's own. {@link #ABSENT} if not there. */
  private int usernameOffset;
  private int usernameLength;
  private int localFragmentLength;
  private int integrityOffset;
  private int fingerprintOffset;
  private int priorityOffset;
  private int controlledOffset;
  private int controllingOffset;
  private int nominationOffset;
  private int mappedAddressOffset;
  private int errorCodeOffset;
  private boolean useCandidate;
  private int unknownAttributeCount;

  /**
   * Points this view at a message that fills the given bytes.
   *
   * @return null, or why it is none; then nothing else may be asked
   */
  public Malformed parse(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    forgetAttributes();
    if (length < HEADER_BYTES) {
      return Malformed.TOO_SHORT;
    }
    if (length > MAX_MESSAGE_BYTES) {
      return Malformed.TOO_LONG;
    }
    if ((bytes[offset] & 0xc0) != 0 || Bytes.i32(bytes, offset + 4) != MAGIC_COOKIE) {
      return Malformed.WRONG_MAGIC;
    }
    int announced = Bytes.u16(bytes, offset + 2);
    if (HEADER_BYTES + announced > length) {
      return Malformed.TOO_SHORT;
    }
    if (HEADER_BYTES + announced < length || (announced & 3) != 0) {
      return Malformed.WRONG_LENGTH;
    }
    return parseAttributes(offset + HEADER_BYTES, offset + length);
  }

  private void forgetAttributes() {
    usernameOffset = ABSENT;
    usernameLength = 0;
    localFragmentLength = 0;
    integrityOffset = ABSENT;
    fingerprintOffset = ABSENT;
    priorityOffset = ABSENT;
    controlledOffset = ABSENT;
    controllingOffset = ABSENT;
    nominationOffset = ABSENT;
    mappedAddressOffset = ABSENT;
    errorCodeOffset = ABSENT;
    useCandidate = false;
    unknownAttributeCount = 0;
  }

  private Malformed parseAttributes(int from, int end) {
    int position = from;
    while (position < end) {
      // Both are multiples of four, so the attribute's header is there.
      int type = Bytes.u16(bytes, position);
      int valueLength = Bytes.u16(bytes, position + 2);
      int value = position + ATTRIBUTE_HEADER_BYTES;
      if (valueLength > end - value) {
        return Malformed.WRONG_EXTENSION;
      }
      Malformed wrong;
      if (type == FINGERPRINT) {
        return parseFingerprint(value, valueLength, end);
      } else if (integrityOffset == ABSENT) {
        wrong = parseAttribute(type, value, valueLength);
      } else {
        wrong = null;
      }
      if (wrong != null) {
        return wrong;
      }
      position = value + (valueLength + 3 & ~3);
    }
    return null;
  }

  private Malformed parseFingerprint(int value, int valueLength, int end) {
    // RFC 8489 §14.7: it is the last attribute of all.
    if (valueLength != 4 || value + 4 != end) {
      return Malformed.WRONG_EXTENSION;
    }
    crc.reset();
    crc.update(bytes, offset, value - ATTRIBUTE_HEADER_BYTES - offset);
    if (((int) crc.getValue() ^ FINGERPRINT_XOR) != Bytes.i32(bytes, value)) {
      return Malformed.WRONG_CHECKSUM;
    }
    fingerprintOffset = value;
    return null;
  }

  private Malformed parseAttribute(int type, int value, int valueLength) {
    switch (type) {
      case USERNAME:
        return usernameOffset == ABSENT ? parseUsername(value, valueLength) : null;
      case MESSAGE_INTEGRITY:
        integrityOffset = value - ATTRIBUTE_HEADER_BYTES;
        return valueLength == StunIntegrity.BYTES ? null : Malformed.WRONG_EXTENSION;
      case PRIORITY:
        priorityOffset = firstOf(priorityOffset, value);
        return valueLength == 4 ? null : Malformed.WRONG_EXTENSION;
      case USE_CANDIDATE:
        useCandidate = true;
        return valueLength == 0 ? null : Malformed.WRONG_EXTENSION;
      case ICE_CONTROLLED:
        controlledOffset = firstOf(controlledOffset, value);
        return valueLength == 8 ? null : Malformed.WRONG_EXTENSION;
      case ICE_CONTROLLING:
        controllingOffset = firstOf(controllingOffset, value);
        return valueLength == 8 ? null : Malformed.WRONG_EXTENSION;
      case NOMINATION:
      case GOOG_NOMINATION:
        nominationOffset = firstOf(nominationOffset, value);
        return valueLength == 4 ? null : Malformed.WRONG_EXTENSION;
      case XOR_MAPPED_ADDRESS:
        mappedAddressOffset = firstOf(mappedAddressOffset, value);
        return checkAddress(value, valueLength);
      case ERROR_CODE:
        errorCodeOffset = firstOf(errorCodeOffset, value);
        return checkErrorCode(value, valueLength);
      case MAPPED_ADDRESS, UNKNOWN_ATTRIBUTES, REALM, NONCE, MESSAGE_INTEGRITY_SHA256:
        // Known, and of no use to ICE.
        return null;
      default:
        if (type < FIRST_OPTIONAL_ATTRIBUTE && unknownAttributeCount < MAX_UNKNOWN_ATTRIBUTES) {
          unknownAttributes[unknownAttributeCount++] = type;
        }
        return null;
    }
  }

  private static int firstOf(int known, int value) {
    return known == ABSENT ? value : known;
  }

  private Malformed parseUsername(int value, int valueLength) {
    usernameOffset = value;
    usernameLength = valueLength;
    localFragmentLength = ABSENT;
    for (int i = 0; i < valueLength; i++) {
      if (bytes[value + i] == ':') {
        localFragmentLength = i;
        break;
      }
    }
    return null;
  }

  private Malformed checkAddress(int value, int valueLength) {
    if (valueLength < 4) {
      return Malformed.WRONG_EXTENSION;
    }
    int expected = switch (bytes[value + 1]) {
      case FAMILY_IPV4 -> 8;
      case FAMILY_IPV6 -> 20;
      default -> 0;
    };
    if (expected == 0) {
      return Malformed.WRONG_VALUE;
    }
    return valueLength == expected ? null : Malformed.WRONG_EXTENSION;
  }

  private Malformed checkErrorCode(int value, int valueLength) {
    if (valueLength < 4) {
      return Malformed.WRONG_EXTENSION;
    }
    int hundreds = bytes[value + 2] & 7;
    return hundreds < 3 || hundreds > 6 || Bytes.u8(bytes, value + 3) > 99 ? Malformed.WRONG_VALUE : null;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Where the message begins in {@link #bytes()}. */
  public int offset() {
    return offset;
  }

  /** The whole message with its header. */
  public int length() {
    return length;
  }

  /** Method and class as they stand on the wire, e.g. {@link #BINDING_REQUEST}. */
  public int type() {
    return Bytes.u16(bytes, offset);
  }

  /** Where the {@value #TRANSACTION_ID_BYTES} bytes of the transaction id begin in {@link #bytes()}. */
  public int transactionIdOffset() {
    return offset + 8;
  }

  public boolean hasUsername() {
    return usernameOffset != ABSENT;
  }

  /** Where USERNAME's value begins in {@link #bytes()}, or -1. */
  public int usernameOffset() {
    return usernameOffset;
  }

  public int usernameLength() {
    return usernameLength;
  }

  /**
   * A number by which the receiver's own username fragment, the part of USERNAME before the colon, can be looked up
   * without making an object; 0 if there is none. Different fragments may share a number: ask
   * {@link #hasLocalUsernameFragment} before believing it. See {@link #usernameFragmentKey}.
   */
  public long localUsernameFragmentKey() {
    return localFragmentLength > 0 ? usernameFragmentKey(bytes, usernameOffset, localFragmentLength) : 0;
  }

  /** The number that {@link #localUsernameFragmentKey} gives for a message to this fragment: FNV-1a, never 0. */
  public static long usernameFragmentKey(byte[] bytes, int offset, int length) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ bytes[offset + i] & 0xff) * 0x100000001b3L;
    }
    return hash == 0 ? 1 : hash;
  }

  /** Whether the part of USERNAME before the colon is this fragment (ASCII). */
  public boolean hasLocalUsernameFragment(byte[] fragment) {
    if (localFragmentLength != fragment.length) {
      return false;
    }
    for (int i = 0; i < fragment.length; i++) {
      if (bytes[usernameOffset + i] != fragment[i]) {
        return false;
      }
    }
    return true;
  }

  public boolean hasFingerprint() {
    return fingerprintOffset != ABSENT;
  }

  /** Whether MESSAGE-INTEGRITY is there; right or wrong only {@link #hasValidIntegrity} knows. */
  public boolean hasIntegrity() {
    return integrityOffset != ABSENT;
  }

  /** Whether MESSAGE-INTEGRITY is there and was made with this key; in constant time for a message of given length. */
  public boolean hasValidIntegrity(StunIntegrity integrity) {
    return integrityOffset != ABSENT && integrity.matches(bytes, offset, integrityOffset);
  }

  public boolean hasPriority() {
    return priorityOffset != ABSENT;
  }

  /** Unsigned 32 bit, or -1. */
  public long priority() {
    return priorityOffset == ABSENT ? -1 : Bytes.u32(bytes, priorityOffset);
  }

  public boolean hasUseCandidate() {
    return useCandidate;
  }

  /** The sender believes that it is controlled. */
  public boolean isFromControlled() {
    return controlledOffset != ABSENT;
  }

  /** The sender believes that it is controlling. */
  public boolean isFromControlling() {
    return controllingOffset != ABSENT;
  }

  /** NOMINATION of the renomination extension, unsigned 32 bit, or -1. */
  public long nomination() {
    return nominationOffset == ABSENT ? -1 : Bytes.u32(bytes, nominationOffset);
  }

  /** 300…699, or 0 if there is no ERROR-CODE. */
  public int errorCode() {
    return errorCodeOffset == ABSENT ? 0 : 100 * (bytes[errorCodeOffset + 2] & 7) + bytes[errorCodeOffset + 3];
  }

  /** What XOR-MAPPED-ADDRESS says, or null. Makes objects: for answers whose integrity is known. */
  public InetSocketAddress xorMappedAddress() {
    if (mappedAddressOffset == ABSENT) {
      return null;
    }
    byte[] address = new byte[bytes[mappedAddressOffset + 1] == FAMILY_IPV4 ? 4 : 16];
    for (int i = 0; i < address.length; i++) {
      // RFC 8489 §14.2: the mask is the magic cookie and the transaction id, as they stand one after the other.
      address[i] = (byte) (bytes[mappedAddressOffset + 4 + i] ^ bytes[offset + 4 + i]);
    }
    int port = Bytes.u16(bytes, mappedAddressOffset + 2) ^ MAGIC_COOKIE >>> 16;
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  /** How many comprehension-required attributes we do not know, at most {@link #MAX_UNKNOWN_ATTRIBUTES}. */
  public int unknownAttributeCount() {
    return unknownAttributeCount;
  }

  /** The type of the {@code index}th attribute that we should know and don't. */
  public int unknownAttribute(int index) {
    return unknownAttributes[index];
  }
}
