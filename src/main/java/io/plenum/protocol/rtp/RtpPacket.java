package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * A view of one RTP packet (RFC 3550 §5.1) with its header extensions (RFC 8285), over somebody's bytes. One object
 * is used again and again: {@link #parse} points it at new bytes, and it is good until the next {@code parse} or until
 * the owner of the bytes moves on.
 */
public final class RtpPacket {
  public static final int FIXED_HEADER_BYTES = 12;
  /** RFC 8285 §4.2 */
  public static final int ONE_BYTE_PROFILE = 0xbede;
  /** RFC 8285 §4.3; the lowest four bits are the application's. */
  public static final int TWO_BYTE_PROFILE = 0x1000;

  /**
   * Ids up to this one are looked up; higher ones are skipped. Browsers use ids below 30 even with two-byte headers, and
   * our router hands out ids below 15.
   */
  public static final int MAX_EXTENSION_ID = 31;

  private byte[] bytes;
  private int offset;
  private int length;
  private int payloadOffset;
  private int payloadLength;
  private int paddingLength;
  private int extensionProfile;
  private final int[] extensionOffsets = new int[MAX_EXTENSION_ID + 1];
  private final int[] extensionLengths = new int[MAX_EXTENSION_ID + 1];
  /** Bit {@code id} is set if that extension is there, so that nothing has to be cleared between packets. */
  private int extensionsPresent;

  /** Points this view at a packet. Returns why it is none, and then the view must not be asked; or null. */
  public Malformed parse(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    extensionsPresent = 0;
    extensionProfile = 0;
    if (length < FIXED_HEADER_BYTES) {
      return Malformed.TOO_SHORT;
    }
    int first = bytes[offset];
    if ((first & 0xc0) != 0x80) {
      return Malformed.WRONG_VERSION;
    }
    int end = offset + length;
    int position = offset + FIXED_HEADER_BYTES + 4 * (first & 0x0f);
    if (position > end) {
      return Malformed.TOO_SHORT;
    }
    if ((first & 0x10) != 0) {
      if (position + 4 > end) {
        return Malformed.TOO_SHORT;
      }
      extensionProfile = Bytes.u16(bytes, position);
      int extensionEnd = position + 4 + 4 * Bytes.u16(bytes, position + 2);
      if (extensionEnd > end) {
        return Malformed.WRONG_LENGTH;
      }
      Malformed wrong = parseExtensions(position + 4, extensionEnd);
      if (wrong != null) {
        return wrong;
      }
      position = extensionEnd;
    }
    payloadOffset = position;
    paddingLength = 0;
    if ((first & 0x20) != 0) {
      paddingLength = position < end ? bytes[end - 1] & 0xff : 0;
      if (paddingLength == 0 || paddingLength > end - position) {
        return Malformed.WRONG_PADDING;
      }
    }
    payloadLength = end - position - paddingLength;
    return null;
  }

  private Malformed parseExtensions(int from, int end) {
    if (extensionProfile == ONE_BYTE_PROFILE) {
      return parseOneByteExtensions(from, end);
    }
    if ((extensionProfile & 0xfff0) == TWO_BYTE_PROFILE) {
      return parseTwoByteExtensions(from, end);
    }
    // RFC 3550 §5.3.1: a profile we do not know is skipped.
    return null;
  }

  private Malformed parseOneByteExtensions(int from, int end) {
    int position = from;
    while (position < end) {
      int id = bytes[position] >> 4 & 0x0f;
      if (bytes[position] == 0) {
        position++;
        continue;
      }
      if (id == 15 || id == 0) {
        // RFC 8285 §4.2: 15, and 0 with a length, end the reading; what came before them counts.
        break;
      }
      int elementLength = (bytes[position] & 0x0f) + 1;
      if (position + 1 + elementLength > end) {
        return Malformed.WRONG_EXTENSION;
      }
      note(id, position + 1, elementLength);
      position += 1 + elementLength;
    }
    return null;
  }

  private Malformed parseTwoByteExtensions(int from, int end) {
    int position = from;
    while (position < end) {
      int id = bytes[position] & 0xff;
      if (id == 0) {
        position++;
        continue;
      }
      if (position + 2 > end) {
        return Malformed.WRONG_EXTENSION;
      }
      int elementLength = bytes[position + 1] & 0xff;
      if (position + 2 + elementLength > end) {
        return Malformed.WRONG_EXTENSION;
      }
      note(id, position + 2, elementLength);
      position += 2 + elementLength;
    }
    return null;
  }

  private void note(int id, int elementOffset, int elementLength) {
    if (id <= MAX_EXTENSION_ID) {
      extensionsPresent |= 1 << id;
      extensionOffsets[id] = elementOffset;
      extensionLengths[id] = elementLength;
    }
  }

  /** True if the bytes are RTP or RTCP rather than STUN or DTLS (RFC 7983 §7). */
  public static boolean isRtpOrRtcp(int firstByte) {
    return (firstByte & 0xc0) == 0x80;
  }

  /** True if a packet for which {@link #isRtpOrRtcp} holds is RTCP (RFC 5761 §4). */
  public static boolean isRtcp(int secondByte) {
    int packetType = secondByte & 0xff;
    return packetType >= 192 && packetType <= 223;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Where the packet begins in {@link #bytes()}. */
  public int offset() {
    return offset;
  }

  /** The whole packet, header, payload and padding. */
  public int length() {
    return length;
  }

  public boolean marker() {
    return (bytes[offset + 1] & 0x80) != 0;
  }

  public int payloadType() {
    return bytes[offset + 1] & 0x7f;
  }

  /** The 16 bits on the wire. */
  public int sequenceNumber() {
    return Bytes.u16(bytes, offset + 2);
  }

  /** The 32 bits on the wire, unsigned. */
  public long timestamp() {
    return Bytes.u32(bytes, offset + 4);
  }

  public int ssrc() {
    return Bytes.i32(bytes, offset + 8);
  }

  /** Fixed header, CSRCs and extensions. */
  public int headerLength() {
    return payloadOffset - offset;
  }

  /** Where the payload begins in {@link #bytes()}. */
  public int payloadOffset() {
    return payloadOffset;
  }

  /** Without the padding. 0 in a packet that only probes the bandwidth. */
  public int payloadLength() {
    return payloadLength;
  }

  public int paddingLength() {
    return paddingLength;
  }

  /** The 16-bit profile of the header extension, 0 if there is none. */
  public int extensionProfile() {
    return extensionProfile;
  }

  /** Where the data of extension {@code id} begins in {@link #bytes()}, or -1. Ids outside 1…{@link #MAX_EXTENSION_ID} are never there. */
  public int extensionOffset(int id) {
    return hasExtension(id) ? extensionOffsets[id] : -1;
  }

  /** How many bytes extension {@code id} has, or -1 if it is not there. */
  public int extensionLength(int id) {
    return hasExtension(id) ? extensionLengths[id] : -1;
  }

  public boolean hasExtension(int id) {
    return id > 0 && id <= MAX_EXTENSION_ID && (extensionsPresent & 1 << id) != 0;
  }
}
